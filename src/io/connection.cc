#include "io/connection.h"

#include <cerrno>
#include <cstring>

#include "io/sockets.h"

namespace fairway::io {
namespace {

std::string errno_text(std::string_view what, int error) {
    return std::string(what) + ": " + std::strerror(error);
}

using Transfer = Connection::Transfer;

Transfer from_tls(const TlsStream::Transfer& transfer) {
    switch (transfer.result) {
        case TlsStream::Result::kDone:
            return {Transfer::Result::kSome, transfer.size};
        case TlsStream::Result::kLater:
            return {Transfer::Result::kLater};
        case TlsStream::Result::kEnd:
            return {Transfer::Result::kEnd};
        case TlsStream::Result::kFailed:
            break;
    }
    return {Transfer::Result::kFailed};
}

}  // namespace

Connection::~Connection() {
    watch_.reset();
}

void Connection::open(const SockAddr& address, TlsClient* tls, const TlsTarget& target) {
    tls_client_ = tls;
    target_ = target;
    bool pending = false;
    auto fd = tcp_connect(address, &pending);
    if (!fd) return failed(std::move(fd).error().text);
    fd_ = std::move(*fd);
    // Edges of both directions, told once: no further system call as the need changes.
    watch_.emplace(shard_, fd_.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                   [this](std::uint32_t) { on_events(); });
    if (!pending) connected();
}

void Connection::reset_on_close() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void Connection::on_events() {
    switch (state_) {
        case State::kConnecting:
            if (const int error = connect_result(fd_.get()); error != 0) {
                return failed(errno_text("connect", error));
            }
            return connected();
        case State::kHandshake:
            return handshake();
        case State::kOpen:
            return callback_(Event::kReady);
        case State::kFailed:
            return;
    }
}

void Connection::connected() {
    if (tls_client_ == nullptr) {
        state_ = State::kOpen;
        return callback_(Event::kOpen);
    }
    state_ = State::kHandshake;
    tls_ = tls_client_->open(fd_.get(), target_);
    handshake();
}

void Connection::handshake() {
    switch (tls_->handshake()) {
        case TlsStream::Result::kLater:
            return;
        case TlsStream::Result::kDone:
            state_ = State::kOpen;
            return callback_(Event::kOpen);
        default:
            return failed("TLS: " + tls_->error());
    }
}

void Connection::failed(std::string text) {
    state_ = State::kFailed;
    error_ = std::move(text);
    callback_(Event::kFailed);
}

Connection::Transfer Connection::failed_transfer(std::string text) {
    state_ = State::kFailed;
    error_ = std::move(text);
    return {Transfer::Result::kFailed};
}

Connection::Transfer Connection::read(std::span<char> room) {
    if (tls_) {
        const auto transfer = tls_->read(room);
        if (transfer.result == TlsStream::Result::kFailed)
            return failed_transfer("TLS: " + tls_->error());
        return from_tls(transfer);
    }
    const ssize_t size = ::recv(fd_.get(), room.data(), room.size(), 0);
    if (size > 0) return {Transfer::Result::kSome, static_cast<std::size_t>(size)};
    if (size == 0) return {Transfer::Result::kEnd};
    if (errno == EAGAIN || errno == EINTR) return {Transfer::Result::kLater};
    return failed_transfer(errno_text("read", errno));
}

Connection::Transfer Connection::write(std::string_view bytes) {
    if (tls_) {
        const auto transfer = tls_->write(bytes);
        if (transfer.result == TlsStream::Result::kFailed)
            return failed_transfer("TLS: " + tls_->error());
        return from_tls(transfer);
    }
    const ssize_t size = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size >= 0) return {Transfer::Result::kSome, static_cast<std::size_t>(size)};
    if (errno == EAGAIN || errno == EINTR) return {Transfer::Result::kLater};
    return failed_transfer(errno_text("write", errno));
}

}  // namespace fairway::io
