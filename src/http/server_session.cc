#include "http/server_session.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "base/limits.h"
#include "base/metrics.h"
#include "wire/http1/target.h"

namespace fairway::http {

using wire::http1::BodyStatus;
using wire::http1::HeadStatus;
using wire::http1::RequestHead;

ServerSession::ServerSession(Server& server, io::Fd fd)
    : server_(server),
      fd_(std::move(fd)),
      timer_(server.shard_, [this] { close(); }),
      watch_(server.shard_, fd_.get(), EPOLLIN,
             [this](std::uint32_t events) { on_events(events); }) {
    arm_timer();
}

void ServerSession::drain() {
    draining_ = true;
    if (state_ == State::kHead && in_.empty()) close();
}

void ServerSession::close() {
    if (closed_) return;
    closed_ = true;
    const io::Gate::Hold hold = std::move(hold_);  // let go last: that may end the server
    server_.remove(this);                          // destroys this
}

void ServerSession::arm_timer() {
    const bool idle = state_ == State::kHead && in_.empty();
    timer_.arm_in(idle ? kHttpIdleTimeoutMs : kHttpRequestTimeoutMs);
}

void ServerSession::on_events(std::uint32_t events) {
    if (events & (EPOLLERR | EPOLLHUP)) return close();
    if (state_ == State::kWriting ? !write_out() : !read_some()) return;
    while (step()) {
    }
}

bool ServerSession::read_some() {
    std::array<char, 16'384> room;
    const ssize_t size = ::recv(fd_.get(), room.data(), room.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (size <= 0) {
        close();
        return false;
    }
    const bool first = in_.empty() && state_ == State::kHead;
    in_.append(room.data(), static_cast<std::size_t>(size));
    if (first) arm_timer();  // the whole request must come in time, however slowly it drips
    return true;
}

bool ServerSession::step() {
    switch (state_) {
        case State::kHead:
            return take_head();
        case State::kBody:
            return take_body();
        case State::kWriting:
            return write_out();
        case State::kLinger:
            in_.clear();
            return false;
    }
    return false;
}

bool ServerSession::take_head() {
    if (in_.empty()) return false;
    RequestHead head;
    std::size_t used = 0;
    const HeadStatus status = parse_request(in_, &head, &used);
    switch (status) {
        case HeadStatus::kMore:
            return false;
        case HeadStatus::kDone:
            break;
        case HeadStatus::kTooLong:
        case HeadStatus::kTooManyHeaders:
            limit_hit(Limit::kHttpHead);
            [[fallthrough]];
        default:
            return refuse(refusal_status(status), head_status_text(status));
    }
    keep_alive_ = head.keep_alive && !draining_;
    if (const auto why = foreign(head)) return refuse(403, *why);
    if (!begin_body(head)) return true;  // refused: the answer is to be written
    in_.erase(0, used);
    return true;
}

bool ServerSession::begin_body(const RequestHead& head) {
    if (head.framing == wire::http1::Framing::kLength && head.length > kHttpBodyMax) {
        limit_hit(Limit::kHttpBody);
        refuse(413, fmt::format("a body has at most {} bytes", kHttpBodyMax));
        return false;
    }
    std::array<char, kHttpTargetMax> scratch;
    wire::http1::Target target;
    const auto status = read_target(head, scratch, &target);
    if (status != wire::http1::TargetStatus::kOk) {
        refuse(refusal_status(status), target_status_text(status));
        return false;
    }
    hold_ = server_.gate_.enter();
    request_ = {.method = std::string(head.method), .target = std::string(target.path)};
    if (target.has_query) request_.target.append("?").append(target.query);
    for (const auto& header : head.headers())
        request_.headers.emplace_back(header.name, header.value);
    body_ = wire::http1::BodyReader(head);
    state_ = State::kBody;
    if (head.expect_continue) {
        constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        [[maybe_unused]] const auto sent =
            ::send(fd_.get(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL);
    }
    return true;
}

bool ServerSession::take_body() {
    for (;;) {
        const auto result = body_.feed(in_);
        if (request_.body.size() + result.data.size() > kHttpBodyMax) {
            limit_hit(Limit::kHttpBody);
            return refuse(413, fmt::format("a body has at most {} bytes", kHttpBodyMax));
        }
        request_.body += result.data;
        in_.erase(0, result.used);
        if (result.status == BodyStatus::kBad) return refuse(400, "malformed chunk");
        if (result.status == BodyStatus::kDone) break;
        if (result.used == 0) return false;
    }
    answer();
    return true;
}

void ServerSession::answer() {
    const std::string& method = request_.method;
    if (method == "GET" || method == "HEAD" || method == "POST" || method == "PUT") {
        return respond(server_.handler_(request_));
    }
    respond({.status = 405,
             .body = "only GET, HEAD, POST and PUT\n",
             .headers = {{"Allow", "GET, HEAD, POST, PUT"}}});
}

// Answers and then closes: what follows in the stream cannot be told apart any more.
bool ServerSession::refuse(std::uint16_t status, std::string_view why) {
    keep_alive_ = false;
    in_.clear();
    request_ = {};
    respond({.status = status, .body = fmt::format("{}\n", why)});
    return true;
}

void ServerSession::respond(const Response& response) {
    auto to = std::back_inserter(out_);
    fmt::format_to(to, "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n",
                   response.status, status_reason(response.status), response.content_type,
                   response.body.size());
    for (const auto& [name, value] : response.headers)
        fmt::format_to(to, "{}: {}\r\n", name, value);
    if (!keep_alive_) out_ += "Connection: close\r\n";
    out_ += "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n";
    if (request_.method != "HEAD") out_ += response.body;
    state_ = State::kWriting;
}

bool ServerSession::write_out() {
    while (written_ < out_.size()) {
        const ssize_t size =
            ::send(fd_.get(), out_.data() + written_, out_.size() - written_, MSG_NOSIGNAL);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
            watch_.change(EPOLLOUT);
            return false;
        }
        if (size < 0) {
            close();
            return false;
        }
        written_ += static_cast<std::size_t>(size);
        timer_.arm_in(kHttpRequestTimeoutMs);  // it takes what we send, so it may go on
    }
    out_.clear();
    written_ = 0;
    if (!keep_alive_ || draining_) {
        linger();
        return false;
    }
    hold_ = {};
    request_ = {};
    state_ = State::kHead;
    watch_.change(EPOLLIN);
    arm_timer();
    return true;
}

// Closing with bytes unread would reset the connection, and the client lose the answer.
void ServerSession::linger() {
    const io::Gate::Hold hold = std::move(hold_);  // let go last: that may end the server
    ::shutdown(fd_.get(), SHUT_WR);
    in_.clear();
    state_ = State::kLinger;
    watch_.change(EPOLLIN);
    timer_.arm_in(kHttpLingerMs);
}

std::optional<std::string> ServerSession::foreign(const RequestHead& head) const {
    if (server_.unix_socket_) return std::nullopt;  // browsers cannot reach it; the file has modes
    if (!is_loopback_host(head.host)) {
        return "this API answers only to localhost, 127.0.0.1 or [::1] as Host";
    }
    const auto origin = head.find("origin");
    if (origin && *origin != fmt::format("http://{}", head.host)) {
        return "this API answers no page of another origin";
    }
    return std::nullopt;
}

}  // namespace fairway::http
