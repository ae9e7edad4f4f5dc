// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/zone_key.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace understudy::control {
namespace {

// Where the labels begin. Empty for the root.
std::vector<size_t> LabelStarts(absl::string_view zone) {
  if (zone == ".") return {};
  std::vector<size_t> starts = {0};
  for (size_t i = 0; i < zone.size(); ++i) {
    if (zone[i] == '\\') {
      ++i;  // Whatever follows a backslash belongs to the label.
    } else if (zone[i] == '.') {
      starts.push_back(i + 1);
    }
  }
  return starts;
}

}  // namespace

std::string ZoneKey(absl::string_view zone) {
  std::string key;
  std::vector<size_t> starts = LabelStarts(zone);
  size_t end = zone.size();
  for (auto start = starts.rbegin(); start != starts.rend(); ++start) {
    absl::StrAppend(&key, zone.substr(*start, end - *start), ".");
    if (*start > 0) end = *start - 1;
  }
  return key;
}

std::string KeyRangeEnd(absl::string_view key) {
  if (key.empty()) return "";
  std::string end(key);
  ++end.back();  // Always a dot.
  return end;
}

std::vector<std::string> NamesAbove(absl::string_view zone) {
  std::vector<std::string> above;
  std::vector<size_t> starts = LabelStarts(zone);
  for (size_t i = 1; i < starts.size(); ++i) {
    above.emplace_back(zone.substr(starts[i]));
  }
  if (!starts.empty()) above.emplace_back(".");
  return above;
}

}  // namespace understudy::control
