// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/output.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"

namespace understudy::cli {
namespace {

constexpr int kMaxDepth = 64;

// Walks JSON text once and writes YAML as it goes; what it copies, it copies
// byte by byte, so order and number forms survive.
class YamlWriter {
 public:
  explicit YamlWriter(absl::string_view json) : in_(json) {}

  absl::StatusOr<std::string> Run() {
    if (!Value(0, true)) return Broken();
    Space();
    if (!in_.empty()) return Broken();
    return std::move(out_);
  }

 private:
  static absl::Status Broken() {
    return absl::InvalidArgumentError("not JSON, or nested too deep");
  }

  void Space() { in_ = absl::StripLeadingAsciiWhitespace(in_); }

  bool Take(char c) {
    Space();
    if (in_.empty() || in_[0] != c) return false;
    in_.remove_prefix(1);
    return true;
  }

  // A string, number or word, as it stands.
  absl::string_view Scalar() {
    Space();
    size_t end = 0;
    if (!in_.empty() && in_[0] == '"') {
      for (end = 1; end < in_.size() && in_[end] != '"'; ++end) {
        if (in_[end] == '\\') ++end;
      }
      if (end >= in_.size()) return {};
      ++end;
    } else {
      end = in_.find_first_of(",]}: \t\r\n");
      if (end == absl::string_view::npos) end = in_.size();
    }
    absl::string_view token = in_.substr(0, end);
    in_.remove_prefix(end);
    return token;
  }

  // `fresh`: the cursor is at the start of a line (or of a list item), so that
  // a collection may begin here.
  bool Value(int depth, bool fresh) {
    if (depth > kMaxDepth) return false;
    if (Take('{')) return Collection(depth, fresh, '}', "{}");
    if (Take('[')) return Collection(depth, fresh, ']', "[]");
    absl::string_view token = Scalar();
    if (token.empty()) return false;
    absl::StrAppend(&out_, fresh ? "" : " ", token, "\n");
    return true;
  }

  bool Collection(int depth, bool fresh, char close, const char* empty) {
    if (Take(close)) {
      absl::StrAppend(&out_, fresh ? "" : " ", empty, "\n");
      return true;
    }
    if (!fresh) out_.push_back('\n');
    bool first = true;
    do {
      if (!first || !fresh) out_.append(static_cast<size_t>(depth) * 2, ' ');
      first = false;
      if (close == ']') {
        out_ += "- ";
        if (!Value(depth + 1, true)) return false;
      } else if (!Member(depth)) {
        return false;
      }
    } while (Take(','));
    return Take(close);
  }

  bool Member(int depth) {
    absl::string_view key = Scalar();
    if (key.size() < 2 || key[0] != '"' || !Take(':')) return false;
    // Field names are plain words; anything else stays quoted.
    absl::string_view bare = key.substr(1, key.size() - 2);
    bool plain = !bare.empty();
    for (char c : bare) plain &= absl::ascii_isalnum(c) || c == '_';
    absl::StrAppend(&out_, plain ? bare : key, ":");
    return Value(depth + 1, false);
  }

  absl::string_view in_;
  std::string out_;
};

}  // namespace

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  // Fails only for Any types that are not linked in; ours have none.
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  return json;
}

std::string ToYaml(const google::protobuf::Message& message) {
  return JsonToYaml(ToJson(message)).value_or("");
}

absl::StatusOr<std::string> JsonToYaml(absl::string_view json) {
  return YamlWriter(json).Run();
}

}  // namespace understudy::cli
