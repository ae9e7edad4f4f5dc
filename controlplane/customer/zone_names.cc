// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/zone_names.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "dns/name.h"

namespace understudy::control {
namespace {

// The longest presentation form: 255 octets, each as \DDD.
constexpr size_t kMostText = 1024;

absl::Status Bad(absl::string_view what) {
  return absl::InvalidArgumentError(what);
}

bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// "0/25", as delegations within an octet of an address have it.
bool IsClassless(absl::string_view label) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(label, absl::MaxSplits('/', 1));
  return AllDigits(parts.first) && AllDigits(parts.second);
}

// One character that stands for itself, outside of escapes.
absl::Status CheckPlain(char c) {
  const auto octet = static_cast<unsigned char>(c);
  if (octet >= 0x80) {
    return Bad(
        "it has characters that are not ASCII; write international names as "
        "A-labels, such as xn--bcher-kva.example");
  }
  if (absl::ascii_isalnum(octet) || c == '-' || c == '_') {
    return absl::OkStatus();
  }
  if (absl::ascii_isprint(octet) && c != ' ') {
    return Bad(absl::StrCat("it has the character ", absl::string_view(&c, 1),
                            "; labels are of letters, digits, hyphens and "
                            "underscores, anything else is written as \\DDD"));
  }
  return Bad(
      "it has a blank or a control character; remove it, or write it as \\DDD");
}

// Everything but escapes, which the parser takes care of.
absl::Status CheckPlainCharacters(absl::string_view text) {
  size_t label = 0;
  bool classless = IsClassless(text.substr(0, text.find('.')));
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '.') {
      label = i + 1;
      const absl::string_view rest = text.substr(label);
      classless = IsClassless(rest.substr(0, rest.find('.')));
    } else if (!(text[i] == '/' && classless)) {
      UNDERSTUDY_RETURN_IF_ERROR(CheckPlain(text[i]));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> CanonicalZoneName(absl::string_view text) {
  if (text.empty()) return Bad("it is empty; the root zone is written `.`");
  if (text.size() > kMostText) return Bad("it is longer than a name can be");
  if (text == ".") return std::string(text);
  UNDERSTUDY_RETURN_IF_ERROR(CheckPlainCharacters(text));
  absl::StatusOr<dns::Name> name = dns::Name::FromText(text);
  if (!name.ok()) return Bad(name.status().message());
  if (name->wire().substr(0, name->wire().size() - 1).find('\0') !=
      absl::string_view::npos) {
    return Bad("it has the octet 0, which is not supported");
  }
  return name->Lower().ToText();
}

}  // namespace understudy::control
