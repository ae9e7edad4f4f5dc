// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/auth/certificate.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/socket_address.h"
#include "base/status_macros.h"

namespace understudy::control {
namespace {

template <auto kFree>
struct Freer {
  template <typename T>
  void operator()(T* value) const {
    kFree(value);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using BigNumber = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;

absl::Status Failed(absl::string_view what) {
  return absl::InternalError(absl::StrCat("OpenSSL cannot ", what));
}

std::string Text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

Bio Reader(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Certificate ParseCertificate(const std::string& pem) {
  return Certificate(
      PEM_read_bio_X509(Reader(pem).get(), nullptr, nullptr, nullptr));
}

Key ParseKey(const std::string& pem) {
  return Key(
      PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr, nullptr, nullptr));
}

bool AddExtension(X509* certificate, X509* issuer, int nid,
                  const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  Extension extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension != nullptr &&
         X509_add_ext(certificate, extension.get(), -1) == 1;
}

// 159 random bits: positive and at most 20 octets (RFC 5280 s4.1.2.2).
bool SetRandomSerial(X509* certificate) {
  BigNumber serial(BN_new());
  return serial != nullptr &&
         BN_rand(serial.get(), 159, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate));
}

bool SetTimes(X509* certificate, absl::Time now, absl::Duration lifetime) {
  // An hour back, for clients whose clock is behind.
  return ASN1_TIME_set(X509_getm_notBefore(certificate),
                       absl::ToTimeT(now - absl::Hours(1))) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate),
                       absl::ToTimeT(now + lifetime)) != nullptr;
}

bool SetSubject(X509* certificate, absl::string_view common_name) {
  return X509_NAME_add_entry_by_txt(
             X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
             reinterpret_cast<const unsigned char*>(common_name.data()),
             static_cast<int>(common_name.size()), -1, 0) == 1;
}

absl::StatusOr<CertifiedKey> ToPem(X509* certificate, EVP_PKEY* key) {
  Bio certificate_out(BIO_new(BIO_s_mem()));
  Bio key_out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_out.get(), certificate) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_out.get(), key, nullptr, nullptr, 0,
                                    nullptr, nullptr) != 1) {
    return Failed("write PEM");
  }
  return CertifiedKey{Text(certificate_out.get()), Text(key_out.get())};
}

bool IsIp(const std::string& name) {
  return SocketAddress::FromIp(name, 0).ok();
}

// An address in its canonical text, a host name in lower case.
std::string CanonicalName(const std::string& name) {
  auto ip = SocketAddress::FromIp(name, 0);
  return ip.ok() ? ip->ip() : absl::AsciiStrToLower(name);
}

absl::Time ToTime(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

std::string NameText(const GENERAL_NAME* name) {
  int type = 0;
  void* value = GENERAL_NAME_get0_value(name, &type);
  const auto* text = static_cast<const ASN1_STRING*>(value);
  if (type != GEN_DNS && type != GEN_IPADD) return "";
  const unsigned char* data = ASN1_STRING_get0_data(text);
  const int size = ASN1_STRING_length(text);
  if (type == GEN_DNS) {
    return std::string(reinterpret_cast<const char*>(data),
                       static_cast<size_t>(size));
  }
  char ip[INET6_ADDRSTRLEN];
  if (size != 4 && size != 16) return "";
  inet_ntop(size == 4 ? AF_INET : AF_INET6, data, ip, sizeof(ip));
  return ip;
}

}  // namespace

absl::Status CheckCertificateName(const std::string& name) {
  if (IsIp(name)) return absl::OkStatus();
  bool good = !name.empty() && name.size() <= 253;
  for (absl::string_view label : absl::StrSplit(name, '.')) {
    good =
        good && !label.empty() && label.size() <= 63 && label.front() != '-' &&
        label.back() != '-' &&
        std::all_of(label.begin(), label.end(), [](char c) {
          return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
        });
  }
  if (good) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("\"", name, "\" is neither a host name nor an IP address"));
}

absl::StatusOr<CertifiedKey> MakeAuthority(absl::Time now,
                                           absl::Duration lifetime) {
  Key key(EVP_EC_gen("P-256"));
  Certificate certificate(X509_new());
  if (key == nullptr || certificate == nullptr) return Failed("make a key");
  X509* raw = certificate.get();
  const bool made =
      X509_set_version(raw, X509_VERSION_3) == 1 && SetRandomSerial(raw) &&
      SetTimes(raw, now, lifetime) && SetSubject(raw, "Understudy CA") &&
      X509_set_issuer_name(raw, X509_get_subject_name(raw)) == 1 &&
      X509_set_pubkey(raw, key.get()) == 1 &&
      AddExtension(raw, raw, NID_basic_constraints,
                   "critical,CA:TRUE,pathlen:0") &&
      AddExtension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      AddExtension(raw, raw, NID_subject_key_identifier, "hash") &&
      X509_sign(raw, key.get(), EVP_sha256()) > 0;
  if (!made) return Failed("make the authority's certificate");
  return ToPem(raw, key.get());
}

absl::StatusOr<CertifiedKey> MakeServerCertificate(
    const CertifiedKey& authority, const std::vector<std::string>& names,
    absl::Time now, absl::Duration lifetime) {
  if (names.empty()) {
    return absl::InvalidArgumentError("a certificate needs a name");
  }
  std::vector<std::string> entries;
  for (const std::string& name : names) {
    UNDERSTUDY_RETURN_IF_ERROR(CheckCertificateName(name));
    entries.push_back(
        absl::StrCat(IsIp(name) ? "IP:" : "DNS:", CanonicalName(name)));
  }
  Certificate issuer = ParseCertificate(authority.certificate_pem);
  Key issuer_key = ParseKey(authority.key_pem);
  if (issuer == nullptr || issuer_key == nullptr) {
    return absl::DataLossError("the authority cannot be read");
  }
  Key key(EVP_EC_gen("P-256"));
  Certificate certificate(X509_new());
  if (key == nullptr || certificate == nullptr) return Failed("make a key");
  X509* raw = certificate.get();
  const bool made =
      X509_set_version(raw, X509_VERSION_3) == 1 && SetRandomSerial(raw) &&
      SetTimes(raw, now, lifetime) && SetSubject(raw, "Understudy API") &&
      X509_set_issuer_name(raw, X509_get_subject_name(issuer.get())) == 1 &&
      X509_set_pubkey(raw, key.get()) == 1 &&
      AddExtension(raw, issuer.get(), NID_basic_constraints,
                   "critical,CA:FALSE") &&
      AddExtension(raw, issuer.get(), NID_key_usage,
                   "critical,digitalSignature") &&
      AddExtension(raw, issuer.get(), NID_ext_key_usage, "serverAuth") &&
      AddExtension(raw, issuer.get(), NID_subject_key_identifier, "hash") &&
      AddExtension(raw, issuer.get(), NID_authority_key_identifier, "keyid") &&
      AddExtension(raw, issuer.get(), NID_subject_alt_name,
                   absl::StrJoin(entries, ",")) &&
      X509_sign(raw, issuer_key.get(), EVP_sha256()) > 0;
  if (!made) return Failed("make the server's certificate");
  return ToPem(raw, key.get());
}

absl::Status CheckBelongTogether(const CertifiedKey& pair) {
  Certificate certificate = ParseCertificate(pair.certificate_pem);
  Key key = ParseKey(pair.key_pem);
  if (certificate == nullptr) {
    return absl::InvalidArgumentError("the certificate is not PEM");
  }
  if (key == nullptr) {
    return absl::InvalidArgumentError("the key is not PEM without a password");
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return absl::InvalidArgumentError("the key is not the certificate's");
  }
  return absl::OkStatus();
}

absl::StatusOr<CertificateFacts> ReadServerCertificate(
    const CertifiedKey& server, const std::string& authority_pem) {
  Certificate certificate = ParseCertificate(server.certificate_pem);
  Key key = ParseKey(server.key_pem);
  Certificate issuer = ParseCertificate(authority_pem);
  if (certificate == nullptr || key == nullptr || issuer == nullptr) {
    return absl::DataLossError("the certificate or its key cannot be read");
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return absl::DataLossError("the key is not the certificate's");
  }
  if (X509_verify(certificate.get(), X509_get0_pubkey(issuer.get())) != 1) {
    return absl::DataLossError("the certificate is not by this authority");
  }
  CertificateFacts facts;
  facts.not_after = ToTime(X509_get0_notAfter(certificate.get()));
  Names names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(
      certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get());
       ++i) {
    facts.names.push_back(NameText(sk_GENERAL_NAME_value(names.get(), i)));
  }
  std::sort(facts.names.begin(), facts.names.end());
  return facts;
}

absl::StatusOr<absl::Time> AuthorityExpiry(const CertifiedKey& authority) {
  Certificate certificate = ParseCertificate(authority.certificate_pem);
  Key key = ParseKey(authority.key_pem);
  if (certificate == nullptr || key == nullptr ||
      X509_check_private_key(certificate.get(), key.get()) != 1) {
    return absl::DataLossError(
        "the authority cannot be read, or its key belongs to another");
  }
  return ToTime(X509_get0_notAfter(certificate.get()));
}

}  // namespace understudy::control
