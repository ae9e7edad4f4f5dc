// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/http/http_gateway.h"

#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "controlplane/http/http_error.h"
#include "controlplane/http/transcoder.h"
#include "controlplane/http/unary_caller.h"
#include "google/rpc/code.pb.h"

namespace understudy::control {
namespace {

using google::rpc::Code;

constexpr size_t kMaxBody = 4 << 20;
constexpr size_t kMaxTarget = 4096;
constexpr size_t kMaxAuthorization = 4096;
// A call that waits (waitForSerial) holds its thread as long.
constexpr size_t kThreads = 64;
constexpr absl::Duration kDefaultTimeout = absl::Seconds(30);
constexpr absl::Duration kTimeoutMargin = absl::Seconds(5);
constexpr absl::Duration kLongestTimeout = absl::Seconds(660);
constexpr char kAnyPath[] = "[\\s\\S]*";
constexpr char kJson[] = "application/json; charset=utf-8";

bool IsLoopback(const SocketAddress& address) {
  return address.is_v6() ? address.ip() == "::1"
                         : absl::StartsWith(address.ip(), "127.");
}

// What gRPC takes as a metadata value.
bool IsPrintable(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool IsJsonType(absl::string_view type) {
  type = absl::StripAsciiWhitespace(type.substr(0, type.find(';')));
  return type.empty() || absl::EqualsIgnoreCase(type, "application/json");
}

// Whether the request announces one.
bool HasBody(const httplib::Request& request) {
  const std::string length = request.get_header_value("Content-Length");
  return request.has_header("Transfer-Encoding") ||
         (!length.empty() && length != "0");
}

void Answer(httplib::Response& response, int status, std::string body) {
  response.status = status;
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("Cache-Control", "no-store");
  response.set_content(std::move(body), kJson);
}

void AnswerError(httplib::Response& response, const google::rpc::Status& status,
                 int http_status) {
  if (http_status == 401) response.set_header("WWW-Authenticate", "Bearer");
  if (const int seconds = RetryAfterSeconds(status); seconds > 0) {
    response.set_header("Retry-After", std::to_string(seconds));
  }
  Answer(response, http_status, ErrorJson(status, http_status));
}

// For what goes wrong before the API is reached.
void Refuse(httplib::Response& response, int http_status, Code code,
            absl::string_view reason, absl::string_view message) {
  AnswerError(response, GatewayError(code, reason, message), http_status);
}

// What the HTTP library itself refuses, with the body that all errors have.
void ExplainLibraryError(const httplib::Request& request,
                         httplib::Response& response) {
  if (!response.body.empty()) return;
  switch (response.status) {
    case 413:
      Refuse(response, 413, Code::INVALID_ARGUMENT, "BODY_TOO_LARGE",
             "the body is larger than 4 MiB");
      return;
    case 414:
      Refuse(response, 414, Code::INVALID_ARGUMENT, "PATH_TOO_LONG",
             "path and query are longer than 4096 bytes");
      return;
    case 404:
      Refuse(response, 405, Code::UNIMPLEMENTED, "METHOD_NOT_ALLOWED",
             absl::StrCat("the HTTP method ", request.method,
                          " is not used by this API"));
      return;
    case 500:
      Refuse(response, 500, Code::INTERNAL, "INTERNAL", "internal error");
      return;
    default:
      Refuse(response, response.status, Code::INVALID_ARGUMENT,
             "MALFORMED_REQUEST", "the HTTP request is malformed");
  }
}

}  // namespace

struct HttpGateway::Impl {
  Impl(Transcoder transcoder_in,
       std::shared_ptr<grpc::ChannelInterface> channel, Metrics& metrics,
       Logger& log_in)
      : transcoder(std::move(transcoder_in)),
        caller(std::move(channel)),
        log(log_in) {
    for (int i = 0; i < 6; ++i) {
      requests[i] = &metrics.Counter(
          "understudy_controller_http_requests_total",
          "HTTP requests by the class of their status.",
          {{"class", i == 0 ? std::string("other") : absl::StrCat(i, "xx")}});
    }
  }

  void Configure();
  void Handle(const httplib::Request& request, httplib::Response& response);
  // Whether the request keeps within the limits; otherwise it is answered. What
  // can wait until the body was read does: a client that is still sending may
  // not see an earlier answer.
  static bool CheckBeforeBody(const httplib::Request& request,
                              httplib::Response& response);
  static bool Check(const httplib::Request& request,
                    httplib::Response& response);
  void Perform(const Transcoder::Call& call, const httplib::Request& request,
               httplib::Response& response);

  const Transcoder transcoder;
  UnaryCaller caller;
  Logger& log;
  // By the first digit of the status.
  CounterMetric* requests[6];
  httplib::Server server;
  SocketAddress address;
  std::thread thread;
};

void HttpGateway::Impl::Configure() {
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_payload_max_length(kMaxBody);
  server.set_read_timeout(10);
  server.set_write_timeout(10);
  // One request for each connection: the library leaves bodies that nobody
  // asked for in the connection, and behind a proxy the next one's request
  // would be taken from there.
  server.set_keep_alive_max_count(1);
  server.set_tcp_nodelay(true);
  // Two controllers must not share a port without knowing.
  server.set_socket_options([](int socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  server.set_pre_routing_handler(
      [this](const httplib::Request& request, httplib::Response& response) {
        if (!CheckBeforeBody(request, response)) {
          return httplib::Server::HandlerResponse::Handled;
        }
        if (HasBody(request))
          return httplib::Server::HandlerResponse::Unhandled;
        // The library would wait for a body until the read times out, while
        // none was announced (RFC 9112 s6.3).
        Handle(request, response);
        return httplib::Server::HandlerResponse::Handled;
      });
  auto handler = [this](const httplib::Request& request,
                        httplib::Response& response) {
    Handle(request, response);
  };
  server.Get(kAnyPath, handler);
  server.Post(kAnyPath, handler);
  server.Put(kAnyPath, handler);
  server.Patch(kAnyPath, handler);
  server.Delete(kAnyPath, handler);
  server.set_error_handler(
      [](const httplib::Request& request, httplib::Response& response) {
        ExplainLibraryError(request, response);
      });
  server.set_exception_handler([this](const httplib::Request&,
                                      httplib::Response& response,
                                      std::exception_ptr) {
    log.Error("an HTTP request failed within the gateway");
    Refuse(response, 500, Code::INTERNAL, "INTERNAL", "internal error");
  });
  server.set_logger(
      [this](const httplib::Request&, const httplib::Response& response) {
        const int digit = response.status / 100;
        requests[digit >= 1 && digit <= 5 ? digit : 0]->Increment();
      });
}

bool HttpGateway::Impl::CheckBeforeBody(const httplib::Request& request,
                                        httplib::Response& response) {
  // Before the library matches the path, which takes stack for each byte.
  if (request.target.size() > kMaxTarget) {
    Refuse(response, 414, Code::INVALID_ARGUMENT, "PATH_TOO_LONG",
           "path and query are longer than 4096 bytes");
    return false;
  }
  // The library would unpack it, to any size.
  if (request.has_header("Content-Encoding")) {
    Refuse(response, 415, Code::INVALID_ARGUMENT, "NOT_JSON",
           "the body must not be compressed");
    return false;
  }
  return true;
}

bool HttpGateway::Impl::Check(const httplib::Request& request,
                              httplib::Response& response) {
  if (request.get_header_value_count("Authorization") > 1) {
    Refuse(response, 400, Code::INVALID_ARGUMENT, "BAD_AUTHORIZATION",
           "there is more than one Authorization header");
    return false;
  }
  const std::string authorization = request.get_header_value("Authorization");
  if (authorization.size() > kMaxAuthorization || !IsPrintable(authorization)) {
    Refuse(response, 401, Code::UNAUTHENTICATED, "BAD_AUTHORIZATION",
           "the Authorization header is too long or has bytes that are not "
           "printable ASCII");
    return false;
  }
  // A body of another type is most likely a form that a page of somebody else
  // makes the browser send.
  if (HasBody(request) &&
      !IsJsonType(request.get_header_value("Content-Type"))) {
    Refuse(response, 415, Code::INVALID_ARGUMENT, "NOT_JSON",
           "the body must be JSON: send `Content-Type: application/json`");
    return false;
  }
  return true;
}

void HttpGateway::Impl::Handle(const httplib::Request& request,
                               httplib::Response& response) {
  if (!Check(request, response)) return;
  // HEAD is answered as GET, and the library leaves the body out.
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  Transcoder::Result result =
      transcoder.Transcode(method, request.target, request.body);
  if (const auto* failure = std::get_if<Transcoder::Failure>(&result)) {
    if (!failure->allow.empty()) response.set_header("Allow", failure->allow);
    AnswerError(response, failure->status, failure->http_status);
    return;
  }
  Perform(std::get<Transcoder::Call>(result), request, response);
}

void HttpGateway::Impl::Perform(const Transcoder::Call& call,
                                const httplib::Request& request,
                                httplib::Response& response) {
  absl::Duration timeout = kDefaultTimeout;
  if (call.timeout.has_value()) {
    timeout = std::max(timeout, *call.timeout + kTimeoutMargin);
  }
  if (request.has_header("X-Server-Timeout")) {
    double seconds = 0;
    if (!absl::SimpleAtod(request.get_header_value("X-Server-Timeout"),
                          &seconds) ||
        !(seconds > 0 && seconds <= absl::ToDoubleSeconds(kLongestTimeout))) {
      Refuse(response, 400, Code::INVALID_ARGUMENT, "BAD_TIMEOUT",
             "X-Server-Timeout must be a number of seconds, at most 660");
      return;
    }
    timeout = absl::Seconds(seconds);
  }
  UnaryCaller::Reply reply = caller.Call(
      call.path, call.request, request.get_header_value("Authorization"),
      std::min(timeout, kLongestTimeout));
  if (reply.code != Code::OK) {
    AnswerError(response, CallError(reply.code, reply.message, reply.details),
                HttpStatusOf(reply.code));
    return;
  }
  absl::StatusOr<std::string> json =
      Transcoder::ResponseJson(*call.method, reply.response);
  if (!json.ok()) {
    log.Error("a response cannot be written as JSON",
              {{"method", call.path}, {"error", json.status().ToString()}});
    Refuse(response, 500, Code::INTERNAL, "INTERNAL", "internal error");
    return;
  }
  Answer(response, 200, *std::move(json));
}

absl::StatusOr<std::unique_ptr<HttpGateway>> HttpGateway::Start(
    const SocketAddress& listen,
    std::shared_ptr<grpc::ChannelInterface> channel,
    const std::vector<std::string>& services, Metrics& metrics, Logger& log) {
  if (!IsLoopback(listen)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "http_listen: ", listen.ToString(),
        " is not a loopback address, and REST is served without TLS; listen on "
        "127.0.0.1 or [::1] and put a proxy with TLS before it"));
  }
  UNDERSTUDY_ASSIGN_OR_RETURN(Transcoder transcoder,
                              Transcoder::Create(services));
  auto impl = std::make_unique<Impl>(std::move(transcoder), std::move(channel),
                                     metrics, log);
  impl->Configure();
  httplib::Server& server = impl->server;
  int port = listen.port();
  if (port == 0) {
    port = std::max(server.bind_to_any_port(listen.ip()), 0);
  } else if (!server.bind_to_port(listen.ip(), port)) {
    port = 0;
  }
  if (port == 0) {
    return absl::UnavailableError(absl::StrCat(
        "http_listen: cannot listen on ", listen.ToString(),
        ": the address is in use or not this machine's; choose another"));
  }
  impl->address = listen.WithPort(static_cast<uint16_t>(port));
  impl->thread =
      std::thread([raw = impl.get()] { raw->server.listen_after_bind(); });
  // stop() does nothing before the accept loop runs, and the destructor would
  // then wait for ever.
  while (!server.is_running()) std::this_thread::yield();
  return std::unique_ptr<HttpGateway>(new HttpGateway(std::move(impl)));
}

HttpGateway::HttpGateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpGateway::~HttpGateway() {
  impl_->caller.CancelAll();
  impl_->server.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

const SocketAddress& HttpGateway::address() const { return impl_->address; }

}  // namespace understudy::control
