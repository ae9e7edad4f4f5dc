// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/http/path_template.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "controlplane/http/percent.h"

namespace understudy::control {
namespace {

absl::Status Bad(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("path template `", text, "`: ", why));
}

// Cuts `:verb` off the end; empty when there is none.
absl::string_view CutVerb(absl::string_view* path) {
  const size_t slash = path->rfind('/');
  const size_t colon = path->rfind(':');
  if (colon == absl::string_view::npos ||
      (slash != absl::string_view::npos && colon < slash)) {
    return "";
  }
  absl::string_view verb = path->substr(colon + 1);
  *path = path->substr(0, colon);
  return verb;
}

}  // namespace

absl::StatusOr<PathTemplate> PathTemplate::Parse(absl::string_view text) {
  PathTemplate result;
  absl::string_view path = text;
  if (!absl::StartsWith(path, "/")) return Bad(text, "does not begin with /");
  const size_t brace = path.rfind('}');
  // A colon within a variable is none of a verb.
  if (path.find(':', brace == absl::string_view::npos ? 0 : brace) !=
      absl::string_view::npos) {
    result.verb_ = std::string(CutVerb(&path));
    if (result.verb_.empty()) return Bad(text, "has an empty verb");
  }
  path.remove_prefix(1);
  absl::Status status = result.ParseSegments(path, false);
  if (!status.ok()) return Bad(text, status.message());
  for (size_t i = 0; i + 1 < result.segments_.size(); ++i) {
    if (result.segments_[i].kind == Segment::Kind::kRest) {
      return Bad(text, "has something after **");
    }
  }
  return result;
}

absl::Status PathTemplate::ParseSegments(absl::string_view text,
                                         bool in_variable) {
  while (true) {
    if (absl::StartsWith(text, "{")) {
      if (in_variable) return absl::InvalidArgumentError("nests variables");
      const size_t end = text.find('}');
      if (end == absl::string_view::npos) {
        return absl::InvalidArgumentError("has an open brace");
      }
      UNDERSTUDY_RETURN_IF_ERROR(ParseVariable(text.substr(1, end - 1)));
      text.remove_prefix(end + 1);
      if (text.empty()) return absl::OkStatus();
      if (text[0] != '/') {
        return absl::InvalidArgumentError("has text after a variable");
      }
      text.remove_prefix(1);
      continue;
    }
    const size_t slash = text.find('/');
    absl::string_view piece = text.substr(0, slash);
    if (piece.empty()) return absl::InvalidArgumentError("has an empty part");
    if (piece == "*") {
      segments_.push_back({Segment::Kind::kOne, ""});
    } else if (piece == "**") {
      segments_.push_back({Segment::Kind::kRest, ""});
    } else if (piece.find_first_of("{}*=") != absl::string_view::npos) {
      return absl::InvalidArgumentError("has a stray character");
    } else {
      segments_.push_back({Segment::Kind::kLiteral, std::string(piece)});
    }
    if (slash == absl::string_view::npos) return absl::OkStatus();
    text.remove_prefix(slash + 1);
  }
}

absl::Status PathTemplate::ParseVariable(absl::string_view text) {
  const size_t equals = text.find('=');
  Variable variable;
  variable.field = std::string(text.substr(0, equals));
  if (variable.field.empty()) {
    return absl::InvalidArgumentError("has a variable without a name");
  }
  variable.begin = segments_.size();
  if (equals == absl::string_view::npos) {
    segments_.push_back({Segment::Kind::kOne, ""});
  } else {
    UNDERSTUDY_RETURN_IF_ERROR(ParseSegments(text.substr(equals + 1), true));
  }
  variable.end = segments_.size();
  variables_.push_back(std::move(variable));
  return absl::OkStatus();
}

std::vector<std::string> PathTemplate::Fields() const {
  std::vector<std::string> fields;
  for (const Variable& variable : variables_) fields.push_back(variable.field);
  return fields;
}

std::optional<PathTemplate::Bindings> PathTemplate::Match(
    absl::string_view path) const {
  if (CutVerb(&path) != verb_ || !absl::StartsWith(path, "/")) {
    return std::nullopt;
  }
  path.remove_prefix(1);
  std::vector<std::string> parts;
  for (absl::string_view raw : absl::StrSplit(path, '/')) {
    std::optional<std::string> part = PercentDecode(raw, false);
    if (!part.has_value() || part->empty()) return std::nullopt;
    parts.push_back(*std::move(part));
  }
  const bool open_end =
      !segments_.empty() && segments_.back().kind == Segment::Kind::kRest;
  if (open_end ? parts.size() < segments_.size()
               : parts.size() != segments_.size()) {
    return std::nullopt;
  }
  for (size_t i = 0; i < segments_.size(); ++i) {
    if (segments_[i].kind == Segment::Kind::kLiteral &&
        segments_[i].literal != parts[i]) {
      return std::nullopt;
    }
  }
  Bindings bindings;
  for (const Variable& variable : variables_) {
    const bool takes_rest = variable.end == segments_.size() && open_end;
    const size_t end = takes_rest ? parts.size() : variable.end;
    for (size_t i = variable.begin; i + 1 < end; ++i) {
      if (absl::StrContains(parts[i], "/")) return std::nullopt;
    }
    bindings.emplace_back(
        variable.field,
        absl::StrJoin(parts.begin() + static_cast<ptrdiff_t>(variable.begin),
                      parts.begin() + static_cast<ptrdiff_t>(end), "/"));
  }
  return bindings;
}

}  // namespace understudy::control
