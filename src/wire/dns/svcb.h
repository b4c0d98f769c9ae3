// Service parameters of SVCB and HTTPS records (RFC 9460 §2.1, §7; dohpath RFC 9461, ohttp RFC
// 9540): text to wire and back. On the wire the keys ascend strictly. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "wire/dns/rdata.h"
#include "wire/dns/text.h"

namespace fairway::wire::dns {

// Appends the parameters, sorted. A fault's token counts from the first of `tokens`.
std::optional<RdataFault> parse_svc_params(std::span<const Token> tokens,
                                           std::vector<std::uint8_t>& out);

// What is wrong with parameters in wire form; nothing if they are well-formed and consistent.
std::optional<std::string> svc_params_fault(Bytes wire);

// Well-formed parameters, each with a blank before it.
void append_svc_params(std::string& out, Bytes wire);

}  // namespace fairway::wire::dns
