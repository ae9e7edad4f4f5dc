// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "base/random.h"
#include "base/secret.h"

namespace understudy::control {

// A token is `ust_` and 32 random bytes in base64url without padding: 47
// characters. The prefix lets scanners for leaked secrets find it. Only its
// hash is stored; looking a token up by its hash tells nothing by its timing,
// since a caller cannot choose the hash.

// A token that was just made, to be shown once.
struct NewToken {
  Secret text;
  std::string sha256_hex;  // As the store keeps it.
};

NewToken MakeToken(Random& random);

// SHA-256 in lower-case hex, of the whole text.
std::string TokenHash(absl::string_view text);

// Whether the text has a token's form; others need not be looked up.
bool HasTokenForm(absl::string_view text);

}  // namespace understudy::control
