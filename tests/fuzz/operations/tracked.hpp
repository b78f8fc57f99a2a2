#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <unordered_map>

#include "fuzz/require.hpp"

/// \file
/// Objects whose ends are counted.

namespace fuzz {

/// Which objects have been destroyed, and in which order.
class life_log {
public:
    void note_end(std::uint32_t number) {
        const std::lock_guard lock(mutex_);
        FUZZ_REQUIRE(ends_.emplace(number, ends_.size()).second);  // once
    }

    [[nodiscard]] bool has_ended(std::uint32_t number) {
        const std::lock_guard lock(mutex_);
        return ends_.contains(number);
    }

    /// `numbers`, oldest first, have all been destroyed, the newest first.
    void require_ended_newest_first(std::span<const std::uint32_t> numbers) {
        const std::lock_guard lock(mutex_);
        std::size_t before = ends_.size();
        for (const std::uint32_t number : numbers) {
            const auto found = ends_.find(number);
            FUZZ_REQUIRE(found != ends_.end());
            FUZZ_REQUIRE(found->second < before);
            before = found->second;
        }
    }

private:
    std::mutex mutex_;
    std::unordered_map<std::uint32_t, std::size_t> ends_;
};

/// What a destructor does besides.
struct ending {
    void (*call)(void* context) = nullptr;
    void* context = nullptr;
};

/// Thrown by a constructor.
struct refused_to_live {};

class tracked {
public:
    tracked(life_log& log, std::uint32_t number, bool throws, ending last = {})
        : log_(&log), last_(last), number_(number), check_(~number) {
        if (throws) {
            throw refused_to_live();
        }
    }
    tracked(const tracked&) = delete;
    tracked& operator=(const tracked&) = delete;
    ~tracked() {
        FUZZ_REQUIRE(check_ == ~number_);
        check_ = 0;
        log_->note_end(number_);
        if (last_.call != nullptr) {
            last_.call(last_.context);
        }
    }

private:
    life_log* log_;
    ending last_;
    std::uint32_t number_;
    std::uint32_t check_;
};

/// An element of a span: the `which`th copy throws.
class element {
public:
    struct counts {
        std::size_t made = 0;
        std::size_t throws_at = 0;  ///< 0 for never
        std::size_t ended = 0;
    };

    explicit element(counts& all) noexcept : all_(&all) {}
    element(const element& other) : all_(other.all_) {
        if (all_->made + 1 == all_->throws_at) {
            throw refused_to_live();
        }
        ++all_->made;
    }
    element& operator=(const element&) = delete;
    ~element() { ++all_->ended; }

private:
    counts* all_;
};

}  // namespace fuzz
