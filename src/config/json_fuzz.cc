// Any bytes as JSON: no crash, no hang; what reads as JSON reads as YAML of the same shape, too.
#include <cstdlib>

#include "config/emit.h"
#include "config/json.h"
#include "config/yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairway::config;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Documents documents = parse_json(text, "f");
    if (documents.all.size() > 1) std::abort();
    for (const Document& document : documents.all) {
        if (document.faulty) continue;
        const std::string written = emit_yaml(Tree::copy(document.root));
        const Documents again = parse_yaml(written, "w");
        if (again.all.size() != 1 || !again.findings.empty()) std::abort();
        if (emit_yaml(Tree::copy(again.all[0].root)) != written) std::abort();
    }
    return 0;
}
