// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/auth/tls_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/testing/fake_clock.h"
#include "base/testing/status_matchers.h"
#include "controlplane/auth/certificate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using ::testing::ElementsAre;

class TlsFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/tlsXXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern + "/tls";
  }
  CertificateFacts Facts(const TlsFiles& files) {
    CertifiedKey server{ReadFile(files.certificate_file).value(),
                        ReadFile(files.key_file).value()};
    auto facts = ReadServerCertificate(server, ReadFile(files.ca_file).value());
    EXPECT_OK(facts);
    return facts.value_or(CertificateFacts());
  }
  static mode_t Mode(const std::string& file) {
    struct stat facts {};
    EXPECT_EQ(stat(file.c_str(), &facts), 0);
    return facts.st_mode & 0777;
  }

  FakeClock clock_;
  std::string directory_;
};

TEST_F(TlsFilesTest, MakesAnAuthorityAndACertificate) {
  auto files =
      EnsureTlsFiles(directory_, {"API.example.org", "192.0.2.7"}, clock_);
  ASSERT_OK(files);
  EXPECT_THAT(Facts(*files).names, ElementsAre("127.0.0.1", "192.0.2.7", "::1",
                                               "api.example.org", "localhost"));
  EXPECT_EQ(Mode(files->key_file), 0600u);
  EXPECT_EQ(Mode(directory_ + "/ca.key"), 0600u);
}

TEST_F(TlsFilesTest, KeepsWhatFits) {
  auto files = EnsureTlsFiles(directory_, {"::1", "a"}, clock_);
  ASSERT_OK(files);
  const std::string before = ReadFile(files->certificate_file).value();
  clock_.Advance(absl::Hours(24 * 366));
  ASSERT_OK(EnsureTlsFiles(directory_, {"A"}, clock_));
  EXPECT_EQ(ReadFile(files->certificate_file).value(), before);
}

TEST_F(TlsFilesTest, RenewsBeforeTheEndAndForOtherNames) {
  auto files = EnsureTlsFiles(directory_, {}, clock_);
  ASSERT_OK(files);
  const std::string authority = ReadFile(files->ca_file).value();
  const absl::Time first = Facts(*files).not_after;
  clock_.Advance(absl::Hours(24 * 368));
  ASSERT_OK(EnsureTlsFiles(directory_, {}, clock_));
  EXPECT_GT(Facts(*files).not_after, first);
  ASSERT_OK(EnsureTlsFiles(directory_, {"new.example"}, clock_));
  EXPECT_THAT(Facts(*files).names, testing::Contains("new.example"));
  EXPECT_EQ(ReadFile(files->ca_file).value(), authority);
}

TEST_F(TlsFilesTest, MakesADamagedCertificateAnew) {
  auto files = EnsureTlsFiles(directory_, {}, clock_);
  ASSERT_OK(files);
  ASSERT_OK(ReplaceFile(files->certificate_file, "garbage", 0644));
  ASSERT_OK(EnsureTlsFiles(directory_, {}, clock_));
  Facts(*files);
}

TEST_F(TlsFilesTest, NeverReplacesTheAuthorityUnasked) {
  auto files = EnsureTlsFiles(directory_, {}, clock_);
  ASSERT_OK(files);
  ASSERT_EQ(unlink((directory_ + "/ca.key").c_str()), 0);
  EXPECT_THAT(EnsureTlsFiles(directory_, {}, clock_),
              HasCode(absl::StatusCode::kDataLoss));
  ASSERT_OK(ReplaceFile(directory_ + "/ca.key", "garbage", 0600));
  EXPECT_THAT(EnsureTlsFiles(directory_, {}, clock_),
              HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(TlsFilesTest, RefusesBadNames) {
  for (const char* name : {"", "a b", "a,DNS:evil.example", "-a", "a..b"}) {
    EXPECT_THAT(EnsureTlsFiles(directory_, {name}, clock_),
                HasCode(absl::StatusCode::kInvalidArgument))
        << name;
  }
}

}  // namespace
}  // namespace understudy::control
