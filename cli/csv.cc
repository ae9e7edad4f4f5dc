// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/csv.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace understudy::cli {
namespace {

// Takes a quoted field off the front of `line`, closing quote included.
absl::StatusOr<std::string> TakeQuoted(absl::string_view& line) {
  std::string field;
  line.remove_prefix(1);
  while (!line.empty()) {
    size_t quote = line.find('"');
    if (quote == absl::string_view::npos) break;
    field.append(line.data(), quote);
    line.remove_prefix(quote + 1);
    if (line.empty() || line[0] != '"') return field;
    field.push_back('"');
    line.remove_prefix(1);
  }
  return absl::InvalidArgumentError(
      "a quoted field has no closing quote; a quote within a field is written "
      "twice");
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseCsvLine(absl::string_view line) {
  std::vector<std::string> fields;
  for (;;) {
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!line.empty() && line[0] == '"') {
      absl::StatusOr<std::string> field = TakeQuoted(line);
      if (!field.ok()) return field.status();
      fields.push_back(*std::move(field));
      line = absl::StripLeadingAsciiWhitespace(line);
      if (!line.empty() && line[0] != ',') {
        return absl::InvalidArgumentError(
            "text follows the closing quote of a field; put a comma between");
      }
    } else {
      size_t end = line.find(',');
      if (end == absl::string_view::npos) end = line.size();
      absl::string_view field = line.substr(0, end);
      if (field.find('"') != absl::string_view::npos) {
        return absl::InvalidArgumentError(
            "a quote stands within an unquoted field; quote the whole field");
      }
      fields.emplace_back(absl::StripTrailingAsciiWhitespace(field));
      line.remove_prefix(end);
    }
    if (line.empty()) return fields;
    line.remove_prefix(1);
  }
}

std::vector<absl::string_view> SplitLines(absl::string_view text) {
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  for (absl::string_view& line : lines) absl::ConsumeSuffix(&line, "\r");
  return lines;
}

}  // namespace understudy::cli
