-- Copyright 2026 The Understudy Authors
-- SPDX-License-Identifier: Apache-2.0

-- Tenants. Ids as in resource names.
CREATE TABLE projects (
  id text COLLATE "C" PRIMARY KEY
    CHECK (id ~ '^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$'),
  create_time timestamptz NOT NULL DEFAULT now()
);

-- Hashes of tokens. The subject is a project or an edge; operators have none.
CREATE TABLE tokens (
  sha256 text COLLATE "C" PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  kind text NOT NULL CHECK (kind IN ('project', 'operator', 'edge')),
  subject text COLLATE "C" NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  CHECK ((kind = 'operator') = (subject = ''))
);
CREATE INDEX tokens_by_subject ON tokens (subject, kind);

-- One row, whose lock puts the writers of assignments in a line: a revision
-- is taken and committed before the next one is taken.
CREATE TABLE edge_group (
  id text PRIMARY KEY,
  revision bigint NOT NULL DEFAULT 0 CHECK (revision >= 0)
);
INSERT INTO edge_group (id) VALUES ('default');

-- Registrations. tree_key holds the labels from the root down, so that what
-- lies below a name is a range. Deleted zones stay as tombstones for the
-- change feed.
CREATE TABLE zones (
  uid uuid PRIMARY KEY,
  project text COLLATE "C" NOT NULL REFERENCES projects (id),
  name text COLLATE "C" NOT NULL
    CHECK (octet_length(name) BETWEEN 1 AND 1016 AND name = lower(name)),
  tree_key text COLLATE "C" NOT NULL,
  primaries jsonb NOT NULL
    CHECK (jsonb_typeof(primaries) = 'array'
           AND jsonb_array_length(primaries) BETWEEN 1 AND 16),
  claim_proven boolean NOT NULL,
  revision bigint NOT NULL CHECK (revision > 0),
  refresh_generation bigint NOT NULL DEFAULT 0
    CHECK (refresh_generation >= 0),
  retransfer_generation bigint NOT NULL DEFAULT 0
    CHECK (retransfer_generation >= 0),
  etag text NOT NULL CHECK (etag <> ''),
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  delete_time timestamptz
);
CREATE UNIQUE INDEX zones_live_by_name ON zones (name)
  WHERE delete_time IS NULL;
CREATE INDEX zones_live_by_project ON zones (project, name)
  WHERE delete_time IS NULL;
CREATE INDEX zones_live_by_tree_key ON zones (tree_key)
  WHERE delete_time IS NULL;
CREATE UNIQUE INDEX zones_by_revision ON zones (revision);
CREATE INDEX zones_deleted ON zones (delete_time)
  WHERE delete_time IS NOT NULL;

-- The first answers to requests that carried an id, for a day.
CREATE TABLE request_ids (
  project text COLLATE "C" NOT NULL REFERENCES projects (id),
  request_id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  name text COLLATE "C" NOT NULL,
  primaries jsonb NOT NULL,
  claim_proven boolean NOT NULL,
  revision bigint NOT NULL,
  etag text NOT NULL,
  create_time timestamptz NOT NULL,
  PRIMARY KEY (project, request_id)
);
CREATE INDEX request_ids_by_time ON request_ids (create_time);

CREATE TABLE edges (
  id text COLLATE "C" PRIMARY KEY
    CHECK (id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  uid uuid NOT NULL UNIQUE,
  create_time timestamptz NOT NULL DEFAULT now(),
  connected boolean NOT NULL DEFAULT false,
  last_contact_time timestamptz,
  version text NOT NULL DEFAULT '',
  instance text NOT NULL DEFAULT '',
  acked_revision bigint NOT NULL DEFAULT 0
);

-- What an edge says of a zone; states as in PlacementRow.
CREATE TABLE placements (
  zone_uid uuid NOT NULL REFERENCES zones (uid) ON DELETE CASCADE,
  edge text COLLATE "C" NOT NULL REFERENCES edges (id) ON DELETE CASCADE,
  state smallint NOT NULL CHECK (state BETWEEN 1 AND 4),
  serial bigint CHECK (serial BETWEEN 0 AND 4294967295),
  primary_serial bigint CHECK (primary_serial BETWEEN 0 AND 4294967295),
  publish_time timestamptz,
  last_check_time timestamptz,
  next_check_time timestamptz,
  expire_time timestamptz,
  consecutive_failures bigint NOT NULL CHECK (consecutive_failures >= 0),
  record_count bigint NOT NULL CHECK (record_count >= 0),
  error_reason text NOT NULL,
  error_evidence text NOT NULL,
  error_primary text NOT NULL,
  error_time timestamptz,
  report_time timestamptz NOT NULL,
  PRIMARY KEY (zone_uid, edge)
);
CREATE INDEX placements_by_edge ON placements (edge, state);

-- Assignments that an edge refused. An empty zone_uid stands for removals.
CREATE TABLE rejections (
  edge text COLLATE "C" NOT NULL REFERENCES edges (id) ON DELETE CASCADE,
  zone_uid text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  reason text NOT NULL CHECK (reason <> ''),
  PRIMARY KEY (edge, zone_uid)
);
CREATE INDEX rejections_by_zone ON rejections (zone_uid);
