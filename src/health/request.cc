#include "health/request.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/http1/head.h"

namespace fairway::health {
namespace {

bool printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
    });
}

std::string host_header(const model::HealthCheck& check, const SockAddr& address) {
    if (!check.http.host.empty()) return check.http.host;
    const std::uint16_t usual = check.type == model::CheckType::kHttps ? 443 : 80;
    if (address.port != usual) return address.text();
    return address.ip.is_v4() ? address.ip.text() : fmt::format("[{}]", address.ip.text());
}

bool declares(const model::HttpCheck& http, std::string_view name) {
    return std::any_of(http.headers.begin(), http.headers.end(), [&](const auto& header) {
        return wire::http1::equal_ignoring_case(header.first, name);
    });
}

}  // namespace

Result<std::string> probe_request(const model::HealthCheck& check, const SockAddr& address) {
    const model::HttpCheck& http = check.http;
    const auto malformed = [](std::string_view field, std::string_view value) {
        return fail(
            Code::kInvalid, Origin::kConfig,
            fmt::format("{} has a character that HTTP does not allow: \"{}\"", field, value));
    };
    if (http.path.empty() || http.path[0] != '/' || !printable(http.path) ||
        http.path.find_first_of(" \t") != std::string::npos) {
        return malformed("path", http.path);
    }
    const std::string host = host_header(check, address);
    if (!printable(host)) return malformed("host", host);
    std::string out = fmt::format("GET {} HTTP/1.1\r\n", http.path);
    if (!declares(http, "host")) out += fmt::format("Host: {}\r\n", host);
    if (!declares(http, "user-agent")) out += "User-Agent: fairway-health\r\n";
    if (!declares(http, "accept")) out += "Accept: */*\r\n";
    if (!declares(http, "connection") && !check.reuse_connection) out += "Connection: close\r\n";
    for (const auto& [name, value] : http.headers) {
        if (!wire::http1::is_token(name) || !printable(value)) return malformed("header", name);
        out += fmt::format("{}: {}\r\n", name, value);
    }
    return out += "\r\n";
}

std::string server_name(const model::HealthCheck& check, const SockAddr& address) {
    const std::string& host = check.http.host;
    if (host.empty()) return address.ip.text();
    if (const auto with_port = SockAddr::parse(host)) return with_port->ip.text();
    return host.substr(0, host.find(':'));
}

Outcome judge_answer(const model::HttpCheck& http, const http::ClientSession::Answer& answer,
                     std::uint64_t took_ms) {
    if (answer.status == 0) return {false, answer.error};
    const std::string seen = fmt::format("HTTP {} in {} ms", answer.status, took_ms);
    const bool expected = std::any_of(
        http.expected_statuses.begin(), http.expected_statuses.end(), [&](const auto& range) {
            return answer.status >= range.first && answer.status <= range.last;
        });
    if (!expected) return {false, seen};
    if (answer.body.find(http.body_match) == std::string::npos) {
        return {false, fmt::format("{}, but \"{}\" is not in the first {} bytes of the body", seen,
                                   http.body_match, kProbeBodyMax)};
    }
    return {true, seen};
}

}  // namespace fairway::health
