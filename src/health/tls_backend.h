// TlsBackend: a TLS server on loopback for tests and benchmarks: a thread, a certificate made on
// the spot, one canned HTTP answer. Not for anything else.
#pragma once

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "base/ip.h"
#include "io/fd.h"
#include "io/shard.h"

struct ssl_ctx_st;

namespace fairway::health {

class TlsBackend {
  public:
    TlsBackend();
    ~TlsBackend();
    const SockAddr& address() const { return address_; }
    const std::string& certificate_pem() const { return pem_; }  // for 127.0.0.1 and shop.example
    std::atomic<int> handshakes{0}, resumed{0};

  private:
    struct Session;
    ssl_ctx_st* context_;
    std::string pem_;
    io::Fd listener_;
    SockAddr address_;
    io::Shard shard_{{.name = "tls-backend"}};
    std::unique_ptr<io::Watch> watch_;
    struct ByAddress {
        using is_transparent = void;
        template <class A, class B>
        bool operator()(const A& a, const B& b) const {
            return std::to_address(a) < std::to_address(b);
        }
    };
    std::set<std::unique_ptr<Session>, ByAddress> sessions_;
};

}  // namespace fairway::health
