// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace understudy::cli {

// Makes bytes that a terminal would act on visible (\x1b, \n): what a hostile
// primary sends ends up in error texts. UTF-8 passes.
std::string Printable(absl::string_view text);

// A table for people: columns padded to their widest cell, two spaces apart, no
// trailing spaces. Empty cells show as "-".
class Table {
 public:
  explicit Table(std::vector<std::string> headers);

  // As many cells as headers; fewer are filled up, more are dropped.
  void AddRow(std::vector<std::string> cells);

  // Lines, each with its end.
  std::string Render() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// Lines "key  value", values aligned. Empty values show as "-".
std::string RenderFacts(
    const std::vector<std::pair<std::string, std::string>>& facts);

}  // namespace understudy::cli
