// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace understudy::control {

// The controller's truth, as the rest of the controller sees it: two
// implementations (PostgreSQL, and one in memory for tests) that pass one
// contract suite (store_contract.h). Thread-safe; calls block.
//
// Errors are canonical: NotFound, AlreadyExists, Aborted (etag), Unavailable
// (the database is away: try again), FailedPrecondition. No SQL and no
// exception leaves an implementation.
//
// Revisions: every change of what an edge should do takes the next revision
// in its own transaction, under a row lock, so that the order of revisions is
// the order of commits: who has read up to revision N has missed nothing
// below N (docs/adr/0007).

// A server to copy from.
struct PrimaryRow {
  std::string address;
  uint16_t port = 53;
  friend bool operator==(const PrimaryRow&, const PrimaryRow&) = default;
};

// A zone's registration. `zone` is the canonical name: lower-case A-labels
// without the final dot, "." for the root.
struct ZoneRow {
  std::string uid;      // UUID.
  std::string project;  // Project id, "acme" of "projects/acme".
  std::string zone;
  std::vector<PrimaryRow> primaries;
  // False while the claim to the name is unproven: edges copy the zone, but do
  // not answer for it.
  bool claim_proven = true;
  int64_t revision = 0;
  int64_t refresh_generation = 0;
  int64_t retransfer_generation = 0;
  absl::Time create_time;
  absl::Time update_time;
  // Set: deleted, kept as a tombstone so that the change feed can tell it.
  std::optional<absl::Time> delete_time;
  // Changes with each change of the registration (not with refresh requests).
  std::string etag;
};

// What one edge says of one zone; the latest wins.
struct PlacementRow {
  enum class State { kLoading = 1, kServing = 2, kExpired = 3, kRejected = 4 };
  std::string zone_uid;
  std::string edge;  // Edge id.
  State state = State::kLoading;
  std::optional<uint32_t> serial;
  std::optional<uint32_t> primary_serial;
  std::optional<absl::Time> publish_time;
  std::optional<absl::Time> last_check_time;
  std::optional<absl::Time> next_check_time;
  std::optional<absl::Time> expire_time;
  uint32_t consecutive_failures = 0;
  uint64_t record_count = 0;
  // Empty reason: no failure.
  std::string error_reason;
  std::string error_evidence;
  std::string error_primary;
  std::optional<absl::Time> error_time;
  absl::Time report_time;
};

struct EdgeRow {
  std::string id;
  std::string uid;
  absl::Time create_time;
  bool connected = false;
  std::optional<absl::Time> last_contact_time;
  std::string version;
  std::string instance;
  int64_t acked_revision = 0;
  int64_t zones_serving = 0;  // Counted from the placements; output only.
};

// An assignment that an edge refused.
struct RejectionRow {
  std::string edge;
  std::string zone_uid;
  int64_t revision = 0;
  std::string reason;
};

enum class TokenKind { kProjectOwner, kOperator, kEdge };

struct TokenRow {
  std::string sha256_hex;  // Of the whole token; the token itself is not kept.
  TokenKind kind = TokenKind::kProjectOwner;
  std::string subject;  // Project id, edge id, or empty for an operator.
};

struct CreateZoneResult {
  ZoneRow row;
  // True when the request_id was seen before and `row` is the first answer.
  bool replayed = false;
};

class Store {
 public:
  virtual ~Store() = default;

  // --- Projects, tokens -----------------------------------------------------

  // Makes the first project and tokens when there is no project yet; returns
  // whether it did. One of several controllers that start at once wins.
  virtual absl::StatusOr<bool> Bootstrap(
      const std::string& project, const std::vector<TokenRow>& tokens) = 0;
  // AlreadyExists when there is such a project.
  virtual absl::Status CreateProject(const std::string& project,
                                     const std::vector<TokenRow>& tokens) = 0;
  // NotFound when no token has this hash.
  virtual absl::StatusOr<TokenRow> FindToken(const std::string& sha256_hex) = 0;

  // --- Zones ----------------------------------------------------------------

  // AlreadyExists when a live zone has the name, whatever its project; and,
  // unless `allow_nested`, when a live zone of another project lies above or
  // below it. NotFound when the project is not there. `request_id` may be
  // empty; FailedPrecondition when it was used for another zone or for other
  // primaries. Fills uid, revision, times and etag.
  virtual absl::StatusOr<CreateZoneResult> CreateZone(
      const ZoneRow& wanted, const std::string& request_id,
      bool allow_nested) = 0;
  // The same checks, nothing stored.
  virtual absl::Status CheckCreateZone(const ZoneRow& wanted,
                                       bool allow_nested) = 0;
  virtual absl::StatusOr<ZoneRow> GetZone(const std::string& project,
                                          const std::string& zone) = 0;
  // By name, those greater than `after`, at most `limit`.
  virtual absl::StatusOr<std::vector<ZoneRow>> ListZones(
      const std::string& project, const std::string& after, int limit) = 0;
  // Makes a tombstone under a new revision. Aborted when `etag` is not empty
  // and is another.
  virtual absl::Status DeleteZone(const std::string& project,
                                  const std::string& zone,
                                  const std::string& etag) = 0;
  virtual absl::Status RequestRefresh(const std::string& project,
                                      const std::string& zone) = 0;
  virtual absl::Status RequestRetransfer(const std::string& project,
                                         const std::string& zone) = 0;

  // --- The change feed ------------------------------------------------------

  // The newest committed revision; 0 at first.
  virtual absl::StatusOr<int64_t> LatestRevision() = 0;
  // Changes after `revision`, tombstones included, by revision ascending, at
  // most `limit`. With revision 0: all there is.
  virtual absl::StatusOr<std::vector<ZoneRow>> ChangesAfter(int64_t revision,
                                                            int limit) = 0;
  // Blocks until something may have changed, the time is over or Interrupt is
  // called. A hint: it may come without cause, and may be lost. For one
  // thread.
  virtual void WaitForHint(absl::Duration timeout) = 0;
  // Wakes WaitForHint, now and for ever. For the end of the process.
  virtual void Interrupt() = 0;

  // --- Edges and what they say ----------------------------------------------

  virtual absl::StatusOr<EdgeRow> CreateEdge(const std::string& id,
                                             const TokenRow& token) = 0;
  virtual absl::StatusOr<EdgeRow> GetEdge(const std::string& id) = 0;
  virtual absl::StatusOr<std::vector<EdgeRow>> ListEdges(
      const std::string& after, int limit) = 0;
  // Of all edges, ascending; without counting what they serve.
  virtual absl::StatusOr<std::vector<std::string>> EdgeIds() = 0;
  // Its tokens, placements and rejections go with it.
  virtual absl::Status DeleteEdge(const std::string& id) = 0;
  // Stores connected, last_contact_time, version, instance, acked_revision.
  // NotFound when it is gone.
  virtual absl::Status UpdateEdge(const EdgeRow& edge) = 0;

  // Upserts; rows of zones or edges that are gone are skipped.
  virtual absl::Status WritePlacements(
      const std::vector<PlacementRow>& rows) = 0;
  // Of these zones, ordered by zone_uid and edge.
  virtual absl::StatusOr<std::vector<PlacementRow>> PlacementsOf(
      const std::vector<std::string>& zone_uids) = 0;
  // Replaces what is known of these (edge, zone) pairs; an empty reason clears.
  virtual absl::Status WriteRejections(
      const std::vector<RejectionRow>& rows) = 0;
  virtual absl::StatusOr<std::vector<RejectionRow>> RejectionsOf(
      const std::string& edge, int limit) = 0;
  // Live zones, in all projects.
  virtual absl::StatusOr<int64_t> CountZones() = 0;
  // Removes tombstones older than this that every edge has acknowledged, and
  // remembered request ids that are older than a day.
  virtual absl::Status Purge(absl::Time tombstones_before) = 0;

  // OK when the database answers.
  virtual absl::Status Ping() = 0;
};

}  // namespace understudy::control
