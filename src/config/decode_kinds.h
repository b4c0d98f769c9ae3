// The decoders by kind: the parts of decode.cc. Each fills the object from `root` (all of the
// document but metadata, which is done) and reports the rules that span several fields.
#pragma once

#include "config/findings.h"
#include "config/reader.h"
#include "model/model.h"

namespace fairway::config {

void decode_kind(const Reader& root, model::Region& out, Findings& findings);
void decode_kind(const Reader& root, model::Cluster& out, Findings& findings);
void decode_kind(const Reader& root, model::DnsZone& out, Findings& findings);
void decode_kind(const Reader& root, model::TrafficPolicy& out, Findings& findings);
void decode_kind(const Reader& root, model::HealthCheck& out, Findings& findings);
void decode_kind(const Reader& root, model::RoutingControl& out, Findings& findings);
void decode_kind(const Reader& root, model::Service& out, Findings& findings);
void decode_kind(const Reader& root, model::EndpointSlice& out, Findings& findings);
void decode_kind(const Reader& root, model::Secret& out, Findings& findings);
void decode_kind(const Reader& root, model::Namespace& out, Findings& findings);
void decode_kind(const Reader& root, model::GatewayClass& out, Findings& findings);
void decode_kind(const Reader& root, model::Gateway& out, Findings& findings);
void decode_kind(const Reader& root, model::HttpRoute& out, Findings& findings);
void decode_kind(const Reader& root, model::ReferenceGrant& out, Findings& findings);

// {name, namespace} of a reference.
model::Ref read_ref(const Reader& ref);
model::Coordinates read_coordinates(const Reader& coordinates);
// Fields of `reader` that are written although `why` says that nobody would read them.
void refuse_fields(const Reader& reader, std::initializer_list<std::string_view> fields,
                   const std::string& why, Findings& findings);
// Record data `value` in presentation form of `type`: reports it if it is none.
void check_record_value(std::string_view type, const Value& value, Findings& findings);

}  // namespace fairway::config
