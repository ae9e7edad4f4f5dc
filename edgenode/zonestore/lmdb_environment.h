// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace understudy::edge {

// One open transaction on an LmdbEnvironment. Views that Get and ForEach give
// are valid until the transaction ends or writes. `table` is the index in the
// list of names that the environment was opened with.
class LmdbTransaction {
 public:
  virtual ~LmdbTransaction() = default;

  // NotFound when there is none.
  virtual absl::StatusOr<absl::string_view> Get(size_t table,
                                                absl::string_view key) = 0;
  // In order of keys, from the first that is not less than `from` on, until
  // `take` returns false.
  virtual absl::Status ForEach(
      size_t table, absl::string_view from,
      const std::function<bool(absl::string_view key, absl::string_view value)>&
          take) = 0;

  // In writing transactions only. ResourceExhausted when the map or the disk
  // is full: nothing of the transaction can then be kept.
  virtual absl::Status Put(size_t table, absl::string_view key,
                           absl::string_view value) = 0;
  // Fine when there is none.
  virtual absl::Status Delete(size_t table, absl::string_view key) = 0;
  // All keys that are not less than `from` and less than `to`.
  virtual absl::Status DeleteRange(size_t table, absl::string_view from,
                                   absl::string_view to) = 0;
};

// LMDB with our errors and our lifetimes: a directory with a few tables. One
// process at a time. Reads and writes may come from several threads; writes
// exclude each other. Keys of at most 511 bytes.
class LmdbEnvironment {
 public:
  // FailedPrecondition when another process has it open, DataLoss when the
  // file is none of LMDB's or was cut, ResourceExhausted when the disk is full.
  static absl::StatusOr<std::unique_ptr<LmdbEnvironment>> Open(
      const std::string& directory, uint64_t max_bytes,
      const std::vector<std::string>& tables);
  ~LmdbEnvironment();

  using Body = std::function<absl::Status(LmdbTransaction&)>;
  absl::Status Read(const Body& body) const;
  // Durable when it returns OK; otherwise nothing of it happened.
  absl::Status Write(const Body& body);

  // Lets go of the file's pages in memory; they come back when they are read.
  void DropCache() const;
  // Bytes of the file in use, and at most.
  uint64_t used_bytes() const;
  uint64_t max_bytes() const;

 private:
  struct Impl;
  explicit LmdbEnvironment(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::edge
