// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/unique_fd.h"

namespace understudy {
namespace {

absl::Status Failed(absl::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", path));
}

absl::Status WriteAll(int fd, absl::string_view content,
                      const std::string& path) {
  while (!content.empty()) {
    ssize_t n = write(fd, content.data(), content.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return Failed("writing", path);
    }
    content.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

std::string DirectoryOf(const std::string& path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return Failed("opening", path);
  std::string content;
  char buffer[16384];
  for (;;) {
    ssize_t n = read(fd.get(), buffer, sizeof buffer);
    if (n == 0) return content;
    if (n < 0) {
      if (errno == EINTR) continue;
      return Failed("reading", path);
    }
    content.append(buffer, static_cast<size_t>(n));
  }
}

absl::Status ReplaceFile(const std::string& path, absl::string_view content,
                         unsigned mode) {
  std::string temporary = absl::StrCat(path, ".new.XXXXXX");
  UniqueFd fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return Failed("creating", temporary);
  absl::Status status = WriteAll(fd.get(), content, temporary);
  if (status.ok() && fchmod(fd.get(), mode) != 0) {
    status = Failed("setting the mode of", temporary);
  }
  if (status.ok() && fsync(fd.get()) != 0)
    status = Failed("syncing", temporary);
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) {
    status = Failed("renaming to", path);
  }
  if (!status.ok()) {
    unlink(temporary.c_str());
    return status;
  }
  UniqueFd directory(
      open(DirectoryOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || fsync(directory.get()) != 0) {
    return Failed("syncing the directory of", path);
  }
  return absl::OkStatus();
}

absl::Status MakeDirectories(const std::string& path, unsigned mode) {
  if (mkdir(path.c_str(), mode) == 0) return absl::OkStatus();
  if (errno == EEXIST) {
    struct stat info;
    if (stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
      return absl::OkStatus();
    }
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is there but is not a directory"));
  }
  if (errno != ENOENT || path == DirectoryOf(path)) {
    return Failed("making the directory", path);
  }
  UNDERSTUDY_RETURN_IF_ERROR(MakeDirectories(DirectoryOf(path), mode));
  if (mkdir(path.c_str(), mode) == 0 || errno == EEXIST) {
    return absl::OkStatus();
  }
  return Failed("making the directory", path);
}

}  // namespace understudy
