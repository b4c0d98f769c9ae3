// Reads a case of the oracle (tests/oracle/README.md) into a Model: JSON documents without their
// envelope, with the defaults of docs/steering.md. Test code; one thread. A case that is malformed
// ends the program: cases come from generate.py only.
#pragma once

#include <optional>
#include <string>

#include "base/ip.h"
#include "base/json.h"
#include "model/model.h"

namespace fairway::oracle {

inline constexpr const char* kNamespace = "default";

// The member, or null if it is not there.
const Json* member(const Json& object, const char* name);
std::string text(const Json& object, const char* name, const char* otherwise = "");
model::Coordinates coordinates(const Json& place);
Cidr cidr(const Json& text);

model::Model read_model(const Json& a_case);

}  // namespace fairway::oracle
