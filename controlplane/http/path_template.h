// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace understudy::control {

// A path of google.api.http, such as `/v1/{name=projects/*/zones/*}:refresh`.
// An immutable value.
class PathTemplate {
 public:
  // Field paths with what the request's path gave for them, decoded.
  using Bindings = std::vector<std::pair<std::string, std::string>>;

  // InvalidArgument for what does not follow google.api.http's grammar.
  static absl::StatusOr<PathTemplate> Parse(absl::string_view text);

  // Matches a request's path as it came, percent-encoded and without the
  // query. Each segment is decoded once, after the path was cut, so that an
  // encoded `/` or `:` is part of a name. An encoded `/` is allowed only in
  // the last segment of a variable, where it cannot be taken for the
  // separator of a resource name. A `:` that is not encoded begins a verb.
  // Nothing when the path is another one.
  std::optional<Bindings> Match(absl::string_view path) const;

  // The verb, empty when there is none.
  const std::string& verb() const { return verb_; }
  // The fields that the path gives.
  std::vector<std::string> Fields() const;

 private:
  struct Segment {
    enum class Kind { kLiteral, kOne, kRest };
    Kind kind = Kind::kLiteral;
    std::string literal;
  };
  struct Variable {
    std::string field;
    // Segments [begin, end).
    size_t begin = 0;
    size_t end = 0;
  };

  absl::Status ParseSegments(absl::string_view text, bool in_variable);
  absl::Status ParseVariable(absl::string_view text);

  std::vector<Segment> segments_;
  std::vector<Variable> variables_;
  std::string verb_;
};

}  // namespace understudy::control
