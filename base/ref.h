// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace understudy {

// An intrusive count of owners, for immutable things that are shared widely:
// four bytes, one allocation, and a raw pointer can become an owner again.
template <typename T>
class RefCounted {
 public:
  void AddRef() const { count_.fetch_add(1, std::memory_order_relaxed); }
  void Release() const {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      T::Destroy(static_cast<const T*>(this));
    }
  }

 protected:
  RefCounted() = default;
  ~RefCounted() = default;

 private:
  mutable std::atomic<uint32_t> count_{0};
};

// An owner of a RefCounted. The thing is thread-safe; a Ref itself is a value.
template <typename T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* thing) : thing_(thing) {
    if (thing_) thing_->AddRef();
  }
  Ref(const Ref& other) : Ref(other.thing_) {}
  Ref(Ref&& other) noexcept : thing_(std::exchange(other.thing_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(thing_, other.thing_);
    return *this;
  }
  ~Ref() {
    if (thing_) thing_->Release();
  }

  T* get() const { return thing_; }
  T* operator->() const { return thing_; }
  T& operator*() const { return *thing_; }
  explicit operator bool() const { return thing_ != nullptr; }

 private:
  T* thing_ = nullptr;
};

}  // namespace understudy
