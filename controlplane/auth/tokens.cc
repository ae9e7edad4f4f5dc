// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/auth/tokens.h"

#include <openssl/sha.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace understudy::control {
namespace {

constexpr absl::string_view kPrefix = "ust_";
constexpr size_t kSecretBytes = 32;
constexpr size_t kTokenSize = 4 + 43;

}  // namespace

NewToken MakeToken(Random& random) {
  std::string body;
  absl::WebSafeBase64Escape(random.Bytes(kSecretBytes), &body);
  std::string text = absl::StrCat(kPrefix, body);
  std::string hash = TokenHash(text);
  return NewToken{Secret(std::move(text)), std::move(hash)};
}

std::string TokenHash(absl::string_view text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         digest);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

bool HasTokenForm(absl::string_view text) {
  if (text.size() != kTokenSize || !absl::StartsWith(text, kPrefix)) {
    return false;
  }
  text.remove_prefix(kPrefix.size());
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
           c == '_';
  });
}

}  // namespace understudy::control
