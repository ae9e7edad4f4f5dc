// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>

#include "base/socket_address.h"

namespace understudy::edge {

// A primary on loopback that serves one zone over TCP, well or badly. Its
// methods may be called from any thread, at any time.
//
//   ScriptedPrimary primary;
//   primary.Serve("example.org", ZoneHead(1) + "www 60 A 192.0.2.1\n");
//   primary.Behave(ScriptedPrimary::Behaviour::kCutTransfer);
class ScriptedPrimary {
 public:
  enum class Behaviour {
    kGood,
    kOneRecordPerMessage,
    kCloseAfterSoa,     // The transfer needs a connection of its own.
    kCloseAtOnce,       // Without any answer.
    kSilent,            // Takes the query and says nothing.
    kSilentInTransfer,  // After the first message.
    kDrip,              // The transfer, an octet at a time, without end.
    kRefuse,            // REFUSED to everything.
    kRefuseTransfer,
    kNotAuthoritative,
    kWrongZone,    // Answers with another zone's records.
    kCutTransfer,  // Closes before the closing SOA.
    kCutMessage,   // Closes within a message.
    kOtherEnd,     // Ends with another serial.
    kGarbage,      // Octets that are no message.
    kWrongId,
    kEndlessRecords,  // Distinct records without end.
  };

  ScriptedPrimary();
  // Stops and joins.
  ~ScriptedPrimary();

  // Lines as in edgenode/zone/testing/zone_text.h, the SOA first.
  void Serve(const std::string& apex, const std::string& lines);
  void Behave(Behaviour behaviour);

  const SocketAddress& address() const;
  int connections() const;
  int soa_queries() const;
  int transfers() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::edge
