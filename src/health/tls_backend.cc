#include "health/tls_backend.h"

#include <openssl/bio.h>
#include <openssl/bytestring.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <signal.h>

#include <memory>

#include "base/check.h"
#include "io/sockets.h"

namespace fairway::health {
namespace {

EVP_PKEY* make_key() {
    EC_KEY* ec = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
    FW_CHECK(EC_KEY_generate_key(ec) == 1);
    EVP_PKEY* key = EVP_PKEY_new();
    EVP_PKEY_assign_EC_KEY(key, ec);
    return key;
}

X509* make_certificate(EVP_PKEY* key) {
    X509* certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3'600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86'400);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    char names[] = "IP:127.0.0.1,DNS:shop.example";
    X509_EXTENSION* extension = X509V3_EXT_nconf_nid(nullptr, nullptr, NID_subject_alt_name, names);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    FW_CHECK(X509_sign(certificate, key, EVP_sha256()) != 0);
    return certificate;
}

std::string to_pem(X509* certificate) {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate);
    const std::uint8_t* bytes = nullptr;
    std::size_t size = 0;
    BIO_mem_contents(bio, &bytes, &size);
    std::string pem(reinterpret_cast<const char*>(bytes), size);
    BIO_free(bio);
    return pem;
}

}  // namespace

// Lives until its connection ends.
struct TlsBackend::Session {
    Session(TlsBackend& backend, io::Shard& shard, io::Fd fd)
        : owner(backend),
          socket(std::move(fd)),
          ssl(SSL_new(backend.context_)),
          watch(shard, socket.get(), EPOLLIN, [this](std::uint32_t) { on_ready(); }) {
        SSL_set_fd(ssl, socket.get());
        SSL_set_accept_state(ssl);
    }
    ~Session() { SSL_free(ssl); }
    void on_ready() {
        char room[4'096];
        const int size = SSL_read(ssl, room, sizeof room);
        if (size <= 0) {
            if (SSL_get_error(ssl, size) != SSL_ERROR_WANT_READ) {
                owner.sessions_.erase(owner.sessions_.find(this));
            }
            return;
        }
        ++owner.handshakes;
        owner.resumed += SSL_session_reused(ssl);
        constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        SSL_write(ssl, kAnswer.data(), static_cast<int>(kAnswer.size()));
    }
    TlsBackend& owner;
    io::Fd socket;
    SSL* ssl;
    io::Watch watch;
};

TlsBackend::TlsBackend()
    : context_(SSL_CTX_new(TLS_server_method())),
      listener_(*io::tcp_listen({*IpAddr::parse("127.0.0.1"), 0})),
      address_(*io::local_address(listener_.get())) {
    ::signal(SIGPIPE, SIG_IGN);
    EVP_PKEY* key = make_key();
    X509* certificate = make_certificate(key);
    pem_ = to_pem(certificate);
    FW_CHECK(SSL_CTX_use_certificate(context_, certificate) == 1);
    FW_CHECK(SSL_CTX_use_PrivateKey(context_, key) == 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
    watch_ = std::make_unique<io::Watch>(shard_, listener_.get(), EPOLLIN, [this](std::uint32_t) {
        while (io::Fd fd = io::accept_one(listener_.get(), nullptr)) {
            sessions_.insert(std::make_unique<Session>(*this, shard_, std::move(fd)));
        }
    });
    shard_.start();
}

TlsBackend::~TlsBackend() {
    shard_.stop();
    shard_.join();
    watch_.reset();
    sessions_.clear();
    SSL_CTX_free(context_);
}

}  // namespace fairway::health
