// Any bytes as YAML: no crash, no hang, places inside the text, and what reads is written and read
// back the same.
#include <cstdlib>

#include "base/limits.h"
#include "config/emit.h"
#include "config/yaml.h"

namespace fairway::config {
namespace {

bool same(const Value& a, const Value& b) {
    if (!a && !b) return true;
    if (a.type() != b.type() || a.size() != b.size()) return false;
    if (a.is_scalar()) return a.text() == b.text();
    const auto one = a.members(), two = b.members();
    for (std::size_t i = 0; i < one.size(); ++i) {
        if (one.first[i].key != two.first[i].key || !same(one.first[i].value, two.first[i].value))
            return false;
    }
    for (std::size_t i = 0; i < a.items().size(); ++i) {
        if (!same(a[i], b[i])) return false;
    }
    return true;
}

}  // namespace
}  // namespace fairway::config

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairway::config;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Documents documents = parse_yaml(text, "f");
    if (documents.findings.size() > fairway::kManifestFindingsMax + 1) std::abort();
    for (const auto& finding : documents.findings) {
        if (finding.pos.line > size + 1 || finding.pos.line == 0) std::abort();
    }
    for (const Document& document : documents.all) {
        if (document.faulty) continue;
        const std::string written = emit_yaml(Tree::copy(document.root));
        const Documents again = parse_yaml(written, "w");
        if (again.all.size() != 1 || !same(document.root, again.all[0].root)) std::abort();
    }
    return 0;
}
