// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Every statement of PostgresStore, by name. Lists travel as arrays, times as
// microseconds since 1970; each statement has a limit or touches one row, and
// an index of migrations/ behind it.
namespace understudy::control::sql {

// --- Shapes --------------------------------------------------------------

// A primary is "address port" in the list; addresses have no blanks.
#define UNDERSTUDY_SQL_PRIMARIES(column)                                     \
  "(SELECT coalesce(string_agg((p->>'address') || ' ' || (p->>'port'), ',' " \
  "ORDER BY position), '') FROM jsonb_array_elements(" column                \
  ") WITH ORDINALITY AS e (p, position))"
#define UNDERSTUDY_SQL_MICROS(column) \
  "(extract(epoch FROM " column ") * 1000000)::bigint"
#define UNDERSTUDY_SQL_TIME(micros) \
  "('1970-01-01 00:00:00+00'::timestamptz + " micros " * interval '1 us')"
#define UNDERSTUDY_SQL_ZONE_COLUMNS \
  "uid, project, name, " UNDERSTUDY_SQL_PRIMARIES("primaries")            \
  ", claim_proven, revision, refresh_generation, retransfer_generation, " \
  UNDERSTUDY_SQL_MICROS("create_time") ", "                               \
  UNDERSTUDY_SQL_MICROS("update_time") ", "                               \
  UNDERSTUDY_SQL_MICROS("delete_time") ", etag"
#define UNDERSTUDY_SQL_EDGE_COLUMNS \
  "id, uid, " UNDERSTUDY_SQL_MICROS("create_time") ", connected, "         \
  UNDERSTUDY_SQL_MICROS("last_contact_time")                               \
  ", version, instance, acked_revision, (SELECT count(*) FROM placements " \
  "WHERE edge = edges.id AND state = 2)"

// --- Projects, tokens ----------------------------------------------------

// Held to the end of the transaction: one of several controllers that start
// at once makes the first project.
inline constexpr char kLockBootstrap[] =
    "SELECT pg_advisory_xact_lock(8100000002)";
inline constexpr char kAnyProject[] = "SELECT 1 FROM projects LIMIT 1";
inline constexpr char kInsertProject[] =
    "INSERT INTO projects (id) VALUES ($1)";
inline constexpr char kInsertToken[] =
    "INSERT INTO tokens (sha256, kind, subject) VALUES ($1, $2, $3)";
inline constexpr char kFindToken[] =
    "SELECT sha256, kind, subject FROM tokens WHERE sha256 = $1";
inline constexpr char kDeleteEdgeTokens[] =
    "DELETE FROM tokens WHERE subject = $1 AND kind = 'edge'";

// --- Zones -----------------------------------------------------------------

// The first statement of every change of what edges should do: the row stays
// locked to the end of the transaction, so that the order of revisions is the
// order of commits.
inline constexpr char kTakeRevision[] =
    "WITH taken AS (UPDATE edge_group SET revision = revision + 1 WHERE id = "
    "'default' RETURNING revision) SELECT revision, "
    "pg_notify('understudy_changes', '') FROM taken";
inline constexpr char kLatestRevision[] =
    "SELECT revision FROM edge_group WHERE id = 'default'";
inline constexpr char kProjectExists[] = "SELECT 1 FROM projects WHERE id = $1";
inline constexpr char kLiveName[] =
    "SELECT 1 FROM zones WHERE name = $1 AND delete_time IS NULL";
// $1 names above, $2 project.
inline constexpr char kForeignAbove[] =
    "SELECT 1 FROM zones WHERE name = ANY ($1::text[]) AND project <> $2 AND "
    "delete_time IS NULL LIMIT 1";
// $1 key, $2 end of its range or empty, $3 project.
inline constexpr char kForeignBelow[] =
    "SELECT 1 FROM zones WHERE tree_key > $1 AND ($2::text = '' OR tree_key < "
    "$2) AND project <> $3 AND delete_time IS NULL LIMIT 1";
// $1 uid, $2 project, $3 name, $4 key, $5 addresses, $6 ports, $7 proven, $8
// revision, $9 etag.
inline constexpr char kInsertZone[] =
    "INSERT INTO zones (uid, project, name, tree_key, primaries, claim_proven, "
    "revision, etag) VALUES ($1, $2, $3, $4, (SELECT "
    "jsonb_agg(jsonb_build_object('address', address, 'port', port) ORDER BY "
    "position) FROM unnest($5::text[], $6::int[]) WITH ORDINALITY AS p "
    "(address, port, position)), $7, $8, $9) "
    "RETURNING " UNDERSTUDY_SQL_ZONE_COLUMNS;
inline constexpr char kFindRequest[] =
    "SELECT uid, project, name, " UNDERSTUDY_SQL_PRIMARIES("primaries")
    ", claim_proven, revision, 0, 0, " UNDERSTUDY_SQL_MICROS("create_time")
    ", " UNDERSTUDY_SQL_MICROS("create_time") ", NULL, etag FROM request_ids "
    "WHERE project = $1 AND request_id = $2";
// $1 request id, $2 uid.
inline constexpr char kRememberRequest[] =
    "INSERT INTO request_ids (project, request_id, uid, name, primaries, "
    "claim_proven, revision, etag, create_time) SELECT project, $1, uid, name, "
    "primaries, claim_proven, revision, etag, create_time FROM zones WHERE uid "
    "= $2";
inline constexpr char kGetZone[] =
    "SELECT " UNDERSTUDY_SQL_ZONE_COLUMNS
    " FROM zones WHERE name = $1 AND project = $2 AND delete_time IS NULL";
inline constexpr char kListZones[] =
    "SELECT " UNDERSTUDY_SQL_ZONE_COLUMNS
    " FROM zones WHERE project = $1 AND name > $2 AND delete_time IS NULL "
    "ORDER BY name LIMIT $3";
// $1 uid, $2 revision, $3 etag.
inline constexpr char kBuryZone[] =
    "UPDATE zones SET delete_time = now(), update_time = now(), revision = $2, "
    "etag = $3 WHERE uid = $1";
inline constexpr char kDeleteZonePlacements[] =
    "DELETE FROM placements WHERE zone_uid = $1::uuid";
inline constexpr char kDeleteZoneRejections[] =
    "DELETE FROM rejections WHERE zone_uid = $1";
// $1 name, $2 project, $3 revision.
inline constexpr char kRequestRefresh[] =
    "UPDATE zones SET refresh_generation = refresh_generation + 1, revision = "
    "$3 WHERE name = $1 AND project = $2 AND delete_time IS NULL";
inline constexpr char kRequestRetransfer[] =
    "UPDATE zones SET retransfer_generation = retransfer_generation + 1, "
    "revision = $3 WHERE name = $1 AND project = $2 AND delete_time IS NULL";
inline constexpr char kChangesAfter[] =
    "SELECT " UNDERSTUDY_SQL_ZONE_COLUMNS
    " FROM zones WHERE revision > $1 ORDER BY revision LIMIT $2";
inline constexpr char kCountZones[] =
    "SELECT count(*) FROM zones WHERE delete_time IS NULL";

// --- Edges -----------------------------------------------------------------

inline constexpr char kInsertEdge[] =
    "INSERT INTO edges (id, uid) VALUES ($1, $2) "
    "RETURNING " UNDERSTUDY_SQL_EDGE_COLUMNS;
inline constexpr char kGetEdge[] =
    "SELECT " UNDERSTUDY_SQL_EDGE_COLUMNS " FROM edges WHERE id = $1";
inline constexpr char kListEdges[] =
    "SELECT " UNDERSTUDY_SQL_EDGE_COLUMNS
    " FROM edges WHERE id > $1 ORDER BY id LIMIT $2";
inline constexpr char kEdgeIds[] = "SELECT id FROM edges ORDER BY id LIMIT $1";
inline constexpr char kDeleteEdge[] = "DELETE FROM edges WHERE id = $1";
// $1 id, $2 connected, $3 last contact, $4 version, $5 instance, $6 revision.
inline constexpr char kUpdateEdge[] =
    "UPDATE edges SET connected = $2, last_contact_time = "
    UNDERSTUDY_SQL_TIME("$3::bigint")
    ", version = $4, instance = $5, acked_revision = $6 WHERE id = $1";

// In the order of PlacementRow. Rows of what is gone fall out by the joins.
inline constexpr char kWritePlacements[] =
    "INSERT INTO placements SELECT r.zone_uid, r.edge, r.state, r.serial, "
    "r.primary_serial, " UNDERSTUDY_SQL_TIME("r.publish_time") ", "
    UNDERSTUDY_SQL_TIME("r.last_check_time") ", "
    UNDERSTUDY_SQL_TIME("r.next_check_time") ", "
    UNDERSTUDY_SQL_TIME("r.expire_time")
    ", r.consecutive_failures, r.record_count, r.error_reason, "
    "r.error_evidence, r.error_primary, " UNDERSTUDY_SQL_TIME("r.error_time")
    ", " UNDERSTUDY_SQL_TIME("r.report_time")
    " FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::bigint[], "
    "$5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], "
    "$10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::text[], "
    "$15::bigint[], $16::bigint[]) AS r (zone_uid, edge, state, serial, "
    "primary_serial, publish_time, last_check_time, next_check_time, "
    "expire_time, consecutive_failures, record_count, error_reason, "
    "error_evidence, error_primary, error_time, report_time) "
    "JOIN zones z ON z.uid = r.zone_uid AND z.delete_time IS NULL "
    "JOIN edges e ON e.id = r.edge "
    "ON CONFLICT (zone_uid, edge) DO UPDATE SET state = excluded.state, serial "
    "= excluded.serial, primary_serial = excluded.primary_serial, publish_time "
    "= excluded.publish_time, last_check_time = excluded.last_check_time, "
    "next_check_time = excluded.next_check_time, expire_time = "
    "excluded.expire_time, consecutive_failures = "
    "excluded.consecutive_failures, record_count = excluded.record_count, "
    "error_reason = excluded.error_reason, error_evidence = "
    "excluded.error_evidence, error_primary = excluded.error_primary, "
    "error_time = excluded.error_time, report_time = excluded.report_time";
inline constexpr char kPlacementsOf[] =
    "SELECT zone_uid, edge, state, serial, primary_serial, "
    UNDERSTUDY_SQL_MICROS("publish_time") ", "
    UNDERSTUDY_SQL_MICROS("last_check_time") ", "
    UNDERSTUDY_SQL_MICROS("next_check_time") ", "
    UNDERSTUDY_SQL_MICROS("expire_time")
    ", consecutive_failures, record_count, error_reason, error_evidence, "
    "error_primary, " UNDERSTUDY_SQL_MICROS("error_time") ", "
    UNDERSTUDY_SQL_MICROS("report_time")
    " FROM placements WHERE zone_uid = ANY ($1::uuid[]) ORDER BY zone_uid, "
    "edge LIMIT $2";

// $1 edges, $2 zone uids, $3 revisions, $4 reasons.
inline constexpr char kWriteRejections[] =
    "INSERT INTO rejections SELECT r.edge, r.zone_uid, r.revision, r.reason "
    "FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) AS r (edge, "
    "zone_uid, revision, reason) JOIN edges e ON e.id = r.edge ON CONFLICT "
    "(edge, zone_uid) DO UPDATE SET revision = excluded.revision, reason = "
    "excluded.reason";
// $1 edges, $2 zone uids.
inline constexpr char kClearRejections[] =
    "DELETE FROM rejections USING unnest($1::text[], $2::text[]) AS r (edge, "
    "zone_uid) WHERE rejections.edge = r.edge AND rejections.zone_uid = "
    "r.zone_uid";
inline constexpr char kRejectionsOf[] =
    "SELECT edge, zone_uid, revision, reason FROM rejections WHERE edge = $1 "
    "ORDER BY zone_uid LIMIT $2";

// --- Upkeep ----------------------------------------------------------------

// $1 time, $2 limit.
inline constexpr char kPurgeTombstones[] =
    "DELETE FROM zones WHERE uid IN (SELECT uid FROM zones WHERE delete_time < "
    UNDERSTUDY_SQL_TIME("$1::bigint")
    " AND revision <= coalesce((SELECT min(acked_revision) FROM edges), "
    "9223372036854775807) ORDER BY delete_time LIMIT $2)";
// A report may have crossed the deletion of its zone.
inline constexpr char kPurgePlacements[] =
    "DELETE FROM placements USING zones WHERE zones.uid = placements.zone_uid "
    "AND zones.delete_time IS NOT NULL";
inline constexpr char kPurgeRequests[] =
    "DELETE FROM request_ids WHERE create_time < now() - interval '24 hours'";
inline constexpr char kPing[] = "SELECT 1";
inline constexpr char kListen[] = "LISTEN understudy_changes";

#undef UNDERSTUDY_SQL_PRIMARIES
#undef UNDERSTUDY_SQL_MICROS
#undef UNDERSTUDY_SQL_TIME
#undef UNDERSTUDY_SQL_ZONE_COLUMNS
#undef UNDERSTUDY_SQL_EDGE_COLUMNS

}  // namespace understudy::control::sql
