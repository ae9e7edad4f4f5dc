// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <pqxx/pqxx>
#include <vector>

#include "controlplane/store/store.h"

namespace understudy::control {

// Rows of the database as the store's structures; the columns are in the order
// of sql.h. They throw what libpqxx throws when a row has another shape.

ZoneRow ToZone(const pqxx::row& row);
std::vector<ZoneRow> ToZones(const pqxx::result& rows);
EdgeRow ToEdge(const pqxx::row& row);
PlacementRow ToPlacement(const pqxx::row& row);
RejectionRow ToRejection(const pqxx::row& row);
TokenRow ToToken(const pqxx::row& row);

// A token's kind as the database has it.
const char* KindText(TokenKind kind);

}  // namespace understudy::control
