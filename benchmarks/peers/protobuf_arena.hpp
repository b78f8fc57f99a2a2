#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include <google/protobuf/arena.h>

/// \file
/// protobuf's Arena, in the ways a user may set it up. Compiled only where protobuf is found.
///
/// Its defaults are blocks of 256 bytes to 8 KiB from malloc: meant for messages. A user who makes
/// megabytes in one sets larger blocks. Reset gives the blocks back, and malloc gives ones of this
/// size back to the kernel in turn, so a user who wants rounds to be warm also keeps the blocks,
/// by the two hooks that the options have for it; that is the fairest contender against an arena
/// that keeps its pages. (The options' initial_block would do it for one thread: only the thread
/// that made the Arena is served from it, and that is not one of a team.)

namespace benchmarks {

/// Blocks that protobuf gave back, by size.
class kept_blocks {
public:
    kept_blocks() = default;
    kept_blocks(const kept_blocks&) = delete;
    kept_blocks& operator=(const kept_blocks&) = delete;
    ~kept_blocks() { free_mine(); }

    /// For a round that should begin as the first did.
    static void free_all() {
        kept_blocks& all = of_this_process();
        const std::lock_guard<std::mutex> lock(all.mutex_);
        all.free_mine();
    }

    static void* take(std::size_t bytes) {
        kept_blocks& all = of_this_process();
        {
            const std::lock_guard<std::mutex> lock(all.mutex_);
            std::vector<void*>& blocks = all.by_size_[bytes];
            if (!blocks.empty()) {
                void* const block = blocks.back();
                blocks.pop_back();
                return block;
            }
        }
        void* const block = std::malloc(bytes);
        if (block == nullptr) {
            throw std::bad_alloc();
        }
        return block;
    }

    static void give_back(void* block, std::size_t bytes) {
        kept_blocks& all = of_this_process();
        const std::lock_guard<std::mutex> lock(all.mutex_);
        all.by_size_[bytes].push_back(block);
    }

private:
    static kept_blocks& of_this_process() {
        static kept_blocks all;  // the hooks are plain functions: they know no object
        return all;
    }

    void free_mine() {
        for (const auto& [size, blocks] : by_size_) {
            for (void* block : blocks) {
                std::free(block);
            }
        }
        by_size_.clear();
    }

    std::mutex mutex_;
    std::map<std::size_t, std::vector<void*>> by_size_;
};

class protobuf_arena {
public:
    explicit protobuf_arena(const google::protobuf::ArenaOptions& options) : arena_(options) {}

    static google::protobuf::ArenaOptions defaults() { return {}; }
    static google::protobuf::ArenaOptions large_blocks() {
        google::protobuf::ArenaOptions options;
        options.start_block_size = std::size_t{1} << 20;
        options.max_block_size = std::size_t{1} << 20;
        return options;
    }
    static google::protobuf::ArenaOptions large_blocks_kept() {
        google::protobuf::ArenaOptions options = large_blocks();
        options.block_alloc = &kept_blocks::take;
        options.block_dealloc = &kept_blocks::give_back;
        return options;
    }

    void* take(std::size_t bytes) { return arena_.AllocateAligned(bytes); }
    void* take(std::size_t bytes, std::size_t alignment) {
        constexpr std::size_t unit = 8;  // what it expects sizes to be multiples of, past its own
        return arena_.AllocateAligned((bytes + unit - 1) / unit * unit, alignment);
    }
    std::int64_t* make(std::int64_t value) {
        return google::protobuf::Arena::Create<std::int64_t>(&arena_, value);
    }
    void reset() { arena_.Reset(); }

private:
    google::protobuf::Arena arena_;
};

template <class Use>
void with_block_keeping_protobuf_arena(const Use& use) {
    use("protobuf Arena, 1 MiB blocks kept",
        std::make_shared<protobuf_arena>(protobuf_arena::large_blocks_kept()));
}

template <class Use>
void with_protobuf_arenas(const Use& use) {
    use("protobuf Arena, default blocks",
        std::make_shared<protobuf_arena>(protobuf_arena::defaults()));
    use("protobuf Arena, 1 MiB blocks",
        std::make_shared<protobuf_arena>(protobuf_arena::large_blocks()));
    with_block_keeping_protobuf_arena(use);
}

}  // namespace benchmarks
