// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace understudy::control {

// Facts that wait to be written, the newest of each key, in the order in which
// the keys came first. Not thread-safe.
template <typename Key, typename Fact>
class LatestQueue {
 public:
  struct Entry {
    Key key;
    Fact fact;
  };

  // Replaces what waits under the key.
  void Put(Key key, Fact fact) {
    auto [it, is_new] = facts_.insert_or_assign(key, std::move(fact));
    if (is_new) order_.push_back(std::move(key));
  }

  // Puts back, in front, what was taken and could not be written, but for the
  // keys about which something newer has come.
  void PutBack(std::vector<Entry> entries) {
    for (auto it = entries.rbegin(); it != entries.rend(); ++it) {
      if (facts_.try_emplace(it->key, std::move(it->fact)).second) {
        order_.push_front(std::move(it->key));
      }
    }
  }

  // The oldest, at most `max`.
  std::vector<Entry> Take(size_t max) {
    std::vector<Entry> taken;
    taken.reserve(std::min(max, order_.size()));
    while (!order_.empty() && taken.size() < max) {
      auto it = facts_.find(order_.front());
      taken.push_back({std::move(order_.front()), std::move(it->second)});
      facts_.erase(it);
      order_.pop_front();
    }
    return taken;
  }

  size_t size() const { return order_.size(); }
  bool empty() const { return order_.empty(); }

 private:
  // Each key is in both.
  absl::flat_hash_map<Key, Fact> facts_;
  std::deque<Key> order_;
};

}  // namespace understudy::control
