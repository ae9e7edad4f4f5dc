// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/zone_view.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cli/table.h"
#include "cli/zone_text.h"
#include "google/protobuf/timestamp.pb.h"

namespace understudy::cli {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) +
         absl::Nanoseconds(time.nanos());
}

std::string Stamp(bool present, const google::protobuf::Timestamp& time) {
  if (!present) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", ToTime(time),
                          absl::UTCTimeZone());
}

std::string When(bool present, const google::protobuf::Timestamp& time,
                 absl::Time now) {
  return FormatWhen(present, ToTime(time), now);
}

template <typename Message>
std::string ServedSerial(const Message& message) {
  return message.has_serial() ? absl::StrCat(message.serial()) : "";
}

std::string PlacementState(v1::Placement::State state) {
  std::string name = v1::Placement::State_Name(state);
  return name.empty() ? absl::StrCat(static_cast<int>(state))
                      : std::string(absl::StripPrefix(name, "STATE_"));
}

std::string Edges(const v1::ZoneStatus& status) {
  return absl::StrCat(status.edges_serving(), "/", status.edges_total());
}

Facts Summary(const v1::Zone& zone, absl::Time now) {
  const v1::ZoneStatus& status = zone.status();
  Facts facts;
  facts.emplace_back("zone", ShortName(zone.name()));
  facts.emplace_back("state", StateName(zone.state()));
  facts.emplace_back("primaries", FormatPrimaries(zone));
  facts.emplace_back("serial", status.has_served_serial()
                                   ? absl::StrCat(status.served_serial())
                                   : "");
  facts.emplace_back(
      "primary serial",
      status.has_primary_serial() ? absl::StrCat(status.primary_serial()) : "");
  facts.emplace_back("edges serving", Edges(status));
  facts.emplace_back("last check", When(status.has_last_check_time(),
                                        status.last_check_time(), now));
  facts.emplace_back("next check", When(status.has_next_check_time(),
                                        status.next_check_time(), now));
  facts.emplace_back("expires",
                     When(status.has_expire_time(), status.expire_time(), now));
  return facts;
}

std::string RenderFailure(const std::string& where, const v1::Failure& failure,
                          absl::Time now) {
  std::string text =
      absl::StrCat("\n", where, ": ", Printable(failure.reason()));
  if (!failure.primary().empty()) {
    absl::StrAppend(&text, " at ", Printable(failure.primary()));
  }
  if (failure.has_time()) {
    absl::StrAppend(&text, ", ", When(true, failure.time(), now));
  }
  absl::StrAppend(&text, "\n");
  if (!failure.evidence().empty()) {
    absl::StrAppend(&text, "  evidence:  ", Printable(failure.evidence()),
                    "\n");
  }
  if (!failure.next_step().empty()) {
    absl::StrAppend(&text, "  next step: ", Printable(failure.next_step()),
                    "\n");
  }
  return text;
}

}  // namespace

std::string StateName(v1::Zone::State state) {
  std::string name = v1::Zone::State_Name(state);
  return name.empty() ? absl::StrCat(static_cast<int>(state))
                      : std::string(absl::StripPrefix(name, "STATE_"));
}

std::string RenderZones(const std::vector<v1::Zone>& zones) {
  Table table({"ZONE", "STATE", "SERIAL", "EDGES", "PRIMARIES", "LAST ERROR"});
  for (const v1::Zone& zone : zones) {
    const v1::ZoneStatus& status = zone.status();
    table.AddRow(
        {ShortName(zone.name()), StateName(zone.state()),
         status.has_served_serial() ? absl::StrCat(status.served_serial()) : "",
         Edges(status), FormatPrimaries(zone), status.last_error().reason()});
  }
  return table.Render();
}

std::string RenderZone(const v1::Zone& zone, absl::Time now) {
  Facts facts = Summary(zone, now);
  facts.emplace_back("created",
                     Stamp(zone.has_create_time(), zone.create_time()));
  facts.emplace_back("updated",
                     Stamp(zone.has_update_time(), zone.update_time()));
  facts.emplace_back("uid", zone.uid());
  facts.emplace_back("etag", zone.etag());
  return RenderFacts(facts);
}

std::string RenderStatus(const v1::Zone& zone, absl::Time now) {
  const v1::ZoneStatus& status = zone.status();
  Facts facts = Summary(zone, now);
  facts.emplace_back("failures", absl::StrCat(status.consecutive_failures()));
  std::string text = RenderFacts(facts);
  if (status.placements().empty()) {
    return absl::StrCat(
        text, "\nno edges; register one with understudy edges create\n");
  }
  Table table({"EDGE", "STATE", "SERIAL", "RECORDS", "LAST CHECK", "NEXT CHECK",
               "EXPIRES", "FAILURES", "LAST ERROR", "REPORTED"});
  std::string failures;
  for (const v1::Placement& placement : status.placements()) {
    std::string edge = ShortName(placement.edge());
    table.AddRow(
        {edge, PlacementState(placement.state()), ServedSerial(placement),
         placement.has_serial() ? absl::StrCat(placement.record_count()) : "",
         When(placement.has_last_check_time(), placement.last_check_time(),
              now),
         When(placement.has_next_check_time(), placement.next_check_time(),
              now),
         When(placement.has_expire_time(), placement.expire_time(), now),
         absl::StrCat(placement.consecutive_failures()),
         placement.last_error().reason(),
         When(placement.has_report_time(), placement.report_time(), now)});
    if (placement.has_last_error()) {
      failures += RenderFailure(Printable(edge), placement.last_error(), now);
    }
  }
  return absl::StrCat(text, "\n", table.Render(), failures);
}

}  // namespace understudy::cli
