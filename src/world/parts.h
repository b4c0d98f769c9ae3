// Parts<T>: an immutable array of shared parts, by id, copied on write in chunks: the next World
// shares all but the chunks that changed. Values; any thread may read.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace fairway::world {

template <class T>
class Parts {
    static constexpr std::uint32_t kChunk = 128;
    using Chunk = std::array<std::shared_ptr<const T>, kChunk>;

  public:
    // Null where no part has this id.
    const T* at(std::uint32_t id) const {
        const std::uint32_t chunk = id / kChunk;
        return chunk < chunks_.size() && chunks_[chunk] ? (*chunks_[chunk])[id % kChunk].get()
                                                        : nullptr;
    }
    std::shared_ptr<const T> share(std::uint32_t id) const {
        const std::uint32_t chunk = id / kChunk;
        if (chunk >= chunks_.size() || !chunks_[chunk]) return nullptr;
        return (*chunks_[chunk])[id % kChunk];
    }
    // One more than the largest id ever set.
    std::uint32_t bound() const { return bound_; }

    // For the builder of the next World, on its own copy. A chunk still shared is copied first.
    void set(std::uint32_t id, std::shared_ptr<const T> part) {
        const std::uint32_t chunk = id / kChunk;
        if (chunk >= chunks_.size()) chunks_.resize(chunk + 1);
        auto& slot = chunks_[chunk];
        if (!slot) {
            slot = std::make_shared<Chunk>();
        } else if (slot.use_count() > 1) {
            slot = std::make_shared<Chunk>(*slot);
        }
        (*slot)[id % kChunk] = std::move(part);
        if (id >= bound_) bound_ = id + 1;
    }

  private:
    std::vector<std::shared_ptr<Chunk>> chunks_;
    std::uint32_t bound_ = 0;
};

}  // namespace fairway::world
