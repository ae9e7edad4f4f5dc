// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/http/request_fields.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "controlplane/http/percent.h"

namespace understudy::control {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Deeper paths than any request has.
constexpr size_t kMaxPathParts = 16;
constexpr size_t kMaxQueryPairs = 1000;

absl::Status Bad(absl::string_view what) {
  return absl::InvalidArgumentError(what);
}

const FieldDescriptor* FindField(const Descriptor& type,
                                 absl::string_view name) {
  const std::string text(name);
  if (const FieldDescriptor* field = type.FindFieldByName(text)) return field;
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->json_name() == text) return type.field(i);
  }
  return nullptr;
}

// The fields along a path; empty when there is no such path.
std::vector<const FieldDescriptor*> Resolve(const Descriptor& type,
                                            absl::string_view path) {
  std::vector<const FieldDescriptor*> fields;
  const Descriptor* at = &type;
  for (absl::string_view part : absl::StrSplit(path, '.')) {
    if (at == nullptr || fields.size() >= kMaxPathParts) return {};
    const FieldDescriptor* field = FindField(*at, part);
    if (field == nullptr) return {};
    fields.push_back(field);
    // Nothing can be named below a repeated field.
    at = field->is_repeated() ? nullptr : field->message_type();
  }
  return fields;
}

template <typename T, typename Set, typename Add>
absl::Status SetNumber(const FieldDescriptor* field, absl::string_view value,
                       bool (*parse)(absl::string_view, T*), Set set, Add add) {
  T number;
  if (!parse(value, &number)) {
    return Bad(absl::StrCat("`", value, "` is no ", field->cpp_type_name(),
                            ", or out of its range"));
  }
  field->is_repeated() ? add(number) : set(number);
  return absl::OkStatus();
}

absl::Status SetEnum(Message& message, const FieldDescriptor* field,
                     absl::string_view value) {
  const auto* known = field->enum_type()->FindValueByName(std::string(value));
  int number = 0;
  if (known == nullptr && absl::SimpleAtoi(value, &number)) {
    known = field->enum_type()->FindValueByNumber(number);
  }
  if (known == nullptr) {
    std::vector<std::string> names;
    for (int i = 0; i < field->enum_type()->value_count(); ++i) {
      names.push_back(field->enum_type()->value(i)->name());
    }
    return Bad(
        absl::StrCat("`", value, "` is none of ", absl::StrJoin(names, ", ")));
  }
  const Reflection& reflection = *message.GetReflection();
  if (field->is_repeated()) {
    reflection.AddEnum(&message, field, known);
  } else {
    reflection.SetEnum(&message, field, known);
  }
  return absl::OkStatus();
}

absl::Status SetText(Message& message, const FieldDescriptor* field,
                     absl::string_view value) {
  std::string text(value);
  if (field->type() == FieldDescriptor::TYPE_BYTES &&
      !absl::Base64Unescape(value, &text) &&
      !absl::WebSafeBase64Unescape(value, &text)) {
    return Bad("is not base64");
  }
  const Reflection& reflection = *message.GetReflection();
  if (field->is_repeated()) {
    reflection.AddString(&message, field, std::move(text));
  } else {
    reflection.SetString(&message, field, std::move(text));
  }
  return absl::OkStatus();
}

// Messages whose JSON form is one word.
bool HasTextForm(const Descriptor& type) {
  static constexpr absl::string_view kTypes[] = {
      "google.protobuf.Timestamp",   "google.protobuf.Duration",
      "google.protobuf.FieldMask",   "google.protobuf.StringValue",
      "google.protobuf.BytesValue",  "google.protobuf.BoolValue",
      "google.protobuf.Int32Value",  "google.protobuf.UInt32Value",
      "google.protobuf.Int64Value",  "google.protobuf.UInt64Value",
      "google.protobuf.DoubleValue", "google.protobuf.FloatValue"};
  for (absl::string_view known : kTypes) {
    if (type.full_name() == known) return true;
  }
  return false;
}

absl::Status SetMessage(Message& message, const FieldDescriptor* field,
                        absl::string_view value) {
  if (field->is_map() || !HasTextForm(*field->message_type())) {
    return Bad("is a message; name one of its fields, or use the body");
  }
  std::string json;
  if (field->message_type()->full_name() == "google.protobuf.BoolValue") {
    json = std::string(value);
  } else {
    google::protobuf::Value text;
    text.set_string_value(std::string(value));
    if (!google::protobuf::util::MessageToJsonString(text, &json).ok()) {
      return Bad("is not valid text");
    }
  }
  const Reflection& reflection = *message.GetReflection();
  Message* target = field->is_repeated()
                        ? reflection.AddMessage(&message, field)
                        : reflection.MutableMessage(&message, field);
  if (!google::protobuf::util::JsonStringToMessage(json, target).ok()) {
    return Bad(absl::StrCat("`", value, "` is no ",
                            field->message_type()->name(),
                            "; examples: 2026-01-31T12:00:00Z, 30s"));
  }
  return absl::OkStatus();
}

absl::Status SetLeaf(Message& message, const FieldDescriptor* field,
                     absl::string_view value) {
  const Reflection& r = *message.GetReflection();
  Message* m = &message;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return SetNumber<int32_t>(
          field, value, absl::SimpleAtoi<int32_t>,
          [&](int32_t v) { r.SetInt32(m, field, v); },
          [&](int32_t v) { r.AddInt32(m, field, v); });
    case FieldDescriptor::CPPTYPE_INT64:
      return SetNumber<int64_t>(
          field, value, absl::SimpleAtoi<int64_t>,
          [&](int64_t v) { r.SetInt64(m, field, v); },
          [&](int64_t v) { r.AddInt64(m, field, v); });
    case FieldDescriptor::CPPTYPE_UINT32:
      return SetNumber<uint32_t>(
          field, value, absl::SimpleAtoi<uint32_t>,
          [&](uint32_t v) { r.SetUInt32(m, field, v); },
          [&](uint32_t v) { r.AddUInt32(m, field, v); });
    case FieldDescriptor::CPPTYPE_UINT64:
      return SetNumber<uint64_t>(
          field, value, absl::SimpleAtoi<uint64_t>,
          [&](uint64_t v) { r.SetUInt64(m, field, v); },
          [&](uint64_t v) { r.AddUInt64(m, field, v); });
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return SetNumber<double>(
          field, value, absl::SimpleAtod,
          [&](double v) { r.SetDouble(m, field, v); },
          [&](double v) { r.AddDouble(m, field, v); });
    case FieldDescriptor::CPPTYPE_FLOAT:
      return SetNumber<float>(
          field, value, absl::SimpleAtof,
          [&](float v) { r.SetFloat(m, field, v); },
          [&](float v) { r.AddFloat(m, field, v); });
    case FieldDescriptor::CPPTYPE_BOOL:
      if (value != "true" && value != "false") {
        return Bad(absl::StrCat("`", value, "` is neither true nor false"));
      }
      field->is_repeated() ? r.AddBool(m, field, value == "true")
                           : r.SetBool(m, field, value == "true");
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(message, field, value);
    case FieldDescriptor::CPPTYPE_STRING:
      return SetText(message, field, value);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return SetMessage(message, field, value);
  }
  return Bad("is of a type that has no text form");
}

// The library says `(a.b[1]) c: why`, `(a.b): why` or `c: why`; syntax errors
// name no field.
FieldProblem ProblemOf(absl::string_view text, absl::string_view prefix) {
  text = text.substr(0, text.find('\n'));
  std::string field;
  if (absl::ConsumePrefix(&text, "(")) {
    const size_t end = text.find(')');
    field = std::string(text.substr(0, end));
    text = end == absl::string_view::npos ? "" : text.substr(end + 1);
  }
  const size_t colon = text.find(": ");
  if (colon != absl::string_view::npos) {
    absl::string_view name = absl::StripAsciiWhitespace(text.substr(0, colon));
    if (name.find(' ') == absl::string_view::npos) {
      if (!name.empty() && !field.empty()) field.push_back('.');
      absl::StrAppend(&field, name);
      text = text.substr(colon + 2);
    }
  }
  if (field.empty())
    field = prefix.empty() ? "body" : std::string(prefix);
  else if (!prefix.empty())
    field = absl::StrCat(prefix, ".", field);
  if (text == "Cannot find field.") text = "there is no such field";
  return {std::move(field), std::string(text)};
}

}  // namespace

absl::Status SetField(Message& message, absl::string_view path,
                      absl::string_view value) {
  auto fields = Resolve(*message.GetDescriptor(), path);
  if (fields.empty()) return Bad("there is no such field");
  Message* at = &message;
  for (size_t i = 0; i + 1 < fields.size(); ++i) {
    at = at->GetReflection()->MutableMessage(at, fields[i]);
  }
  return SetLeaf(*at, fields.back(), value);
}

std::vector<FieldProblem> ParseJson(absl::string_view json,
                                    absl::string_view prefix,
                                    Message& message) {
  if (!IsUtf8(json)) {
    return {
        {prefix.empty() ? "body" : std::string(prefix), "is not valid UTF-8"}};
  }
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = false;
  auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &message,
      options);
  if (status.ok()) return {};
  const auto why = status.message();
  return {ProblemOf(absl::string_view(why.data(), why.size()), prefix)};
}

std::vector<std::pair<std::string, std::string>> ParseQuery(
    absl::string_view query, std::vector<FieldProblem>& problems) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (absl::string_view piece :
       absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const size_t equals = piece.find('=');
    auto name = PercentDecode(piece.substr(0, equals), true);
    auto value = PercentDecode(equals == absl::string_view::npos
                                   ? absl::string_view()
                                   : piece.substr(equals + 1),
                               true);
    if (!name.has_value() || !value.has_value()) {
      problems.push_back(
          {name.value_or("query"), "is not valid percent-encoded UTF-8"});
    } else {
      pairs.emplace_back(*std::move(name), *std::move(value));
    }
    if (pairs.size() + problems.size() > kMaxQueryPairs) {
      problems.push_back({"query", "has more than 1000 parameters"});
      break;
    }
  }
  return pairs;
}

std::string CanonicalPath(const Descriptor& type, absl::string_view path) {
  std::vector<std::string> names;
  for (const FieldDescriptor* field : Resolve(type, path)) {
    names.push_back(field->name());
  }
  return absl::StrJoin(names, ".");
}

bool IsRepeated(const Descriptor& type, absl::string_view path) {
  return Resolve(type, path).back()->is_repeated();
}

}  // namespace understudy::control
