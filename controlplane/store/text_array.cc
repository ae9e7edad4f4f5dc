// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/text_array.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace understudy::control {
namespace {

// The length of the UTF-8 sequence (RFC 3629 s4) at the front; 0 when there is
// none.
size_t SequenceSize(absl::string_view text) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : 0u;
  };
  const auto tail = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) > 0x9F;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    const bool beyond = first == 0xF4 && byte(1) > 0x8F;
    return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string StorableText(absl::string_view text, size_t most) {
  std::string out;
  while (!text.empty()) {
    const size_t size = SequenceSize(text);
    const bool bad = size == 0 || text[0] == '\0';
    const absl::string_view piece = bad ? "?" : text.substr(0, size);
    if (out.size() + piece.size() > most) break;
    absl::StrAppend(&out, piece);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const auto c = static_cast<unsigned char>(text[i]);
    if (dash ? c != '-' : !absl::ascii_isxdigit(c)) return false;
  }
  return true;
}

void TextArray::Comma() {
  if (body_.size() > 1) body_.push_back(',');
}

void TextArray::Add(absl::string_view text) {
  Comma();
  body_.push_back('"');
  for (char c : text) {
    if (c == '"' || c == '\\') body_.push_back('\\');
    body_.push_back(c);
  }
  body_.push_back('"');
}

void TextArray::Add(int64_t number) {
  Comma();
  absl::StrAppend(&body_, number);
}

void TextArray::AddNull() {
  Comma();
  body_ += "NULL";
}

void TextArray::Add(const std::optional<absl::Time>& time) {
  time.has_value() ? Add(ToMicros(*time)) : AddNull();
}

void TextArray::Add(const std::optional<uint32_t>& number) {
  number.has_value() ? Add(int64_t{*number}) : AddNull();
}

TextArray ToTextArray(const std::vector<std::string>& items) {
  TextArray array;
  for (const std::string& item : items) array.Add(item);
  return array;
}

}  // namespace understudy::control
