// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/http/transcoder.h"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "controlplane/http/http_error.h"
#include "controlplane/http/request_fields.h"
#include "google/api/annotations.pb.h"
#include "google/rpc/code.pb.h"

namespace understudy::control {
namespace {

using google::api::HttpRule;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using google::rpc::Code;

absl::Status BadRule(const MethodDescriptor& method, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(
      "the google.api.http annotation of ", method.full_name(), " ", why));
}

std::unique_ptr<Message> NewMessage(const Descriptor& type) {
  return std::unique_ptr<Message>(
      MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

// The HTTP method and the path of a rule; an empty method for kinds that are
// not served.
std::pair<std::string, std::string> PatternOf(const HttpRule& rule) {
  switch (rule.pattern_case()) {
    case HttpRule::kGet:
      return {"GET", rule.get()};
    case HttpRule::kPut:
      return {"PUT", rule.put()};
    case HttpRule::kPost:
      return {"POST", rule.post()};
    case HttpRule::kDelete:
      return {"DELETE", rule.delete_()};
    case HttpRule::kPatch:
      return {"PATCH", rule.patch()};
    default:
      return {};
  }
}

Transcoder::Failure FailureOf(Code code, absl::string_view reason,
                              absl::string_view message) {
  return {GatewayError(code, reason, message), HttpStatusOf(code), ""};
}

// Whether `path` lies at or below the field `top`.
bool IsWithin(absl::string_view path, absl::string_view top) {
  return path == top || absl::StartsWith(path, absl::StrCat(top, "."));
}

void TakeBody(const std::string& rule_body, absl::string_view body,
              Message& request, std::vector<FieldProblem>& problems) {
  if (rule_body.empty()) {
    if (!body.empty()) problems.push_back({"body", "this method takes none"});
    return;
  }
  Message* target = &request;
  std::string prefix;
  if (rule_body != "*") {
    const FieldDescriptor* field =
        request.GetDescriptor()->FindFieldByName(rule_body);
    target = request.GetReflection()->MutableMessage(&request, field);
    prefix = rule_body;
  }
  if (body.empty()) return;
  for (FieldProblem& problem : ParseJson(body, prefix, *target)) {
    problems.push_back(std::move(problem));
  }
}

void TakeQuery(const std::string& rule_body,
               const std::vector<std::string>& path_fields,
               absl::string_view query, Message& request,
               std::vector<FieldProblem>& problems) {
  std::set<std::string> seen;
  for (const auto& [name, value] : ParseQuery(query, problems)) {
    const std::string path = CanonicalPath(*request.GetDescriptor(), name);
    if (path.empty()) {
      problems.push_back({name, "there is no such field"});
      continue;
    }
    if (rule_body == "*" || (!rule_body.empty() && IsWithin(path, rule_body))) {
      problems.push_back({path, "belongs into the body, not into the query"});
      continue;
    }
    bool is_in_path = false;
    for (const std::string& field : path_fields) {
      is_in_path = is_in_path || IsWithin(path, field);
    }
    if (is_in_path) {
      problems.push_back({path, "is given by the path"});
      continue;
    }
    if (!seen.insert(path).second &&
        !IsRepeated(*request.GetDescriptor(), path)) {
      problems.push_back({path, "is given twice"});
      continue;
    }
    absl::Status status = SetField(request, path, value);
    if (!status.ok()) {
      problems.push_back({path, std::string(status.message())});
    }
  }
}

// A field of the path that the body has too must not differ.
void TakePath(const PathTemplate::Bindings& bindings, Message& request,
              std::vector<FieldProblem>& problems) {
  for (const auto& [path, value] : bindings) {
    const FieldDescriptor* field =
        request.GetDescriptor()->FindFieldByName(path);
    if (field != nullptr &&
        field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      const std::string present =
          request.GetReflection()->GetString(request, field);
      if (!present.empty() && present != value) {
        problems.push_back({path, "differs from the path"});
        continue;
      }
    }
    absl::Status status = SetField(request, path, value);
    if (!status.ok()) {
      problems.push_back({path, std::string(status.message())});
    }
  }
}

std::optional<absl::Duration> TimeoutOf(const Message& request) {
  const FieldDescriptor* field =
      request.GetDescriptor()->FindFieldByName("timeout");
  if (field == nullptr || field->is_repeated() ||
      field->message_type() == nullptr ||
      field->message_type()->full_name() != "google.protobuf.Duration" ||
      !request.GetReflection()->HasField(request, field)) {
    return std::nullopt;
  }
  google::protobuf::Duration timeout;
  timeout.CopyFrom(request.GetReflection()->GetMessage(request, field));
  return absl::Seconds(timeout.seconds()) + absl::Nanoseconds(timeout.nanos());
}

Transcoder::Failure FailureOf(const std::vector<FieldProblem>& problems) {
  std::vector<std::string> texts;
  for (const FieldProblem& problem : problems) {
    texts.push_back(absl::StrCat(problem.field, ": ", problem.description));
  }
  return {GatewayError(Code::INVALID_ARGUMENT, "INVALID_REQUEST",
                       absl::StrJoin(texts, "; "), problems),
          HttpStatusOf(Code::INVALID_ARGUMENT), ""};
}

}  // namespace

absl::StatusOr<Transcoder> Transcoder::Create(
    const std::vector<std::string>& services) {
  Transcoder transcoder;
  for (const std::string& name : services) {
    const auto* service =
        DescriptorPool::generated_pool()->FindServiceByName(name);
    if (service == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("the service ", name, " is not linked in"));
    }
    for (int i = 0; i < service->method_count(); ++i) {
      UNDERSTUDY_RETURN_IF_ERROR(transcoder.AddMethod(*service->method(i)));
    }
  }
  return transcoder;
}

absl::Status Transcoder::AddMethod(const MethodDescriptor& method) {
  if (!method.options().HasExtension(google::api::http)) {
    return absl::OkStatus();
  }
  if (method.client_streaming() || method.server_streaming()) {
    return BadRule(method, "is of a streaming method");
  }
  const HttpRule& rule = method.options().GetExtension(google::api::http);
  UNDERSTUDY_RETURN_IF_ERROR(AddRule(method, rule));
  for (const HttpRule& more : rule.additional_bindings()) {
    UNDERSTUDY_RETURN_IF_ERROR(AddRule(method, more));
  }
  return absl::OkStatus();
}

absl::Status Transcoder::AddRule(const MethodDescriptor& method,
                                 const HttpRule& rule) {
  auto [http_method, path] = PatternOf(rule);
  if (http_method.empty()) return BadRule(method, "has no known HTTP method");
  if (!rule.response_body().empty()) {
    return BadRule(method, "has a response_body");
  }
  absl::StatusOr<PathTemplate> parsed = PathTemplate::Parse(path);
  if (!parsed.ok()) return BadRule(method, parsed.status().message());
  const Descriptor& request = *method.input_type();
  for (const std::string& field : parsed->Fields()) {
    if (CanonicalPath(request, field) != field) {
      return BadRule(method, absl::StrCat("names the path field ", field,
                                          ", which the request lacks"));
    }
  }
  if (!rule.body().empty() && rule.body() != "*") {
    const FieldDescriptor* field = request.FindFieldByName(rule.body());
    if (field == nullptr || field->is_repeated() ||
        field->message_type() == nullptr) {
      return BadRule(method, "has a body that is no message of the request");
    }
  }
  routes_.push_back({http_method, *std::move(parsed), rule.body(), &method});
  return absl::OkStatus();
}

Transcoder::Result Transcoder::Transcode(absl::string_view http_method,
                                         absl::string_view target,
                                         absl::string_view body) const {
  const size_t mark = target.find('?');
  absl::string_view path = target.substr(0, mark);
  absl::string_view query =
      mark == absl::string_view::npos ? "" : target.substr(mark + 1);
  query = query.substr(0, query.find('#'));
  std::set<std::string> allowed;
  for (const Route& route : routes_) {
    auto bindings = route.path.Match(path);
    if (!bindings.has_value()) continue;
    if (route.http_method == http_method) {
      return Build(route, *bindings, query, body);
    }
    allowed.insert(route.http_method);
  }
  if (allowed.empty()) {
    return FailureOf(Code::NOT_FOUND, "PATH_NOT_FOUND",
                     "no method of the API has this path");
  }
  const std::string allow = absl::StrJoin(allowed, ", ");
  Failure failure = FailureOf(Code::UNIMPLEMENTED, "METHOD_NOT_ALLOWED",
                              absl::StrCat("this path takes only ", allow));
  failure.http_status = 405;
  failure.allow = allow;
  return failure;
}

Transcoder::Result Transcoder::Build(const Route& route,
                                     const PathTemplate::Bindings& bindings,
                                     absl::string_view query,
                                     absl::string_view body) {
  std::unique_ptr<Message> request = NewMessage(*route.method->input_type());
  std::vector<FieldProblem> problems;
  TakeBody(route.body, body, *request, problems);
  TakeQuery(route.body, route.path.Fields(), query, *request, problems);
  TakePath(bindings, *request, problems);
  if (!problems.empty()) return FailureOf(problems);
  Call call;
  call.method = route.method;
  call.path = absl::StrCat("/", route.method->service()->full_name(), "/",
                           route.method->name());
  call.request = request->SerializeAsString();
  call.timeout = TimeoutOf(*request);
  return call;
}

absl::StatusOr<std::string> Transcoder::ResponseJson(
    const MethodDescriptor& method, const std::string& response) {
  std::unique_ptr<Message> message = NewMessage(*method.output_type());
  std::string json;
  if (!message->ParseFromString(response) ||
      !google::protobuf::util::MessageToJsonString(*message, &json).ok()) {
    return absl::InternalError(absl::StrCat(
        "the response of ", method.full_name(), " cannot be written as JSON"));
  }
  json.push_back('\n');
  return json;
}

}  // namespace understudy::control
