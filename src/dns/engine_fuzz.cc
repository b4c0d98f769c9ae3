// Any bytes as a query, to zones that hold everything and to a zone made of the bytes themselves:
// what is answered reads, fits, and is a response to that question.
#include "base/check.h"
#include "dns/engine.h"
#include "dns/test_world.h"
#include "wire/dns/message.h"

namespace fairway::dns {
namespace {

using steer::test::leaf;
using steer::test::select;

constexpr const char* kRecords =
    "www A 192.0.2.1\nc1 CNAME c2\nc2 CNAME c1\n*.w TXT x\n*.w MX 1 mail\nmail AAAA ::1\n"
    "sub NS ns.sub\nns.sub A 192.0.2.2\nold DNAME new\nx.new CNAME y.old\nloop DNAME a.loop2\n"
    "loop2 DNAME a.loop\na.deep SRV 1 1 1 mail\nsub.*.star A 192.0.2.3\n";

struct Served {
    test::DnsWorld world;
    steer::State state;
    Engine engine{EngineOptions{.seed = 1}};

    void start() {
        world.steer_name("shop.example.com",
                         select("root", model::Op::kCidr,
                                {leaf("a", "192.0.2.1").cidr("203.0.113.0/24"),
                                 leaf("b", {test::host_value("c1.example.com")})}));
        world.steer_name("*.apps.example.com", leaf("l", {test::host_value("x.old.example.com")}));
        world.publish_to(state);
        engine.on_publish(state.world());
    }
    void check(Bytes query, bool stream) {
        static std::uint8_t out[65535];
        const Client client{IpAddr::v4(0xC6336407), stream};
        const std::size_t size = engine.answer(state, query, client, out);
        if (size == 0) return;
        FW_CHECK(stream || size <= kUdpPayloadMax);
        const auto back = wire::dns::parse_message({out, size});
        FW_CHECK(back && back->is_response());
        FW_CHECK(out[0] == query[0] && out[1] == query[1]);
        if (const auto asked = wire::dns::parse_message(query);
            asked && asked->questions.size() == 1 && !back->questions.empty())
            FW_CHECK(back->questions[0].name == asked->questions[0].name);
    }
};

}  // namespace
}  // namespace fairway::dns

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairway;
    static dns::Served* fixed = [] {
        auto* served = new dns::Served;
        FW_CHECK(served->world.add_zone("example.com", dns::test::kZoneHead + dns::kRecords));
        FW_CHECK(served->world.add_zone("sub2.example.com", dns::test::kZoneHead));
        served->start();
        return served;
    }();
    fixed->check({data, size}, size % 2);
    // The first part a zone, the rest a query to it.
    if (size < 2) return 0;
    const std::size_t zone_size = std::min<std::size_t>(data[0] * 4u, size - 1);
    if (zone_size < 8) return 0;
    dns::Served random;
    const std::string text(reinterpret_cast<const char*>(data) + 1, zone_size);
    if (!random.world.add_zone("example.com", dns::test::kZoneHead + text)) return 0;
    random.start();
    random.check(Bytes(data, size).subspan(1 + zone_size), false);
    const auto& zone = *random.world.world.zones.at(0);
    for (std::uint32_t i = 0; i < zone.name_count() && i < 50; ++i) {
        for (const auto type : {wire::dns::Type::kA, wire::dns::Type::kMx, wire::dns::Type::kAny}) {
            random.check(wire::dns::make_query(zone.name_of(zone.at(i)), type), true);
            if (const auto below = wire::dns::Name::child("x", zone.name_of(zone.at(i))))
                random.check(wire::dns::make_query(*below, type), false);
        }
    }
    return 0;
}
