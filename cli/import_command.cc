// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/import_command.h"

#include <grpcpp/support/status.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/random.h"
#include "cli/import_file.h"
#include "cli/rpc_error.h"
#include "cli/zone_calls.h"
#include "cli/zone_text.h"

namespace understudy::cli {
namespace {

// What became of the lines, gathered from all threads.
struct Tally {
  Mutex mu;
  int created ABSL_GUARDED_BY(mu) = 0;
  int unchanged ABSL_GUARDED_BY(mu) = 0;
  std::vector<ImportFailure> failures ABSL_GUARDED_BY(mu);
};

bool SamePrimaries(const ImportRow& row, const v1::Zone& zone) {
  v1::Zone wanted;
  for (const v1::Primary& primary : row.primaries) {
    *wanted.add_primaries() = primary;
  }
  return FormatPrimaries(wanted) == FormatPrimaries(zone);
}

// The reason why the name is taken; empty when the zone is there as wanted.
std::string ExplainExisting(ZoneCalls& calls, const ImportRow& row,
                            const std::string& brief) {
  v1::Zone existing;
  if (!calls.Get(row.zone, &existing).ok()) return brief;
  if (SamePrimaries(row, existing)) return "";
  return absl::StrCat("is registered already with other primaries (",
                      FormatPrimaries(existing),
                      "); delete it first, or mend the line");
}

void ImportRowNow(ZoneCalls& calls, const std::string& endpoint,
                  const ImportRow& row, Tally& tally) {
  SystemRandom random;
  v1::Zone zone;
  grpc::Status status =
      calls.Create(row.zone, row.primaries, RandomUuid(random), false, &zone);
  if (status.ok()) {
    MutexLock lock(tally.mu);
    ++tally.created;
    return;
  }
  std::string reason = DescribeRpcErrorBriefly(status, endpoint);
  if (status.error_code() == grpc::StatusCode::ALREADY_EXISTS) {
    reason = ExplainExisting(calls, row, reason);
  }
  MutexLock lock(tally.mu);
  if (reason.empty()) {
    ++tally.unchanged;
  } else {
    tally.failures.push_back({row.line, row.zone, std::move(reason)});
  }
}

void Report(Session& session, const std::string& file, Tally& tally) {
  MutexLock lock(tally.mu);
  std::sort(tally.failures.begin(), tally.failures.end(),
            [](const ImportFailure& a, const ImportFailure& b) {
              return a.line < b.line;
            });
  for (const ImportFailure& failure : tally.failures) {
    session.err << DescribeFailure(file, failure) << "\n";
  }
  if (session.format == Format::kTable) {
    session.out << tally.created << " created, " << tally.unchanged
                << " unchanged, " << tally.failures.size() << " failed\n";
    return;
  }
  std::string json =
      absl::StrCat("{\n \"created\": ", tally.created,
                   ",\n \"unchanged\": ", tally.unchanged,
                   ",\n \"failed\": ", tally.failures.size(), "\n}\n");
  session.out << (session.format == Format::kJson
                      ? json
                      : JsonToYaml(json).value_or(""));
}

}  // namespace

int ImportZones(Session& session, const std::string& file, int jobs) {
  absl::StatusOr<std::string> text = ReadFile(file);
  absl::StatusOr<ImportPlan> plan =
      text.ok() ? ParseImport(*text) : text.status();
  if (!plan.ok()) {
    session.err << "understudy: importing " << file << ": "
                << plan.status().message() << "\n";
    return kExitFailed;
  }
  Tally tally;
  tally.failures = std::move(plan->failures);
  ZoneCalls calls(session.client);
  const std::string& endpoint = session.client.settings().endpoint;
  std::atomic<size_t> next{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < jobs; ++i) {
    threads.emplace_back([&] {
      for (size_t at = next++; at < plan->rows.size(); at = next++) {
        ImportRowNow(calls, endpoint, plan->rows[at], tally);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Report(session, file, tally);
  MutexLock lock(tally.mu);
  return tally.failures.empty() ? kExitOk : kExitFailed;
}

}  // namespace understudy::cli
