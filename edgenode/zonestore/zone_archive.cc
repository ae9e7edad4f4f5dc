// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zonestore/zone_archive.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/mailbox.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "edgenode/zonestore/lmdb_environment.h"

namespace understudy::edge {
namespace {

using ::understudy::edge::v1::Assignment;

// The tables, in the order of kTables.
enum Table : size_t { kNode, kAssignments, kZones, kTimers, kBlocks };
const std::vector<std::string>& TableNames() {
  static const auto* names = new std::vector<std::string>{
      "node", "assignments", "zones", "timers", "blocks"};
  return *names;
}

// docs/reference/store-format.md tells the format and its history.
constexpr absl::string_view kFormat = "1";

// Versions larger than this are written in transactions of their own size, so
// that one huge zone does not hold up the commits of all others.
constexpr size_t kTransactionBytes = size_t{32} << 20;

// Integers in keys are big-endian, so that their order is LMDB's.
void PutBig(std::string* out, uint64_t v, int octets) {
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(v >> shift));
  }
}

uint64_t GetBig(absl::string_view in, size_t at, size_t octets) {
  uint64_t v = 0;
  for (size_t i = 0; i < octets; ++i) {
    v = v << 8 | static_cast<uint8_t>(in[at + i]);
  }
  return v;
}

std::string BlockKey(uint64_t version, uint32_t index) {
  std::string key;
  PutBig(&key, version, 8);
  PutBig(&key, index, 4);
  return key;
}

// What the zones table holds for an assignment.
struct ZoneMeta {
  uint64_t version = 0;  // Of this content, over all zones; keys its blocks.
  uint32_t name_blocks = 0;
  uint32_t nsec3_blocks = 0;
  std::string apex;  // Wire form.

  std::string Encode() const {
    std::string out;
    PutBig(&out, version, 8);
    PutBig(&out, name_blocks, 4);
    PutBig(&out, nsec3_blocks, 4);
    return out + apex;
  }
  static bool Decode(absl::string_view in, ZoneMeta* meta) {
    if (in.size() < 17) return false;
    meta->version = GetBig(in, 0, 8);
    meta->name_blocks = static_cast<uint32_t>(GetBig(in, 8, 4));
    meta->nsec3_blocks = static_cast<uint32_t>(GetBig(in, 12, 4));
    meta->apex = std::string(in.substr(16));
    return true;
  }
};

// Times as microseconds; the infinite ones as the ends of the range.
int64_t Micros(absl::Time t) {
  if (t == absl::InfinitePast()) return INT64_MIN;
  if (t == absl::InfiniteFuture()) return INT64_MAX;
  return absl::ToUnixMicros(t);
}

absl::Time FromMicros(uint64_t bits) {
  const auto v = static_cast<int64_t>(bits);
  if (v == INT64_MIN) return absl::InfinitePast();
  if (v == INT64_MAX) return absl::InfiniteFuture();
  return absl::FromUnixMicros(v);
}

std::string EncodeTimers(const ZoneTimers& timers) {
  std::string out;
  for (absl::Time t : {timers.last_check, timers.expire, timers.publish}) {
    PutBig(&out, static_cast<uint64_t>(Micros(t)), 8);
  }
  return out;
}

bool DecodeTimers(absl::string_view in, ZoneTimers* timers) {
  if (in.size() != 24) return false;
  timers->last_check = FromMicros(GetBig(in, 0, 8));
  timers->expire = FromMicros(GetBig(in, 8, 8));
  timers->publish = FromMicros(GetBig(in, 16, 8));
  return true;
}

// A run of blocks, each checked, and all of them in order.
absl::StatusOr<Run> LoadRun(LmdbTransaction& txn, uint64_t version,
                            uint32_t first, uint32_t count) {
  std::vector<BlockRef> blocks;
  std::string last;
  for (uint32_t i = first; i < first + count; ++i) {
    auto bytes = txn.Get(kBlocks, BlockKey(version, i));
    if (!bytes.ok()) {
      return absl::DataLossError(absl::StrCat("block ", i, " is missing"));
    }
    std::string why;
    BlockRef block = Block::CheckedCopy(*bytes, &why);
    if (!block) {
      return absl::DataLossError(absl::StrCat("block ", i, ": ", why));
    }
    if (i > first && !(last < block->KeyOf(0))) {
      return absl::DataLossError(absl::StrCat("block ", i, " is out of order"));
    }
    last = block->KeyOf(block->name_count() - 1);
    blocks.push_back(std::move(block));
  }
  return Run(std::move(blocks));
}

absl::StatusOr<ZoneRef> LoadZone(LmdbTransaction& txn, const ZoneMeta& meta) {
  auto apex = dns::Name::FromWire(meta.apex);
  if (!apex.ok()) return absl::DataLossError("its apex is no name");
  UNDERSTUDY_ASSIGN_OR_RETURN(Run names,
                              LoadRun(txn, meta.version, 0, meta.name_blocks));
  UNDERSTUDY_ASSIGN_OR_RETURN(
      Run nsec3,
      LoadRun(txn, meta.version, meta.name_blocks, meta.nsec3_blocks));
  ZoneRef zone = Zone::Make(*apex, std::move(names), std::move(nsec3));
  if (!zone) return absl::DataLossError("it has no SOA");
  return zone;
}

}  // namespace

struct ZoneArchive::Impl {
  struct Job {
    // Written before the job's own transaction, in several.
    std::function<absl::Status(LmdbEnvironment&)> prepare;
    LmdbEnvironment::Body write;
    Done done;
    size_t bytes = 0;
  };

  Impl(std::unique_ptr<LmdbEnvironment> env, Metrics& metrics,
       const Logger& logger)
      : environment(std::move(env)),
        log(logger),
        queue(1'000'000),
        errors(metrics.Counter("understudy_edge_store_errors_total",
                               "Writes to the zone store that failed.")),
        damaged(metrics.Counter(
            "understudy_edge_store_damaged_zones_total",
            "Stored zones that were found damaged and dropped.")),
        commits(metrics.Counter("understudy_edge_store_commits_total",
                                "Commits to the zone store.")),
        used(metrics.Gauge("understudy_edge_store_bytes",
                           "Bytes of the zone store in use.")) {}

  absl::Status PutBlocks(LmdbTransaction& txn, const Zone& zone,
                         uint64_t version, uint32_t from, uint32_t to);
  absl::Status PutBlocksInPieces(const Zone& zone, uint64_t version);
  absl::Status DropContent(LmdbTransaction& txn, const std::string& assignment);
  absl::Status DropOrphans();
  void Enqueue(Job job);
  void Run();
  void Commit(std::vector<Job>* jobs);

  std::unique_ptr<LmdbEnvironment> environment;
  const Logger& log;
  Mailbox<Job> queue;
  CounterMetric& errors;
  CounterMetric& damaged;
  CounterMetric& commits;
  GaugeMetric& used;
  std::atomic<uint64_t> next_version{1};
  std::thread thread;
};

namespace {

uint32_t BlockCount(const Zone& zone) {
  return static_cast<uint32_t>(zone.names().blocks().size() +
                               zone.nsec3().blocks().size());
}

const Block& BlockAt(const Zone& zone, uint32_t index) {
  const auto& names = zone.names().blocks();
  return index < names.size() ? *names[index]
                              : *zone.nsec3().blocks()[index - names.size()];
}

}  // namespace

absl::Status ZoneArchive::Impl::PutBlocks(LmdbTransaction& txn,
                                          const Zone& zone, uint64_t version,
                                          uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; ++i) {
    UNDERSTUDY_RETURN_IF_ERROR(
        txn.Put(kBlocks, BlockKey(version, i), BlockAt(zone, i).bytes()));
  }
  return absl::OkStatus();
}

absl::Status ZoneArchive::Impl::PutBlocksInPieces(const Zone& zone,
                                                  uint64_t version) {
  const uint32_t count = BlockCount(zone);
  for (uint32_t from = 0; from < count;) {
    uint32_t to = from;
    for (size_t bytes = 0; to < count && bytes < kTransactionBytes; ++to) {
      bytes += BlockAt(zone, to).bytes().size();
    }
    UNDERSTUDY_RETURN_IF_ERROR(environment->Write([&](LmdbTransaction& txn) {
      return PutBlocks(txn, zone, version, from, to);
    }));
    from = to;
  }
  return absl::OkStatus();
}

absl::Status ZoneArchive::Impl::DropContent(LmdbTransaction& txn,
                                            const std::string& assignment) {
  auto old = txn.Get(kZones, assignment);
  if (!old.ok()) return absl::OkStatus();
  ZoneMeta meta;
  if (ZoneMeta::Decode(*old, &meta)) {
    UNDERSTUDY_RETURN_IF_ERROR(txn.DeleteRange(
        kBlocks, BlockKey(meta.version, 0), BlockKey(meta.version + 1, 0)));
  }
  return txn.Delete(kZones, assignment);
}

// Blocks of versions that were never finished, or whose zone is gone; and the
// number that the next version gets.
absl::Status ZoneArchive::Impl::DropOrphans() {
  std::vector<uint64_t> used_versions;
  std::vector<uint64_t> orphans;
  uint64_t next = 1;
  absl::Status read = environment->Read([&](LmdbTransaction& txn) {
    UNDERSTUDY_RETURN_IF_ERROR(txn.ForEach(
        kZones, "", [&](absl::string_view, absl::string_view value) {
          ZoneMeta meta;
          if (ZoneMeta::Decode(value, &meta)) {
            used_versions.push_back(meta.version);
          }
          return true;
        }));
    std::sort(used_versions.begin(), used_versions.end());
    // Jumps from version to version.
    for (;;) {
      uint64_t found = 0;
      UNDERSTUDY_RETURN_IF_ERROR(
          txn.ForEach(kBlocks, BlockKey(next, 0),
                      [&](absl::string_view key, absl::string_view) {
                        if (key.size() == 12) found = GetBig(key, 0, 8);
                        return false;
                      }));
      if (found == 0) return absl::OkStatus();
      if (!std::binary_search(used_versions.begin(), used_versions.end(),
                              found)) {
        orphans.push_back(found);
      }
      next = found + 1;
    }
  });
  UNDERSTUDY_RETURN_IF_ERROR(read);
  if (!used_versions.empty()) next = std::max(next, used_versions.back() + 1);
  next_version = next;
  for (uint64_t version : orphans) {
    UNDERSTUDY_RETURN_IF_ERROR(environment->Write([&](LmdbTransaction& txn) {
      return txn.DeleteRange(kBlocks, BlockKey(version, 0),
                             BlockKey(version + 1, 0));
    }));
  }
  return absl::OkStatus();
}

void ZoneArchive::Impl::Enqueue(Job job) {
  Done done = job.done;
  if (!queue.Put(std::move(job)) && done) {
    done(absl::UnavailableError("the store is closed"));
  }
}

void ZoneArchive::Impl::Run() {
  for (;;) {
    const bool closing = queue.is_closed();
    std::vector<Job> jobs = queue.TakeAll(absl::Seconds(3600));
    if (jobs.empty()) {
      if (closing) return;
      continue;
    }
    Commit(&jobs);
  }
}

void ZoneArchive::Impl::Commit(std::vector<Job>* jobs) {
  size_t bytes = 0;
  std::vector<absl::Status> results(jobs->size());
  for (size_t i = 0; i < jobs->size(); ++i) {
    bytes += (*jobs)[i].bytes;
    if ((*jobs)[i].prepare) results[i] = (*jobs)[i].prepare(*environment);
  }
  absl::Status all = environment->Write([&](LmdbTransaction& txn) {
    for (size_t i = 0; i < jobs->size(); ++i) {
      if (results[i].ok()) UNDERSTUDY_RETURN_IF_ERROR((*jobs)[i].write(txn));
    }
    return absl::OkStatus();
  });
  if (!all.ok()) {
    // One of them spoils it for all: each for itself, then.
    for (size_t i = 0; i < jobs->size(); ++i) {
      if (results[i].ok()) results[i] = environment->Write((*jobs)[i].write);
    }
  }
  commits.Increment();
  used.Set(static_cast<double>(environment->used_bytes()));
  for (size_t i = 0; i < jobs->size(); ++i) {
    if (!results[i].ok()) {
      errors.Increment();
      log.Error("store write failed",
                {{"error", std::string(results[i].message())},
                 {"hint",
                  "the edge goes on from memory; free space on the "
                  "disk or raise limits.store_bytes"}});
    }
    if ((*jobs)[i].done) (*jobs)[i].done(results[i]);
  }
  jobs->clear();
  // LMDB's dirty pages were on the heap until now.
  if (bytes > kTransactionBytes) malloc_trim(0);
}

ZoneArchive::ZoneArchive(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ZoneArchive::~ZoneArchive() {
  impl_->queue.Close();
  if (impl_->thread.joinable()) impl_->thread.join();
}

absl::StatusOr<std::unique_ptr<ZoneArchive>> ZoneArchive::Open(
    const std::string& directory, uint64_t max_bytes, Metrics& metrics,
    const Logger& log) {
  auto environment = LmdbEnvironment::Open(directory, max_bytes, TableNames());
  if (absl::IsDataLoss(environment.status())) {
    // The content can be had again from the primaries; what is there may help
    // to find out why.
    const std::string file = directory + "/data.mdb";
    const std::string aside = file + ".damaged";
    log.Error("store damaged, starting with an empty one",
              {{"error", std::string(environment.status().message())},
               {"moved_to", aside}});
    if (std::rename(file.c_str(), aside.c_str()) != 0) {
      return environment.status();
    }
    environment = LmdbEnvironment::Open(directory, max_bytes, TableNames());
  }
  UNDERSTUDY_RETURN_IF_ERROR(environment.status());
  UNDERSTUDY_RETURN_IF_ERROR((*environment)->Write([&](LmdbTransaction& txn) {
    auto format = txn.Get(kNode, "format");
    if (!format.ok()) return txn.Put(kNode, "format", kFormat);
    if (*format == kFormat) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        "the store in ", directory, " has format ", *format,
        ", this program knows ", kFormat,
        "; run the version that wrote it, or move the directory away: zones "
        "are then transferred anew"));
  }));
  auto impl = std::make_unique<Impl>(*std::move(environment), metrics, log);
  UNDERSTUDY_RETURN_IF_ERROR(impl->DropOrphans());
  impl->thread = std::thread([raw = impl.get()] { raw->Run(); });
  return std::unique_ptr<ZoneArchive>(new ZoneArchive(std::move(impl)));
}

absl::StatusOr<std::vector<StoredZone>> ZoneArchive::LoadZones() {
  std::vector<StoredZone> zones;
  std::vector<std::string> broken;
  absl::Status read = impl_->environment->Read([&](LmdbTransaction& txn) {
    return txn.ForEach(
        kZones, "", [&](absl::string_view key, absl::string_view value) {
          StoredZone stored;
          stored.assignment = std::string(key);
          ZoneMeta meta;
          absl::StatusOr<ZoneRef> zone =
              ZoneMeta::Decode(value, &meta)
                  ? LoadZone(txn, meta)
                  : absl::DataLossError("its entry is too short");
          auto timers = txn.Get(kTimers, key);
          // Without timers nobody knows when the copy expires.
          if (zone.ok() &&
              (!timers.ok() || !DecodeTimers(*timers, &stored.timers))) {
            zone = absl::DataLossError("its timers are missing");
          }
          if (zone.ok()) {
            stored.zone = *std::move(zone);
            zones.push_back(std::move(stored));
          } else {
            impl_->damaged.Increment();
            impl_->log.Error("stored zone damaged, to be transferred anew",
                             {{"assignment", stored.assignment},
                              {"error", std::string(zone.status().message())}});
            broken.push_back(stored.assignment);
          }
          return true;
        });
  });
  UNDERSTUDY_RETURN_IF_ERROR(read);
  for (const std::string& assignment : broken) RemoveZone(assignment);
  impl_->environment->DropCache();
  return zones;
}

absl::StatusOr<std::vector<Assignment>> ZoneArchive::LoadAssignments() {
  std::vector<Assignment> assignments;
  UNDERSTUDY_RETURN_IF_ERROR(
      impl_->environment->Read([&](LmdbTransaction& txn) {
        return txn.ForEach(
            kAssignments, "",
            [&](absl::string_view key, absl::string_view value) {
              Assignment assignment;
              if (assignment.ParseFromArray(value.data(),
                                            static_cast<int>(value.size())) &&
                  assignment.name() == key) {
                assignments.push_back(std::move(assignment));
              } else {
                impl_->log.Error("stored assignment damaged",
                                 {{"assignment", std::string(key)}});
              }
              return true;
            });
      }));
  return assignments;
}

void ZoneArchive::SaveZone(const std::string& assignment, ZoneRef zone,
                           const ZoneTimers& timers, Done done) {
  const uint64_t version = impl_->next_version.fetch_add(1);
  const bool in_pieces = zone->byte_size() > kTransactionBytes;
  Impl* impl = impl_.get();
  Impl::Job job;
  job.bytes = zone->byte_size();
  if (in_pieces) {
    job.prepare = [impl, zone, version](LmdbEnvironment&) {
      return impl->PutBlocksInPieces(*zone, version);
    };
  }
  job.write = [impl, assignment, zone, version, in_pieces,
               encoded = EncodeTimers(timers)](LmdbTransaction& txn) {
    UNDERSTUDY_RETURN_IF_ERROR(impl->DropContent(txn, assignment));
    if (!in_pieces) {
      UNDERSTUDY_RETURN_IF_ERROR(
          impl->PutBlocks(txn, *zone, version, 0, BlockCount(*zone)));
    }
    ZoneMeta meta;
    meta.version = version;
    meta.name_blocks = static_cast<uint32_t>(zone->names().blocks().size());
    meta.nsec3_blocks = static_cast<uint32_t>(zone->nsec3().blocks().size());
    meta.apex = std::string(zone->apex().wire());
    UNDERSTUDY_RETURN_IF_ERROR(txn.Put(kZones, assignment, meta.Encode()));
    return txn.Put(kTimers, assignment, encoded);
  };
  job.done = std::move(done);
  impl_->Enqueue(std::move(job));
}

void ZoneArchive::SaveTimers(const std::string& assignment,
                             const ZoneTimers& timers) {
  impl_->Enqueue(
      {.prepare = nullptr,
       .write =
           [assignment, encoded = EncodeTimers(timers)](LmdbTransaction& txn) {
             if (!txn.Get(kZones, assignment).ok()) {
               return absl::OkStatus();
             }
             return txn.Put(kTimers, assignment, encoded);
           },
       .done = nullptr});
}

void ZoneArchive::RemoveZone(const std::string& assignment) {
  Impl* impl = impl_.get();
  impl_->Enqueue({.prepare = nullptr,
                  .write =
                      [impl, assignment](LmdbTransaction& txn) {
                        UNDERSTUDY_RETURN_IF_ERROR(
                            impl->DropContent(txn, assignment));
                        return txn.Delete(kTimers, assignment);
                      },
                  .done = nullptr});
}

void ZoneArchive::SaveAssignments(std::vector<Assignment> upserts,
                                  std::vector<std::string> removals,
                                  Done done) {
  impl_->Enqueue({.prepare = nullptr,
                  .write =
                      [upserts = std::move(upserts),
                       removals = std::move(removals)](LmdbTransaction& txn) {
                        for (const std::string& name : removals) {
                          UNDERSTUDY_RETURN_IF_ERROR(
                              txn.Delete(kAssignments, name));
                        }
                        for (const Assignment& assignment : upserts) {
                          UNDERSTUDY_RETURN_IF_ERROR(
                              txn.Put(kAssignments, assignment.name(),
                                      assignment.SerializeAsString()));
                        }
                        return absl::OkStatus();
                      },
                  .done = std::move(done)});
}

void ZoneArchive::Flush() {
  Mutex mu;
  CondVar written;
  bool is_done = false;
  impl_->Enqueue({.prepare = nullptr,
                  .write = [](LmdbTransaction&) { return absl::OkStatus(); },
                  .done =
                      [&](absl::Status) {
                        MutexLock lock(mu);
                        is_done = true;
                        written.NotifyAll();
                      }});
  MutexLock lock(mu);
  while (!is_done) written.Wait(mu);
}

}  // namespace understudy::edge
