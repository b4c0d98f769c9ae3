// TLS as a client, over AWS-LC: one TlsClient per shard and profile (its SSL_CTX and the sessions
// that it can resume); a TlsStream per connection, over a descriptor that stays its owner's.
// Non-blocking; their shard's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

struct ssl_ctx_st;
struct ssl_st;
struct ssl_session_st;

namespace fairway::io {

struct TlsTarget {
    std::string server_name;  // SNI, and what the certificate must name; an IP address: no SNI
    std::string session_key;  // sessions are resumed among connections of one key; empty: never
};

class TlsClient;

class TlsStream {
  public:
    enum class Result : std::uint8_t { kDone, kLater, kEnd, kFailed };
    struct Transfer {
        Result result;
        std::size_t size = 0;
    };
    ~TlsStream();
    Result handshake();
    Transfer read(std::span<char> room);
    Transfer write(std::string_view bytes);
    bool resumed() const;
    // After kFailed: "certificate verify failed: certificate has expired".
    std::string error() const;

  private:
    friend class TlsClient;
    TlsStream() = default;
    Result judge(int returned);
    ssl_st* ssl_ = nullptr;
    TlsClient* client_ = nullptr;
    std::string session_key_;
    int last_error_ = 0;
};

class TlsClient {
  public:
    enum class Verify : std::uint8_t { kNone, kCertificate };
    // `ca_pem` empty: the system's authorities, if it verifies at all.
    static Result<std::unique_ptr<TlsClient>> create(Verify verify, std::string_view ca_pem = {});
    // Every handshake fails: stands in for authorities that could not be read.
    static std::unique_ptr<TlsClient> create_trusting_nobody();
    ~TlsClient();
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    // The descriptor is connected and outlives the stream.
    std::unique_ptr<TlsStream> open(int fd, const TlsTarget& target);

  private:
    friend class TlsStream;
    explicit TlsClient(Verify verify);
    static int keep_session(ssl_st* ssl, ssl_session_st* session);

    struct SessionDeleter {
        void operator()(ssl_session_st* session) const;
    };
    using SessionPtr = std::unique_ptr<ssl_session_st, SessionDeleter>;
    ssl_ctx_st* context_ = nullptr;
    Verify verify_ = Verify::kNone;
    // The newest session of each key; the least recently made goes first (kTlsSessionsMax).
    struct Kept {
        std::string key;
        SessionPtr session;
    };
    std::list<Kept> sessions_;
    std::unordered_map<std::string, std::list<Kept>::iterator> by_key_;
};

}  // namespace fairway::io
