// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/memory_store.h"

#include "base/testing/fake_clock.h"
#include "base/testing/fake_random.h"
#include "controlplane/store/store_contract.h"
#include "controlplane/store/store_contract_edges.h"

namespace understudy::control {
namespace {

// A store with its clock and chance.
class OwningMemoryStore {
 public:
  static std::unique_ptr<Store> New() {
    static FakeClock clock;
    static FakeRandom random(1);
    return std::make_unique<MemoryStore>(clock, random);
  }
};

const StoreFactory kFactory = &OwningMemoryStore::New;
INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, testing::Values(kFactory));
INSTANTIATE_TEST_SUITE_P(Memory, StoreEdgeContract, testing::Values(kFactory));

TEST(MemoryStore, SaysUnavailableWhenToldTo) {
  FakeClock clock;
  FakeRandom random(1);
  MemoryStore store(clock, random);
  store.SetAvailable(false);
  EXPECT_THAT(store.Ping(), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(store.LatestRevision(), HasCode(absl::StatusCode::kUnavailable));
  store.SetAvailable(true);
  EXPECT_OK(store.Ping());
}

TEST(MemoryStore, ForgetsRequestIdsAfterADay) {
  FakeClock clock;
  FakeRandom random(1);
  MemoryStore store(clock, random);
  ASSERT_OK(store.Bootstrap("acme", {}));
  ZoneRow zone;
  zone.project = "acme";
  zone.zone = "a.org";
  ASSERT_OK(store.CreateZone(zone, "id", true));
  clock.Advance(absl::Hours(25));
  ASSERT_OK(store.Purge(clock.Now()));
  EXPECT_THAT(store.CreateZone(zone, "id", true),
              HasCode(absl::StatusCode::kAlreadyExists));
}

}  // namespace
}  // namespace understudy::control
