// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "dns/name.h"

// Any bytes as presentation form, and as wire form: what is taken must come
// back unchanged through text, wire and order key.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace understudy::dns;
  absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto& name : {Name::FromText(bytes), Name::FromWire(bytes)}) {
    if (!name.ok()) continue;
    auto text = Name::FromText(name->ToText());
    UNDERSTUDY_CHECK(text.ok() && text->wire() == name->wire());
    auto wire = Name::FromWire(name->wire());
    UNDERSTUDY_CHECK(wire.ok());
    OrderKey key;
    MakeOrderKey(name->wire(), 1, &key);
    UNDERSTUDY_CHECK(OrderKeyLabels(key.view()) == name->label_count());
    UNDERSTUDY_CHECK(NameOfOrderKey(key.view(), Name()) == *name);
  }
  return 0;
}
