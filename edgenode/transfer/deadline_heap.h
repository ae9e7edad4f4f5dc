// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace understudy::edge {

// What an item of the heap carries: its deadline and its place.
struct DeadlineNode {
  static constexpr size_t kNowhere = ~size_t{0};
  absl::Duration deadline;
  size_t heap_at = kNowhere;
};

// Items (which have a member `node`, and live elsewhere) by deadline: one
// entry each, moved in O(log n). Not thread-safe.
template <typename T>
class DeadlineHeap {
 public:
  // Puts the item in, or moves it. An infinite deadline takes it out.
  void Set(T* item, absl::Duration deadline) {
    if (deadline == absl::InfiniteDuration()) return Remove(item);
    item->node.deadline = deadline;
    if (item->node.heap_at == DeadlineNode::kNowhere) {
      item->node.heap_at = items_.size();
      items_.push_back(item);
    }
    Down(Up(item->node.heap_at));
  }

  void Remove(T* item) {
    const size_t at = std::exchange(item->node.heap_at, DeadlineNode::kNowhere);
    if (at == DeadlineNode::kNowhere) return;
    T* last = items_.back();
    items_.pop_back();
    if (last == item) return;
    items_[at] = last;
    last->node.heap_at = at;
    Down(Up(at));
  }

  // The item that is due first; null when the heap is empty.
  T* first() const { return items_.empty() ? nullptr : items_.front(); }
  size_t size() const { return items_.size(); }

 private:
  bool Earlier(size_t a, size_t b) const {
    return items_[a]->node.deadline < items_[b]->node.deadline;
  }
  void Swap(size_t a, size_t b) {
    std::swap(items_[a], items_[b]);
    items_[a]->node.heap_at = a;
    items_[b]->node.heap_at = b;
  }
  size_t Up(size_t at) {
    while (at > 0 && Earlier(at, (at - 1) / 2)) {
      Swap(at, (at - 1) / 2);
      at = (at - 1) / 2;
    }
    return at;
  }
  void Down(size_t at) {
    for (;;) {
      size_t least = at;
      for (size_t child : {2 * at + 1, 2 * at + 2}) {
        if (child < items_.size() && Earlier(child, least)) least = child;
      }
      if (least == at) return;
      Swap(at, least);
      at = least;
    }
  }

  std::vector<T*> items_;
};

}  // namespace understudy::edge
