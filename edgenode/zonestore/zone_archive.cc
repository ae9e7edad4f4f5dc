// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zonestore/zone_archive.h"

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "edgenode/zonestore/zone_records.h"

namespace understudy::edge {
namespace {

using ::understudy::edge::v1::Assignment;

// Versions larger than this are written in transactions of their own size, so
// that one huge zone does not need one huge transaction.
constexpr size_t kTransactionBytes = size_t{32} << 20;

absl::Status PutBlocksInPieces(LmdbEnvironment& environment, const Zone& zone,
                               uint64_t version) {
  for (uint32_t from = 0; from < BlockCount(zone);) {
    const uint32_t to = EndOfPiece(zone, from, kTransactionBytes);
    UNDERSTUDY_RETURN_IF_ERROR(environment.Write([&](LmdbTransaction& txn) {
      return PutBlocks(txn, zone, version, from, to);
    }));
    from = to;
  }
  return absl::OkStatus();
}

}  // namespace

ZoneArchive::ZoneArchive(std::unique_ptr<LmdbEnvironment> environment,
                         Metrics& metrics, const Logger& log)
    : environment_(std::move(environment)),
      log_(log),
      damaged_(
          metrics.Counter("understudy_edge_store_damaged_zones_total",
                          "Stored zones that were found damaged and dropped.")),
      committer_(*environment_, metrics, log) {}

ZoneArchive::~ZoneArchive() = default;

absl::StatusOr<std::unique_ptr<ZoneArchive>> ZoneArchive::Open(
    const std::string& directory, uint64_t max_bytes, Metrics& metrics,
    const Logger& log) {
  auto environment =
      LmdbEnvironment::Open(directory, max_bytes, StoreTableNames());
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
    environment =
        LmdbEnvironment::Open(directory, max_bytes, StoreTableNames());
  }
  UNDERSTUDY_RETURN_IF_ERROR(environment.status());
  UNDERSTUDY_RETURN_IF_ERROR((*environment)->Write([&](LmdbTransaction& txn) {
    auto format = txn.Get(kNodeTable, "format");
    if (!format.ok()) return txn.Put(kNodeTable, "format", kStoreFormat);
    if (*format == kStoreFormat) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        "the store in ", directory, " has format ", *format,
        ", this program knows ", kStoreFormat,
        "; run the version that wrote it, or move the directory away: zones "
        "are then transferred anew"));
  }));
  return FromEnvironment(*std::move(environment), metrics, log);
}

absl::StatusOr<std::unique_ptr<ZoneArchive>> ZoneArchive::FromEnvironment(
    std::unique_ptr<LmdbEnvironment> environment, Metrics& metrics,
    const Logger& log) {
  VersionCensus census;
  UNDERSTUDY_RETURN_IF_ERROR(environment->Read([&](LmdbTransaction& txn) {
    UNDERSTUDY_ASSIGN_OR_RETURN(census, TakeCensus(txn));
    return absl::OkStatus();
  }));
  // Versions that were never finished.
  for (uint64_t version : census.orphans) {
    UNDERSTUDY_RETURN_IF_ERROR(environment->Write(
        [&](LmdbTransaction& txn) { return DropBlocks(txn, version); }));
  }
  std::unique_ptr<ZoneArchive> archive(
      new ZoneArchive(std::move(environment), metrics, log));
  archive->next_version_ = census.next;
  return archive;
}

absl::StatusOr<std::vector<StoredZone>> ZoneArchive::LoadZones() {
  std::vector<StoredZone> zones;
  std::vector<std::string> broken;
  absl::Status read = environment_->Read([&](LmdbTransaction& txn) {
    return txn.ForEach(
        kZonesTable, "", [&](absl::string_view key, absl::string_view value) {
          const std::string assignment(key);
          auto zone = GetZone(txn, key, value);
          if (zone.ok()) {
            zones.push_back({assignment, zone->first, zone->second});
          } else {
            damaged_.Increment();
            log_.Error("stored zone damaged, to be transferred anew",
                       {{"assignment", assignment},
                        {"error", std::string(zone.status().message())}});
            broken.push_back(assignment);
          }
          return true;
        });
  });
  UNDERSTUDY_RETURN_IF_ERROR(read);
  for (const std::string& assignment : broken) RemoveZone(assignment);
  environment_->DropCache();
  return zones;
}

absl::StatusOr<std::vector<Assignment>> ZoneArchive::LoadAssignments() {
  std::vector<Assignment> assignments;
  UNDERSTUDY_RETURN_IF_ERROR(environment_->Read([&](LmdbTransaction& txn) {
    return txn.ForEach(
        kAssignmentsTable, "",
        [&](absl::string_view key, absl::string_view value) {
          Assignment assignment;
          if (assignment.ParseFromArray(value.data(),
                                        static_cast<int>(value.size())) &&
              assignment.name() == key) {
            assignments.push_back(std::move(assignment));
          } else {
            log_.Error("stored assignment damaged",
                       {{"assignment", std::string(key)}});
          }
          return true;
        });
  }));
  return assignments;
}

void ZoneArchive::SaveZone(const std::string& assignment, ZoneRef zone,
                           const ZoneTimers& timers, Done done) {
  const uint64_t version = next_version_.fetch_add(1);
  const bool in_pieces = zone->byte_size() > kTransactionBytes;
  GroupCommitter::Job job;
  job.bytes = zone->byte_size();
  if (in_pieces) {
    job.prepare = [zone, version](LmdbEnvironment& environment) {
      return PutBlocksInPieces(environment, *zone, version);
    };
  }
  job.write = [assignment, zone, version, timers,
               in_pieces](LmdbTransaction& txn) {
    UNDERSTUDY_RETURN_IF_ERROR(DropContent(txn, assignment));
    if (!in_pieces) {
      UNDERSTUDY_RETURN_IF_ERROR(
          PutBlocks(txn, *zone, version, 0, BlockCount(*zone)));
    }
    return PutZone(txn, assignment, *zone, version, timers);
  };
  job.done = std::move(done);
  if (in_pieces) {
    job.done = [this, version, told = std::move(job.done)](absl::Status saved) {
      // The pieces that were written would take the room until the next start,
      // which drops what this cannot.
      if (!saved.ok()) {
        environment_
            ->Write(
                [&](LmdbTransaction& txn) { return DropBlocks(txn, version); })
            .IgnoreError();
      }
      if (told) told(std::move(saved));
    };
  }
  committer_.Enqueue(std::move(job));
}

void ZoneArchive::SaveTimers(const std::string& assignment,
                             const ZoneTimers& timers) {
  Write([assignment, timers](LmdbTransaction& txn) {
    if (!txn.Get(kZonesTable, assignment).ok()) return absl::OkStatus();
    return PutTimers(txn, assignment, timers);
  });
}

void ZoneArchive::RemoveZone(const std::string& assignment) {
  Write([assignment](LmdbTransaction& txn) {
    UNDERSTUDY_RETURN_IF_ERROR(DropContent(txn, assignment));
    return txn.Delete(kTimersTable, assignment);
  });
}

void ZoneArchive::SaveAssignments(std::vector<Assignment> upserts,
                                  std::vector<std::string> removals,
                                  Done done) {
  Write(
      [upserts = std::move(upserts),
       removals = std::move(removals)](LmdbTransaction& txn) {
        for (const std::string& name : removals) {
          UNDERSTUDY_RETURN_IF_ERROR(txn.Delete(kAssignmentsTable, name));
        }
        for (const Assignment& assignment : upserts) {
          UNDERSTUDY_RETURN_IF_ERROR(txn.Put(kAssignmentsTable,
                                             assignment.name(),
                                             assignment.SerializeAsString()));
        }
        return absl::OkStatus();
      },
      std::move(done));
}

void ZoneArchive::Write(LmdbEnvironment::Body body, Done done) {
  GroupCommitter::Job job;
  job.write = std::move(body);
  job.done = std::move(done);
  committer_.Enqueue(std::move(job));
}

void ZoneArchive::Flush() { committer_.Flush(); }

}  // namespace understudy::edge
