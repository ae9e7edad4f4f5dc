// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "controlplane/http/http_error.h"

namespace understudy::control {

// Sets a field from its text form, as a path or a query gives it: numbers,
// `true`/`false`, enum values by name or number, bytes in base64, Timestamp,
// Duration, FieldMask and wrappers in their JSON forms. `path` is the field's
// name or, with dots, one of a nested message; names are those of the proto or
// of its JSON form. A repeated field gets one more item. InvalidArgument says
// what is wrong, without the field's name.
absl::Status SetField(google::protobuf::Message& message,
                      absl::string_view path, absl::string_view value);

// Fills a message from JSON. Unknown fields, and whatever else is wrong, are
// told as problems; field names begin with `prefix`.
std::vector<FieldProblem> ParseJson(absl::string_view json,
                                    absl::string_view prefix,
                                    google::protobuf::Message& message);

// A query string's pairs, decoded, in order; a problem for each broken one.
std::vector<std::pair<std::string, std::string>> ParseQuery(
    absl::string_view query, std::vector<FieldProblem>& problems);

// The path with the names of the proto: `zone.createTime` gives
// `zone.create_time`. Empty when there is no such field.
std::string CanonicalPath(const google::protobuf::Descriptor& type,
                          absl::string_view path);

// Whether the field at the path, which exists, is repeated.
bool IsRepeated(const google::protobuf::Descriptor& type,
                absl::string_view path);

}  // namespace understudy::control
