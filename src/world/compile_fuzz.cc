// Any bytes as changes of a Model, compiled batch by batch. Faulty batches must not break anything;
// after mending, the World and the findings are those of a fresh compile.
#include <cstdlib>

#include "world/random_model.h"

using namespace fairway;                  // NOLINT: a program of its own
using namespace fairway::world::testing;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 512) return 0;
    model::Model model;
    world::Compiler compiler;
    RandomModel random(Choices{std::span(data, size)}, model);
    for (int batch = 0; batch < 8; ++batch) {
        for (int i = 0; i < 4 && (random.more() || i == 0); ++i) random.step();
        compiler.update(model, model.take_changes());
        if (batch % 3 == 0) compiler.retired(compiler.world()->generation - 1);
        if (!random.more()) break;
    }
    mend(model);
    compiler.update(model, model.take_changes());
    if (seen(compiler) != seen_fresh(model)) std::abort();
    return 0;
}
