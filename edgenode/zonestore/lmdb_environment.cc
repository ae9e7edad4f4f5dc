// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zonestore/lmdb_environment.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/unique_fd.h"

namespace understudy::edge {
namespace {

absl::Status ToStatus(int code, absl::string_view what) {
  const std::string text = absl::StrCat(what, ": ", mdb_strerror(code));
  switch (code) {
    case MDB_SUCCESS:
      return absl::OkStatus();
    case MDB_NOTFOUND:
      return absl::NotFoundError(text);
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
    case ENOMEM:
      return absl::ResourceExhaustedError(text);
    case MDB_CORRUPTED:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_PAGE_NOTFOUND:
      return absl::DataLossError(text);
    default:
      return absl::UnavailableError(text);
  }
}

MDB_val ToVal(absl::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

absl::string_view FromVal(const MDB_val& val) {
  return {static_cast<const char*>(val.mv_data), val.mv_size};
}

// Closes a cursor before its transaction ends.
class Cursor {
 public:
  Cursor(MDB_txn* txn, MDB_dbi dbi) {
    code_ = mdb_cursor_open(txn, dbi, &cursor_);
  }
  ~Cursor() {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
  }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  int Move(MDB_val* key, MDB_val* value, MDB_cursor_op op) {
    return code_ != 0 ? code_ : mdb_cursor_get(cursor_, key, value, op);
  }
  int Delete() { return mdb_cursor_del(cursor_, 0); }

 private:
  MDB_cursor* cursor_ = nullptr;
  int code_;
};

class Transaction final : public LmdbTransaction {
 public:
  Transaction(MDB_txn* txn, const std::vector<MDB_dbi>& tables)
      : txn_(txn), tables_(tables) {}

  absl::StatusOr<absl::string_view> Get(size_t table,
                                        absl::string_view key) override {
    MDB_val k = ToVal(key), v;
    const int code = mdb_get(txn_, tables_[table], &k, &v);
    if (code != 0) return ToStatus(code, "reading the store");
    return FromVal(v);
  }

  absl::Status ForEach(
      size_t table, absl::string_view from,
      const std::function<bool(absl::string_view, absl::string_view)>& take)
      override {
    Cursor cursor(txn_, tables_[table]);
    MDB_val k = ToVal(from), v;
    int code = cursor.Move(&k, &v, from.empty() ? MDB_FIRST : MDB_SET_RANGE);
    while (code == 0 && take(FromVal(k), FromVal(v))) {
      code = cursor.Move(&k, &v, MDB_NEXT);
    }
    return code == MDB_NOTFOUND ? absl::OkStatus()
                                : ToStatus(code, "reading the store");
  }

  absl::Status Put(size_t table, absl::string_view key,
                   absl::string_view value) override {
    MDB_val k = ToVal(key), v = ToVal(value);
    return ToStatus(mdb_put(txn_, tables_[table], &k, &v, 0),
                    "writing the store");
  }

  absl::Status Delete(size_t table, absl::string_view key) override {
    MDB_val k = ToVal(key);
    const int code = mdb_del(txn_, tables_[table], &k, nullptr);
    return code == MDB_NOTFOUND ? absl::OkStatus()
                                : ToStatus(code, "writing the store");
  }

  absl::Status DeleteRange(size_t table, absl::string_view from,
                           absl::string_view to) override {
    Cursor cursor(txn_, tables_[table]);
    MDB_val k = ToVal(from), v;
    int code = cursor.Move(&k, &v, MDB_SET_RANGE);
    while (code == 0 && FromVal(k) < to) {
      code = cursor.Delete();
      if (code == 0) code = cursor.Move(&k, &v, MDB_NEXT);
    }
    return code == MDB_NOTFOUND ? absl::OkStatus()
                                : ToStatus(code, "writing the store");
  }

 private:
  MDB_txn* txn_;
  const std::vector<MDB_dbi>& tables_;
};

}  // namespace

struct LmdbEnvironment::Impl {
  ~Impl() {
    if (env != nullptr) mdb_env_close(env);
  }
  MDB_env* env = nullptr;
  std::vector<MDB_dbi> tables;
  UniqueFd lock;
};

LmdbEnvironment::LmdbEnvironment(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
LmdbEnvironment::~LmdbEnvironment() = default;

namespace {

absl::StatusOr<UniqueFd> TakeLock(const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/lock");
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return absl::ErrnoToStatus(errno, absl::StrCat("opening ", path));
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(directory,
                     " is in use by another process; each edge needs a "
                     "data_dir of its own"));
  }
  return fd;
}

// A file that was cut would end the process with SIGBUS when it is read.
absl::Status CheckWhole(MDB_env* env, const std::string& directory) {
  MDB_envinfo info;
  MDB_stat page;
  struct stat file;
  mdb_env_info(env, &info);
  mdb_env_stat(env, &page);
  const std::string path = directory + "/data.mdb";
  if (stat(path.c_str(), &file) == 0 && info.me_last_txnid > 0 &&
      static_cast<uint64_t>(file.st_size) <
          (info.me_last_pgno + 1) * page.ms_psize) {
    return absl::DataLossError(absl::StrCat(path, " was cut short"));
  }
  return absl::OkStatus();
}

absl::Status OpenTables(MDB_env* env, const std::vector<std::string>& names,
                        std::vector<MDB_dbi>* tables) {
  MDB_txn* txn;
  UNDERSTUDY_RETURN_IF_ERROR(ToStatus(mdb_txn_begin(env, nullptr, 0, &txn),
                                      "opening the store's tables"));
  for (const std::string& name : names) {
    MDB_dbi dbi;
    const int code = mdb_dbi_open(txn, name.c_str(), MDB_CREATE, &dbi);
    if (code != 0) {
      mdb_txn_abort(txn);
      return ToStatus(code, absl::StrCat("opening the table ", name));
    }
    tables->push_back(dbi);
  }
  return ToStatus(mdb_txn_commit(txn), "opening the store's tables");
}

}  // namespace

absl::StatusOr<std::unique_ptr<LmdbEnvironment>> LmdbEnvironment::Open(
    const std::string& directory, uint64_t max_bytes,
    const std::vector<std::string>& tables) {
  UNDERSTUDY_RETURN_IF_ERROR(MakeDirectories(directory, 0700));
  auto impl = std::make_unique<Impl>();
  UNDERSTUDY_ASSIGN_OR_RETURN(impl->lock, TakeLock(directory));
  const std::string what = absl::StrCat("opening the store in ", directory);
  UNDERSTUDY_RETURN_IF_ERROR(ToStatus(mdb_env_create(&impl->env), what));
  mdb_env_set_maxdbs(impl->env, static_cast<MDB_dbi>(tables.size()));
  mdb_env_set_mapsize(impl->env, max_bytes);
  UNDERSTUDY_RETURN_IF_ERROR(
      ToStatus(mdb_env_open(impl->env, directory.c_str(), 0, 0600), what));
  UNDERSTUDY_RETURN_IF_ERROR(CheckWhole(impl->env, directory));
  UNDERSTUDY_RETURN_IF_ERROR(OpenTables(impl->env, tables, &impl->tables));
  return std::unique_ptr<LmdbEnvironment>(new LmdbEnvironment(std::move(impl)));
}

absl::Status LmdbEnvironment::Read(const Body& body) const {
  MDB_txn* txn;
  UNDERSTUDY_RETURN_IF_ERROR(
      ToStatus(mdb_txn_begin(impl_->env, nullptr, MDB_RDONLY, &txn),
               "beginning to read the store"));
  Transaction transaction(txn, impl_->tables);
  absl::Status status = body(transaction);
  mdb_txn_abort(txn);
  return status;
}

absl::Status LmdbEnvironment::Write(const Body& body) {
  MDB_txn* txn;
  UNDERSTUDY_RETURN_IF_ERROR(
      ToStatus(mdb_txn_begin(impl_->env, nullptr, 0, &txn),
               "beginning to write the store"));
  Transaction transaction(txn, impl_->tables);
  if (absl::Status status = body(transaction); !status.ok()) {
    mdb_txn_abort(txn);
    return status;
  }
  return ToStatus(mdb_txn_commit(txn), "committing to the store");
}

void LmdbEnvironment::DropCache() const {
  MDB_envinfo info;
  if (mdb_env_info(impl_->env, &info) == 0 && info.me_mapaddr != nullptr) {
    madvise(info.me_mapaddr, info.me_mapsize, MADV_DONTNEED);
  }
}

uint64_t LmdbEnvironment::used_bytes() const {
  MDB_envinfo info;
  MDB_stat page;
  mdb_env_info(impl_->env, &info);
  mdb_env_stat(impl_->env, &page);
  return (info.me_last_pgno + 1) * uint64_t{page.ms_psize};
}

uint64_t LmdbEnvironment::max_bytes() const {
  MDB_envinfo info;
  mdb_env_info(impl_->env, &info);
  return info.me_mapsize;
}

}  // namespace understudy::edge
