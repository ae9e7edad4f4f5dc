// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "controlplane/store/store.h"

namespace understudy::control {

// Who calls, and what they may touch. A value.
class Principal {
 public:
  Principal(TokenKind kind, std::string subject)
      : kind_(kind), subject_(std::move(subject)) {}

  // The operator, or the project's owner.
  bool MayUseProject(absl::string_view project) const {
    return is_operator() ||
           (kind_ == TokenKind::kProjectOwner && project == subject_);
  }
  bool is_operator() const { return kind_ == TokenKind::kOperator; }
  // Edges may open the push stream and nothing else.
  bool is_edge() const { return kind_ == TokenKind::kEdge; }

  TokenKind kind() const { return kind_; }
  // Project id, edge id, or empty for an operator.
  const std::string& subject() const { return subject_; }

 private:
  TokenKind kind_;
  std::string subject_;
};

}  // namespace understudy::control
