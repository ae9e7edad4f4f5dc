// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

namespace understudy::edge {

// Who goes first. Strict, but for a floor that keeps the later ones moving.
enum class Urgency : uint8_t { kNow, kFirst, kRoutine };
inline constexpr size_t kUrgencies = 3;

// A bounded number of places, and fairness between the addresses that ask for
// them: at most `per_address` for each, turn by turn, so that neither one slow
// primary's zones nor one customer's many take all. Not thread-safe.
class AdmissionQueue {
 public:
  class Place;
  // Called from Enter, or from a later Leave; must not call back into the
  // queue.
  using Admitted = std::function<void()>;

  // Each of so many admissions begins with the least urgent instead.
  static constexpr int kFloorEvery = 8;

  AdmissionQueue(size_t total, size_t per_address)
      : total_(total), per_address_(per_address) {}

  // Asks for a place. The place is held, or waited for, until it is destroyed.
  std::unique_ptr<Place> Enter(const std::string& address, Urgency urgency,
                               Admitted admitted);

  // Admits nobody any more.
  void Close() { closed_ = true; }

  size_t active() const { return active_; }
  size_t waiting() const { return waiting_; }

 private:
  using Line = std::list<Place*>;
  struct Address {
    size_t active = 0;
    size_t waiting = 0;
    std::array<Line, kUrgencies> lines;
  };
  using Addresses = std::unordered_map<std::string, Address>;

  void Admit();
  // The next that may enter, or null.
  Place* PickFrom(size_t urgency);
  Place* Pick();
  void Leave(Place* place);

  const size_t total_;
  const size_t per_address_;
  bool closed_ = false;
  size_t active_ = 0;
  size_t waiting_ = 0;
  uint64_t admissions_ = 0;
  Addresses addresses_;
  // Addresses with somebody waiting, in turn.
  std::array<std::deque<Addresses::value_type*>, kUrgencies> turns_;
};

// Held by whoever entered. Must not outlive the queue.
class AdmissionQueue::Place {
 public:
  ~Place() { queue_.Leave(this); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  bool is_admitted() const { return admitted_yet_; }

 private:
  friend class AdmissionQueue;
  Place(AdmissionQueue& queue, Addresses::value_type* address, Urgency urgency,
        Admitted admitted)
      : queue_(queue),
        address_(address),
        urgency_(static_cast<size_t>(urgency)),
        admitted_(std::move(admitted)) {}

  AdmissionQueue& queue_;
  Addresses::value_type* const address_;
  const size_t urgency_;
  Admitted admitted_;
  bool admitted_yet_ = false;
  Line::iterator at_;
};

}  // namespace understudy::edge
