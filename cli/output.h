// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace understudy::cli {

enum class Format { kTable, kJson, kYaml };

// The message in the API's own JSON (protobuf's JSON mapping), indented, with
// a line end.
std::string ToJson(const google::protobuf::Message& message);

// The same content as YAML, fields in the same order.
std::string ToYaml(const google::protobuf::Message& message);

// JSON text to block-style YAML. InvalidArgument when it is no JSON, or is
// nested more than 64 deep. Strings stay JSON strings, which YAML reads too.
absl::StatusOr<std::string> JsonToYaml(absl::string_view json);

}  // namespace understudy::cli
