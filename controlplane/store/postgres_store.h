// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"
#include "controlplane/store/store.h"

namespace understudy::control {

// What a PostgresStore needs to know.
struct DatabaseOptions {
  std::string connection_string;  // Keywords or a URI, as libpq takes them.
  int most_connections = 8;       // And one more that listens.
  // After this a call gives up with Unavailable. Calls that move many rows may
  // take five times as long.
  absl::Duration call_limit = absl::Seconds(2);
};

// The Store in PostgreSQL. Thread-safe; as many calls run at once as there are
// connections. Heals by itself when the database comes back. Times are the
// database's.
class PostgresStore final : public Store {
 public:
  // InvalidArgument when libpq cannot read it.
  static absl::Status CheckConnectionString(const std::string& text);

  // Does not connect yet: the database may be away. InvalidArgument when the
  // connection string is none. Clock and random must outlive the store.
  static absl::StatusOr<std::unique_ptr<PostgresStore>> Open(
      const DatabaseOptions& options, const Clock& clock, Random& random);
  ~PostgresStore() override;

  // Brings the schema up to date (see migrator.h). Until that has been done
  // once to a database, calls are Unavailable.
  absl::Status Migrate();

  absl::StatusOr<bool> Bootstrap(const std::string& project,
                                 const std::vector<TokenRow>& tokens) override;
  absl::Status CreateProject(const std::string& project,
                             const std::vector<TokenRow>& tokens) override;
  absl::StatusOr<TokenRow> FindToken(const std::string& sha256_hex) override;

  absl::StatusOr<CreateZoneResult> CreateZone(const ZoneRow& wanted,
                                              const std::string& request_id,
                                              bool allow_nested) override;
  absl::Status CheckCreateZone(const ZoneRow& wanted,
                               bool allow_nested) override;
  absl::StatusOr<ZoneRow> GetZone(const std::string& project,
                                  const std::string& zone) override;
  absl::StatusOr<std::vector<ZoneRow>> ListZones(const std::string& project,
                                                 const std::string& after,
                                                 int limit) override;
  absl::Status DeleteZone(const std::string& project, const std::string& zone,
                          const std::string& etag) override;
  absl::Status RequestRefresh(const std::string& project,
                              const std::string& zone) override;
  absl::Status RequestRetransfer(const std::string& project,
                                 const std::string& zone) override;

  absl::StatusOr<int64_t> LatestRevision() override;
  absl::StatusOr<std::vector<ZoneRow>> ChangesAfter(int64_t revision,
                                                    int limit) override;
  void WaitForHint(absl::Duration timeout) override;
  void Interrupt() override;

  absl::StatusOr<EdgeRow> CreateEdge(const std::string& id,
                                     const TokenRow& token) override;
  absl::StatusOr<EdgeRow> GetEdge(const std::string& id) override;
  absl::StatusOr<std::vector<EdgeRow>> ListEdges(const std::string& after,
                                                 int limit) override;
  absl::StatusOr<std::vector<std::string>> EdgeIds() override;
  absl::Status DeleteEdge(const std::string& id) override;
  absl::Status UpdateEdge(const EdgeRow& edge) override;

  absl::Status WritePlacements(const std::vector<PlacementRow>& rows) override;
  absl::StatusOr<std::vector<PlacementRow>> PlacementsOf(
      const std::vector<std::string>& zone_uids) override;
  absl::Status WriteRejections(const std::vector<RejectionRow>& rows) override;
  absl::StatusOr<std::vector<RejectionRow>> RejectionsOf(
      const std::string& edge, int limit) override;
  absl::StatusOr<int64_t> CountZones() override;
  absl::Status Purge(absl::Time tombstones_before) override;
  absl::Status Ping() override;

 private:
  // Keeps libpqxx out of this header.
  struct Database;
  PostgresStore(std::unique_ptr<Database> database, Random& random);

  std::string NewEtag();
  absl::Status Bump(const char* statement, const std::string& project,
                    const std::string& zone);

  const std::unique_ptr<Database> database_;
  Random& random_;
};

}  // namespace understudy::control
