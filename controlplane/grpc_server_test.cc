// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/grpc_server.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/testing/status_matchers.h"
#include "controlplane/auth/tls_files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using Code = absl::StatusCode;

class GrpcServerTest : public testing::Test {
 protected:
  void SetUp() override { files_ = MakeFiles(); }
  TlsFiles MakeFiles() {
    std::string pattern = testing::TempDir() + "/grpcXXXXXX";
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    auto files = EnsureTlsFiles(pattern, {}, clock_);
    EXPECT_OK(files);
    return files.value_or(TlsFiles());
  }
  absl::StatusOr<std::unique_ptr<GrpcServer>> Start(uint16_t port = 0) {
    return GrpcServer::Start(SocketAddress::FromIp("127.0.0.1", port).value(),
                             files_.certificate_file, files_.key_file, {});
  }
  // Whether a client that trusts this CA gets through.
  bool Connects(const GrpcServer& server, const std::string& ca_file,
                absl::Duration timeout) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = ReadFile(ca_file).value_or("");
    return grpc::CreateChannel(server.address().ToString(),
                               grpc::SslCredentials(options))
        ->WaitForConnected(absl::ToChronoTime(clock_.Now() + timeout));
  }

  SystemClock clock_;
  TlsFiles files_;
};

TEST_F(GrpcServerTest, SpeaksTlsWithTheCertificate) {
  auto server = Start();
  ASSERT_OK(server);
  EXPECT_GT((*server)->address().port(), 0);
  EXPECT_TRUE(Connects(**server, files_.ca_file, absl::Seconds(30)));
  EXPECT_FALSE(
      Connects(**server, MakeFiles().ca_file, absl::Milliseconds(300)));
}

TEST_F(GrpcServerTest, RefusesAnAddressThatIsTaken) {
  auto first = Start();
  ASSERT_OK(first);
  auto second = Start((*first)->address().port());
  EXPECT_THAT(second, HasCode(Code::kUnavailable));
  EXPECT_THAT(std::string(second.status().message()),
              testing::HasSubstr("grpc_listen"));
}

TEST_F(GrpcServerTest, RefusesACertificateWithoutItsKey) {
  files_.key_file = MakeFiles().key_file;
  EXPECT_THAT(Start(), HasCode(Code::kInvalidArgument));
  ASSERT_OK(ReplaceFile(files_.key_file, "garbage", 0600));
  EXPECT_THAT(Start(), HasCode(Code::kInvalidArgument));
  files_.key_file = "/nonexistent";
  EXPECT_THAT(Start(), HasCode(Code::kNotFound));
}

}  // namespace
}  // namespace understudy::control
