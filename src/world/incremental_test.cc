// The one law of the compiler: however a Model came to be, its World is the World of a fresh
// compile, as long as nothing in it is in error.
#include <gtest/gtest.h>

#include "world/random_model.h"

namespace fairway::world {
namespace {

using namespace testing;  // NOLINT: builders

TEST(Incremental, EqualsAFreshCompile) {
    std::size_t policies = 0, mended = 0, compared = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        model::Model model;
        Compiler compiler;
        RandomModel random(Choices{seed}, model);
        for (int batch = 0; batch < 12; ++batch) {
            for (int i = 0; i < 5; ++i) random.step();
            compiler.update(model, model.take_changes());
            if (batch % 3 == 0) compiler.retired(compiler.world()->generation - 1);
            if (batch % 4 != 3) continue;
            mend(model);
            const model::Changes changes = model.take_changes();
            mended += !changes.empty();
            compiler.update(model, changes);
            ASSERT_EQ(seen(compiler), seen_fresh(model)) << "seed " << seed << " batch " << batch;
            policies += compiler.world()->policy_ids->size();
            ++compared;
        }
    }
    // The mending leaves something to compare, and often has nothing to do.
    EXPECT_GT(policies, compared * 3 / 2);
    EXPECT_LT(mended, compared * 3 / 4);
}

}  // namespace
}  // namespace fairway::world
