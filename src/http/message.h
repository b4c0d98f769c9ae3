// Request and Response as the API's handlers see them: whole, small, owned. Values; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
    std::string method;  // GET, HEAD, POST, PUT; a HEAD is answered like a GET, its body left out
    std::string target;  // "/readyz?verbose": the path in its normal form (wire/http1/target.h)
    std::string body;
    Headers headers;

    std::string_view path() const;  // "/readyz"
    // The decoded value of a query parameter: "" for "?verbose", none if it is not there. Bad
    // percent escapes stay as they are.
    std::optional<std::string> query(std::string_view name) const;
    std::optional<std::string_view> header(std::string_view name) const;
};

struct Response {
    std::uint16_t status = 200;
    std::string body;
    std::string content_type = "text/plain; charset=utf-8";
    Headers headers{};
};

std::string_view status_reason(std::uint16_t status);  // "Not Found"

}  // namespace fairway::http
