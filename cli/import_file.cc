// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/import_file.h"

#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "cli/csv.h"
#include "cli/table.h"
#include "cli/zone_text.h"

namespace understudy::cli {
namespace {

constexpr absl::string_view kKnownColumns[] = {"zone", "primary"};

// The columns' places, by name.
absl::StatusOr<std::map<std::string, size_t>> ParseHeader(
    absl::string_view line) {
  UNDERSTUDY_ASSIGN_OR_RETURN(std::vector<std::string> names,
                              ParseCsvLine(line));
  std::map<std::string, size_t> columns;
  std::vector<std::string> faults;
  for (size_t i = 0; i < names.size(); ++i) {
    std::string name = absl::AsciiStrToLower(names[i]);
    bool known = false;
    for (absl::string_view candidate : kKnownColumns) {
      known |= name == candidate;
    }
    if (!known) {
      faults.push_back(
          absl::StrCat("column \"", Printable(name), "\" is not known"));
    } else if (!columns.emplace(name, i).second) {
      faults.push_back(absl::StrCat("column \"", name, "\" comes twice"));
    }
  }
  for (absl::string_view name : kKnownColumns) {
    if (columns.count(std::string(name)) == 0) {
      faults.push_back(absl::StrCat("column \"", name, "\" is missing"));
    }
  }
  if (faults.empty()) return columns;
  return absl::InvalidArgumentError(
      absl::StrCat(absl::StrJoin(faults, ", "),
                   "; the first line must name the columns: zone,primary"));
}

absl::Status ParsePrimaries(absl::string_view text, ImportRow& row) {
  std::vector<std::string> faults;
  for (absl::string_view part :
       absl::StrSplit(text, absl::ByAnyChar("; \t"), absl::SkipEmpty())) {
    absl::StatusOr<v1::Primary> primary = ParsePrimary(part);
    if (primary.ok()) {
      row.primaries.push_back(*std::move(primary));
    } else {
      faults.emplace_back(primary.status().message());
    }
  }
  if (row.primaries.empty() && faults.empty()) {
    return absl::InvalidArgumentError(
        "no primary; give the address of the server to copy from");
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(faults, "; "));
}

// Fills `row`; row.zone is set as soon as it can be told.
absl::Status ParseRow(absl::string_view line,
                      const std::map<std::string, size_t>& columns,
                      ImportRow& row) {
  UNDERSTUDY_ASSIGN_OR_RETURN(std::vector<std::string> fields,
                              ParseCsvLine(line));
  size_t zone_column = columns.at("zone");
  if (zone_column < fields.size()) row.zone = fields[zone_column];
  if (fields.size() != columns.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", fields.size(), " fields where the header has ",
                     columns.size(), "; quote a field that holds a comma"));
  }
  if (row.zone.empty()) {
    return absl::InvalidArgumentError("no zone; give its name");
  }
  return ParsePrimaries(fields[columns.at("primary")], row);
}

// Names that differ in case or by the final dot are one zone.
std::string Key(absl::string_view zone) {
  if (zone.size() > 1) absl::ConsumeSuffix(&zone, ".");
  return absl::AsciiStrToLower(zone);
}

}  // namespace

absl::StatusOr<ImportPlan> ParseImport(absl::string_view text) {
  std::vector<absl::string_view> lines = SplitLines(text);
  UNDERSTUDY_ASSIGN_OR_RETURN(auto columns, ParseHeader(lines[0]));
  ImportPlan plan;
  std::map<std::string, int> seen;
  for (size_t i = 1; i < lines.size(); ++i) {
    if (absl::StripAsciiWhitespace(lines[i]).empty()) continue;
    ImportRow row;
    row.line = static_cast<int>(i) + 1;
    absl::Status status = ParseRow(lines[i], columns, row);
    if (status.ok()) {
      auto [first, is_new] = seen.emplace(Key(row.zone), row.line);
      if (!is_new) {
        status = absl::InvalidArgumentError(absl::StrCat(
            "already on line ", first->second, "; keep one of the two"));
      }
    }
    if (status.ok()) {
      plan.rows.push_back(std::move(row));
    } else {
      plan.failures.push_back(
          {row.line, row.zone, std::string(status.message())});
    }
  }
  return plan;
}

std::string DescribeFailure(absl::string_view file,
                            const ImportFailure& failure) {
  return absl::StrCat(file, ":", failure.line, ": ",
                      failure.zone.empty() ? "?" : Printable(failure.zone),
                      ": ", Printable(failure.reason));
}

}  // namespace understudy::cli
