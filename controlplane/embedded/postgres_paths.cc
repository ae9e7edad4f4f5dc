// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/embedded/postgres_paths.h"

#include <dirent.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"

namespace understudy::control {
namespace {

struct DirectoryCloser {
  void operator()(DIR* directory) const { closedir(directory); }
};

// Whether `user` may pass through a folder with these facts.
bool LetsThrough(const struct stat& facts, const RunAs& user) {
  if (facts.st_uid == user.uid) return facts.st_mode & S_IXUSR;
  if (facts.st_gid == user.gid) return facts.st_mode & S_IXGRP;
  return facts.st_mode & S_IXOTH;
}

std::vector<std::string> PidFileLines(const std::string& data_dir) {
  absl::StatusOr<std::string> text =
      ReadFile(absl::StrCat(data_dir, "/postmaster.pid"));
  if (!text.ok()) return {};
  return absl::StrSplit(*text, '\n');
}

}  // namespace

absl::StatusOr<std::string> FindPostgresBinaries(int major,
                                                 const std::string& root) {
  int best = 0;
  std::unique_ptr<DIR, DirectoryCloser> directory(opendir(root.c_str()));
  while (directory != nullptr) {
    const dirent* entry = readdir(directory.get());
    if (entry == nullptr) break;
    int version = 0;
    const std::string postgres =
        absl::StrCat(root, "/", entry->d_name, "/bin/postgres");
    if (absl::SimpleAtoi(entry->d_name, &version) && version > best &&
        (major == 0 || version == major) &&
        access(postgres.c_str(), X_OK) == 0) {
      best = version;
    }
  }
  if (best == 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "no PostgreSQL ", major == 0 ? "" : absl::StrCat(major, " "), "below ",
        root, "; install the Debian package `postgresql",
        major == 0 ? "" : absl::StrCat("-", major), "`, or set database_url"));
  }
  return absl::StrCat(root, "/", best, "/bin");
}

int ClusterVersion(const std::string& data_dir) {
  absl::StatusOr<std::string> text =
      ReadFile(absl::StrCat(data_dir, "/PG_VERSION"));
  int version = 0;
  if (!text.ok() || !absl::SimpleAtoi(*text, &version)) return 0;
  return version;
}

absl::StatusOr<std::optional<RunAs>> FindPostgresUser() {
  if (geteuid() != 0) return std::optional<RunAs>();
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16384);
  getpwnam_r("postgres", &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) {
    return absl::FailedPreconditionError(
        "PostgreSQL refuses to run as root and there is no user `postgres`; "
        "install the Debian package `postgresql`, or set database_url");
  }
  return std::optional<RunAs>(RunAs{found->pw_uid, found->pw_gid, "postgres"});
}

absl::Status CheckTraversable(const std::string& directory, const RunAs& user) {
  std::string path;
  for (absl::string_view part :
       absl::StrSplit(directory, '/', absl::SkipEmpty())) {
    absl::StrAppend(&path, "/", part);
    struct stat facts {};
    if (stat(path.c_str(), &facts) != 0) {
      return absl::FailedPreconditionError(absl::StrCat(path, " is not there"));
    }
    if (!LetsThrough(facts, user)) {
      return absl::FailedPreconditionError(absl::StrCat(
          "the user `", user.name, "` cannot pass through ", path,
          ", which leads to the embedded PostgreSQL; run `chmod o+x ", path,
          "`, choose another data_dir, or set database_url"));
    }
  }
  return absl::OkStatus();
}

std::optional<pid_t> FindPostmaster(const std::string& data_dir) {
  const std::vector<std::string> lines = PidFileLines(data_dir);
  pid_t pid = 0;
  if (lines.empty() || !absl::SimpleAtoi(lines[0], &pid) || pid <= 1) {
    return std::nullopt;
  }
  // A postmaster works in its data directory; the id may be another's by now.
  char cwd[PATH_MAX];
  char wanted[PATH_MAX];
  const std::string link = absl::StrCat("/proc/", pid, "/cwd");
  const ssize_t size = readlink(link.c_str(), cwd, sizeof(cwd) - 1);
  if (size < 0 || realpath(data_dir.c_str(), wanted) == nullptr) {
    return std::nullopt;
  }
  if (absl::string_view(cwd, static_cast<size_t>(size)) != wanted) {
    return std::nullopt;
  }
  return pid;
}

bool IsPostmasterReady(const std::string& data_dir) {
  const std::vector<std::string> lines = PidFileLines(data_dir);
  constexpr size_t kStatusLine = 7;
  return lines.size() > kStatusLine &&
         absl::StripTrailingAsciiWhitespace(lines[kStatusLine]) == "ready" &&
         FindPostmaster(data_dir).has_value();
}

}  // namespace understudy::control
