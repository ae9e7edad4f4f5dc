// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "dns/name.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace understudy::dns {
namespace {

bool IsValidWire(absl::string_view wire) {
  if (wire.empty() || wire.size() > kMaxNameSize) return false;
  size_t at = 0;
  while (at < wire.size()) {
    size_t label = static_cast<uint8_t>(wire[at]);
    if (label == 0) return at + 1 == wire.size();
    if (label > 63) return false;
    at += 1 + label;
  }
  return false;
}

absl::Status Bad(absl::string_view text, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", text.substr(0, 300), "\" is not a domain name: ", what));
}

bool NeedsBackslash(char c) {
  return c == '.' || c == '\\' || c == '"' || c == ';' || c == '(' ||
         c == ')' || c == '@' || c == '$';
}

// Reads what follows a backslash; false when it is no escape.
bool ReadEscape(absl::string_view* text, char* octet) {
  auto digit = [&](size_t i) {
    return i < text->size() && (*text)[i] >= '0' && (*text)[i] <= '9';
  };
  if (text->empty()) return false;
  if (!digit(0)) {
    *octet = text->front();
    text->remove_prefix(1);
    return true;
  }
  if (!digit(1) || !digit(2)) return false;
  int value =
      ((*text)[0] - '0') * 100 + ((*text)[1] - '0') * 10 + ((*text)[2] - '0');
  if (value > 255) return false;
  *octet = static_cast<char>(value);
  text->remove_prefix(3);
  return true;
}

}  // namespace

absl::StatusOr<Name> Name::FromText(absl::string_view text) {
  if (text.empty()) return Bad(text, "it is empty");
  if (text == ".") return Name();
  const absl::string_view whole = text;
  std::string wire;
  std::string label;
  auto end_label = [&]() -> absl::string_view {
    if (label.empty()) return "it has an empty label";
    if (label.size() > 63) return "a label is longer than 63 octets";
    wire.push_back(static_cast<char>(label.size()));
    wire.append(label);
    label.clear();
    return wire.size() + 1 > kMaxNameSize ? "it is longer than 255 octets" : "";
  };
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '.') {
      if (absl::string_view what = end_label(); !what.empty()) {
        return Bad(whole, what);
      }
      continue;
    }
    if (c == '\\' && !ReadEscape(&text, &c)) {
      return Bad(whole, "an escape is neither \\X nor \\DDD up to 255");
    }
    label.push_back(c);
  }
  if (!label.empty()) {
    if (absl::string_view what = end_label(); !what.empty()) {
      return Bad(whole, what);
    }
  }
  wire.push_back('\0');
  return Name(std::move(wire));
}

absl::StatusOr<Name> Name::FromWire(absl::string_view wire) {
  if (!IsValidWire(wire)) {
    return absl::InvalidArgumentError("the octets are not a domain name");
  }
  return Name(std::string(wire));
}

Name Name::FromValidWire(absl::string_view wire) {
  UNDERSTUDY_CHECK(!wire.empty() && wire.size() <= kMaxNameSize);
#ifndef NDEBUG
  UNDERSTUDY_CHECK(IsValidWire(wire));
#endif
  return Name(std::string(wire));
}

std::string Name::ToText() const {
  if (is_root()) return ".";
  std::string text;
  for (size_t at = 0; wire_[at] != '\0';) {
    size_t end = at + 1 + static_cast<uint8_t>(wire_[at]);
    if (at != 0) text.push_back('.');
    for (++at; at < end; ++at) {
      const char c = wire_[at];
      if (c <= ' ' || c == 0x7f) {  // char is signed: 128 to 255 as well.
        const int value = static_cast<uint8_t>(c);
        text.push_back('\\');
        text.push_back(static_cast<char>('0' + value / 100));
        text.push_back(static_cast<char>('0' + value / 10 % 10));
        text.push_back(static_cast<char>('0' + value % 10));
      } else {
        if (NeedsBackslash(c)) text.push_back('\\');
        text.push_back(c);
      }
    }
  }
  return text;
}

int Name::label_count() const {
  int count = 0;
  for (size_t at = 0; wire_[at] != '\0';
       at += 1 + static_cast<uint8_t>(wire_[at])) {
    ++count;
  }
  return count;
}

Name Name::Lower() const {
  // Length octets are at most 63: none of them is a letter.
  Name lower = *this;
  for (char& c : lower.wire_) {
    c = static_cast<char>(ToLower(static_cast<uint8_t>(c)));
  }
  return lower;
}

bool operator==(const Name& a, const Name& b) {
  return WireNamesEqual(a.wire(), b.wire());
}

bool WireNamesEqual(absl::string_view a, absl::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (ToLower(static_cast<uint8_t>(a[i])) !=
        ToLower(static_cast<uint8_t>(b[i]))) {
      return false;
    }
  }
  return true;
}

bool WireIsAtOrBelow(absl::string_view name, absl::string_view ancestor) {
  if (name.size() < ancestor.size()) return false;
  const size_t start = name.size() - ancestor.size();
  // The octets of a label may look like labels: only walking tells.
  size_t at = 0;
  while (at < start) at += 1 + size_t{static_cast<uint8_t>(name[at])};
  return at == start && WireNamesEqual(name.substr(start), ancestor);
}

void MakeOrderKey(absl::string_view wire, size_t apex_size, OrderKey* key) {
  const auto* name = reinterpret_cast<const uint8_t*>(wire.data());
  const size_t end = wire.size() - apex_size;
  uint8_t starts[kMaxNameSize / 2 + 1];
  int labels = 0;
  for (size_t at = 0; at < end; at += 1 + size_t{name[at]}) {
    starts[labels++] = static_cast<uint8_t>(at);
  }
  uint8_t* out = key->octets.data();
  while (labels > 0) {
    const uint8_t* label = name + starts[--labels];
    for (size_t i = *label++; i > 0; --i, ++label) {
      uint8_t c = ToLower(*label);
      if (c <= 1) [[unlikely]] {
        *out++ = 1;
        ++c;
      }
      *out++ = c;
    }
    *out++ = 0;
  }
  key->size = static_cast<uint16_t>(out - key->octets.data());
}

int OrderKeyLabels(absl::string_view key) {
  return static_cast<int>(std::count(key.begin(), key.end(), '\0'));
}

size_t CommonAncestorSize(absl::string_view a, absl::string_view b) {
  const size_t limit = std::min(a.size(), b.size());
  size_t common = 0;
  for (size_t i = 0; i < limit && a[i] == b[i]; ++i) {
    if (a[i] == '\0') common = i + 1;
  }
  return common;
}

Name NameOfOrderKey(absl::string_view key, const Name& apex) {
  std::vector<std::string> labels;
  std::string label;
  for (size_t i = 0; i < key.size(); ++i) {
    if (key[i] == '\0') {
      labels.push_back(std::move(label));
      label.clear();
    } else if (key[i] == 1 && i + 1 < key.size()) {
      label.push_back(static_cast<char>(key[++i] - 1));
    } else {
      label.push_back(key[i]);
    }
  }
  std::string wire;
  for (auto it = labels.rbegin(); it != labels.rend(); ++it) {
    wire.push_back(static_cast<char>(it->size()));
    wire.append(*it);
  }
  absl::StrAppend(&wire, apex.Lower().wire());
  return Name::FromValidWire(wire);
}

}  // namespace understudy::dns
