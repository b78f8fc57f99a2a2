#include "arena/arena_core.hpp"
#include "reserve/quarantine.hpp"

/// \file
/// How a generation ends that goes into quarantine.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

std::uint64_t arena_core::reset_in_regions() noexcept {
    class own_regions final : public region_pages {
    public:
        explicit own_regions(arena_core& core) noexcept : core_(core) {}

        bool open(std::size_t region) noexcept override {
            return count_unless(core_.region_.open_region(region));
        }
        void close(std::size_t region, std::size_t used) noexcept override {
            clean(region, used);
            if (core_.closes_regions_) {
                count_unless(core_.region_.close_region(region));
            }
            // After that, so that nothing that a stale pointer writes stays.
            if (used != 0) {
                count_unless(core_.region_.discard_region(region));
            }
        }
        void clean(std::size_t region, std::size_t used) noexcept override {
            if (core_.wipes_) {
                core_.wipe(region * core_.region_.regions().stride, used);
            }
        }

    private:
        bool count_unless(bool done) noexcept {
            if (!done) {
                core_.count_refusal();
            }
            return done;
        }

        arena_core& core_;
    };
    own_regions pages(*this);
    return end_generation_in_regions(shards_.edge(), hold_, face_.generation, pages);
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
