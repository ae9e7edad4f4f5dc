// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/admission_queue.h"

#include <algorithm>
#include <utility>

namespace understudy::edge {

std::unique_ptr<AdmissionQueue::Place> AdmissionQueue::Enter(
    const std::string& address, Urgency urgency, Admitted admitted) {
  auto* entry = &*addresses_.try_emplace(address).first;
  std::unique_ptr<Place> place(
      new Place(*this, entry, urgency, std::move(admitted)));
  Line& line = entry->second.lines[place->urgency_];
  if (line.empty()) turns_[place->urgency_].push_back(entry);
  place->at_ = line.insert(line.end(), place.get());
  ++entry->second.waiting;
  ++waiting_;
  Admit();
  return place;
}

void AdmissionQueue::Admit() {
  while (!closed_ && active_ < total_ && waiting_ > 0) {
    Place* place = Pick();
    if (place == nullptr) return;
    Address& address = place->address_->second;
    Line& line = address.lines[place->urgency_];
    line.erase(place->at_);
    --address.waiting;
    --waiting_;
    ++address.active;
    ++active_;
    ++admissions_;
    place->admitted_yet_ = true;
    place->admitted_();
  }
}

AdmissionQueue::Place* AdmissionQueue::Pick() {
  if (admissions_ % kFloorEvery == kFloorEvery - 1) {
    for (size_t u = kUrgencies; u > 0; --u) {
      if (Place* place = PickFrom(u - 1)) return place;
    }
    return nullptr;
  }
  for (size_t u = 0; u < kUrgencies; ++u) {
    if (Place* place = PickFrom(u)) return place;
  }
  return nullptr;
}

AdmissionQueue::Place* AdmissionQueue::PickFrom(size_t urgency) {
  auto& turns = turns_[urgency];
  // Those that are passed over are at their bound, of which there can be only
  // total / per_address.
  for (size_t i = turns.size(); i > 0; --i) {
    auto* entry = turns.front();
    turns.pop_front();
    Line& line = entry->second.lines[urgency];
    if (line.empty()) continue;
    if (entry->second.active >= per_address_) {
      turns.push_back(entry);
      continue;
    }
    // Back to the end of the turns if more than this one wait.
    if (line.size() > 1) turns.push_back(entry);
    return line.front();
  }
  return nullptr;
}

void AdmissionQueue::Leave(Place* place) {
  Address& address = place->address_->second;
  if (place->admitted_yet_) {
    --address.active;
    --active_;
  } else {
    Line& line = address.lines[place->urgency_];
    line.erase(place->at_);
    --address.waiting;
    --waiting_;
    if (line.empty()) {
      auto& turns = turns_[place->urgency_];
      turns.erase(std::find(turns.begin(), turns.end(), place->address_));
    }
  }
  if (address.active == 0 && address.waiting == 0) {
    addresses_.erase(addresses_.find(place->address_->first));
  }
  Admit();
}

}  // namespace understudy::edge
