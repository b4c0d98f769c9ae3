#include "io/tls.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/ip.h"
#include "base/limits.h"
#include "base/metrics.h"

namespace fairway::io {
namespace {

// A BIO over a socket whose writes never raise SIGPIPE; the library's own would.
int socket_write(BIO* bio, const char* bytes, int size) {
    const auto fd = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
    BIO_clear_retry_flags(bio);
    const ssize_t n = ::send(fd, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return static_cast<int>(n);
}

int socket_read(BIO* bio, char* room, int size) {
    const auto fd = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
    BIO_clear_retry_flags(bio);
    const ssize_t n = ::recv(fd, room, static_cast<std::size_t>(size), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    return static_cast<int>(n);
}

long socket_control(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* socket_method() {
    static const BIO_METHOD* method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
        BIO_meth_set_write(made, socket_write);
        BIO_meth_set_read(made, socket_read);
        BIO_meth_set_ctrl(made, socket_control);
        return made;
    }();
    return method;
}

// The newest error of the library's queue, in its words; the queue is empty afterwards.
std::string library_error() {
    const std::uint32_t code = ERR_peek_last_error();
    ERR_clear_error();
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "unknown error";
}

Status load_authorities(SSL_CTX* context, std::string_view pem) {
    if (pem.empty()) {
        // Where Debian keeps them; the library was built elsewhere.
        if (SSL_CTX_load_verify_locations(context, "/etc/ssl/certs/ca-certificates.crt", nullptr)) {
            return {};
        }
        ERR_clear_error();
        return fail(Code::kNotFound, Origin::kSystem,
                    "/etc/ssl/certs/ca-certificates.crt: no authorities; install ca-certificates");
    }
    const std::unique_ptr<BIO, int (*)(BIO*)> bio(
        BIO_new_mem_buf(pem.data(), static_cast<long>(pem.size())), BIO_free);
    X509_STORE* store = SSL_CTX_get_cert_store(context);
    unsigned count = 0;
    while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
        X509_STORE_add_cert(store, certificate);
        X509_free(certificate);
        ++count;
    }
    ERR_clear_error();  // the end of the text is an error to it
    if (count != 0) return {};
    return fail(Code::kInvalid, Origin::kConfig, "ca.crt: no certificate in PEM form in it");
}

}  // namespace

TlsStream::~TlsStream() {
    SSL_free(ssl_);
}

TlsStream::Result TlsStream::judge(int returned) {
    last_error_ = SSL_get_error(ssl_, returned);
    switch (last_error_) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            return Result::kLater;
        case SSL_ERROR_ZERO_RETURN:
            return Result::kEnd;
        // A peer that hangs up without a close_notify: framing tells whether that was too early.
        case SSL_ERROR_SYSCALL:
            return returned == 0 ? Result::kEnd : Result::kFailed;
        default:
            return Result::kFailed;
    }
}

TlsStream::Result TlsStream::handshake() {
    ERR_clear_error();
    const int returned = SSL_do_handshake(ssl_);
    if (returned == 1) return Result::kDone;
    const Result result = judge(returned);
    return result == Result::kEnd ? Result::kFailed : result;
}

TlsStream::Transfer TlsStream::read(std::span<char> room) {
    ERR_clear_error();
    const int n = SSL_read(ssl_, room.data(), static_cast<int>(room.size()));
    if (n > 0) return {Result::kDone, static_cast<std::size_t>(n)};
    return {judge(n)};
}

TlsStream::Transfer TlsStream::write(std::string_view bytes) {
    if (bytes.empty()) return {Result::kDone, 0};
    ERR_clear_error();
    const int n = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    if (n > 0) return {Result::kDone, static_cast<std::size_t>(n)};
    return {judge(n)};
}

bool TlsStream::resumed() const {
    return SSL_session_reused(ssl_) == 1;
}

std::string TlsStream::error() const {
    if (last_error_ == SSL_ERROR_SYSCALL || last_error_ == SSL_ERROR_ZERO_RETURN) {
        return ERR_peek_error() == 0 ? "connection closed by the peer" : library_error();
    }
    const long verify = SSL_get_verify_result(ssl_);
    if (verify != X509_V_OK) {
        ERR_clear_error();
        return fmt::format("certificate: {}", X509_verify_cert_error_string(verify));
    }
    return library_error();
}

void TlsClient::SessionDeleter::operator()(ssl_session_st* session) const {
    SSL_SESSION_free(session);
}

TlsClient::TlsClient(Verify verify) : context_(SSL_CTX_new(TLS_client_method())), verify_(verify) {
    FW_CHECK(context_ != nullptr);
    SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
    SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                   SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context_, keep_session);
    if (verify == Verify::kCertificate) SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
}

Result<std::unique_ptr<TlsClient>> TlsClient::create(Verify verify, std::string_view ca_pem) {
    std::unique_ptr<TlsClient> client(new TlsClient(verify));
    if (verify == Verify::kCertificate) {
        FW_TRY_VOID(load_authorities(client->context_, ca_pem));
    }
    return client;
}

std::unique_ptr<TlsClient> TlsClient::create_trusting_nobody() {
    return std::unique_ptr<TlsClient>(new TlsClient(Verify::kCertificate));
}

TlsClient::~TlsClient() {
    sessions_.clear();
    SSL_CTX_free(context_);
}

std::unique_ptr<TlsStream> TlsClient::open(int fd, const TlsTarget& target) {
    std::unique_ptr<TlsStream> stream(new TlsStream);
    stream->client_ = this;
    stream->session_key_ = target.session_key;
    SSL* ssl = stream->ssl_ = SSL_new(context_);
    BIO* bio = BIO_new(socket_method());
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_connect_state(ssl);
    SSL_set_app_data(ssl, stream.get());
    const auto ip = IpAddr::parse(target.server_name);
    if (!ip && !target.server_name.empty()) {
        SSL_set_tlsext_host_name(ssl, target.server_name.c_str());
    }
    if (verify_ == Verify::kCertificate && ip) {
        X509_VERIFY_PARAM_set1_ip(SSL_get0_param(ssl), ip->data(), ip->size());
    } else if (verify_ == Verify::kCertificate) {
        SSL_set1_host(ssl, target.server_name.c_str());
    }
    if (const auto kept = by_key_.find(target.session_key); kept != by_key_.end()) {
        SSL_set_session(ssl, kept->second->session.get());
    }
    return stream;
}

// The library calls it for each session or ticket that the server gives.
int TlsClient::keep_session(SSL* ssl, SSL_SESSION* session) {
    auto* stream = static_cast<TlsStream*>(SSL_get_app_data(ssl));
    TlsClient& client = *stream->client_;
    if (stream->session_key_.empty()) return 0;
    SessionPtr kept(session);
    if (const auto found = client.by_key_.find(stream->session_key_);
        found != client.by_key_.end()) {
        found->second->session = std::move(kept);
        return 1;
    }
    if (client.sessions_.size() >= kTlsSessionsMax) {
        limit_hit(Limit::kTlsSessions);
        client.by_key_.erase(client.sessions_.front().key);
        client.sessions_.pop_front();
    }
    client.sessions_.push_back({stream->session_key_, std::move(kept)});
    client.by_key_[stream->session_key_] = std::prev(client.sessions_.end());
    return 1;
}

}  // namespace fairway::io
