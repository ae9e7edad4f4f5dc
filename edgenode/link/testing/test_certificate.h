// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace understudy::edge {

// A certificate for localhost and 127.0.0.1 that signed itself, good until
// 2126, and its key: public, for tests alone.
inline constexpr char kTestCertificate[] = R"(-----BEGIN CERTIFICATE-----
MIIBpzCCAU2gAwIBAgIUfW3Gl1930sqFqtoTy/bLUi5dDp0wCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPdW5kZXJzdHVkeSB0ZXN0MCAXDTI2MTEyMTE0MzkxOVoYDzIx
MjYxMDI4MTQzOTE5WjAaMRgwFgYDVQQDDA91bmRlcnN0dWR5IHRlc3QwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAQOSZ0C+v/W2v4Vn6hrajv+TWVY4WgcY4lP/h7r
07JsethyXoTkoNyj3+DsR+lzIJnV9LPfU/yur0pDOjafUwLqo28wbTAdBgNVHQ4E
FgQUbVV0VWPy+FY8+JbsMpg+/FKhy3gwHwYDVR0jBBgwFoAUbVV0VWPy+FY8+Jbs
Mpg+/FKhy3gwDwYDVR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SH
BH8AAAEwCgYIKoZIzj0EAwIDSAAwRQIhAPd6JGCmu8YvSPaJLKDpJ1XdGXYahike
gN0oK++plvCOAiBKzn4nhGU6Z3Ewog719T8XUj2qLRE4q9cLFrnLUtXxWw==
-----END CERTIFICATE-----
)";
inline constexpr char kTestKey[] = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZFl0qAv8V30oFWa0
lho/5/61cV90hNpKrdGZ/yKCTcuhRANCAAQOSZ0C+v/W2v4Vn6hrajv+TWVY4Wgc
Y4lP/h7r07JsethyXoTkoNyj3+DsR+lzIJnV9LPfU/yur0pDOjafUwLq
-----END PRIVATE KEY-----
)";

}  // namespace understudy::edge
