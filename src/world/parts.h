// Parts<T>: an immutable array of shared parts, by id, copied on write in blocks of blocks: the
// next World shares all but the blocks that changed, and copying the array costs one pointer for
// 4,096 parts. Values; any thread may read.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace fairway::world {

template <class T>
class Parts {
    static constexpr std::uint32_t kFan = 64;
    using Block = std::array<std::shared_ptr<const T>, kFan>;
    using Group = std::array<std::shared_ptr<Block>, kFan>;

  public:
    // Null where no part has this id.
    const T* at(std::uint32_t id) const {
        const Block* block = find(id);
        return block ? (*block)[id % kFan].get() : nullptr;
    }
    std::shared_ptr<const T> share(std::uint32_t id) const {
        const Block* block = find(id);
        return block ? (*block)[id % kFan] : nullptr;
    }
    // One more than the largest id ever set.
    std::uint32_t bound() const { return bound_; }

    // For the builder of the next World, on its own copy, while it still holds the World before: a
    // block that both share is copied first.
    void set(std::uint32_t id, std::shared_ptr<const T> part) {
        const std::uint32_t group = id / (kFan * kFan);
        if (group >= groups_.size()) groups_.resize(group + 1);
        Block& block = own(own(groups_[group])[id / kFan % kFan]);
        block[id % kFan] = std::move(part);
        if (id >= bound_) bound_ = id + 1;
    }

  private:
    const Block* find(std::uint32_t id) const {
        const std::uint32_t group = id / (kFan * kFan);
        return group < groups_.size() && groups_[group] ? (*groups_[group])[id / kFan % kFan].get()
                                                        : nullptr;
    }
    template <class Array>
    static Array& own(std::shared_ptr<Array>& array) {
        if (!array) {
            array = std::make_shared<Array>();
        } else if (array.use_count() > 1) {
            array = std::make_shared<Array>(*array);
        }
        return *array;
    }

    std::vector<std::shared_ptr<Group>> groups_;
    std::uint32_t bound_ = 0;
};

}  // namespace fairway::world
