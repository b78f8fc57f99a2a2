#pragma once

#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <vector>

/// \file
/// Runs an operation up to its next access to a shared word.
///
/// A thread has no stack of its own. What it does next is a function of the values that it has read
/// since its operation began, so they are all that is kept of it: to go on, the operation is run
/// again from its beginning, is given those values again, makes one access more, and is left with a
/// long jump before the next. So the state of all threads is plain data, which the explorer copies
/// and goes back to at will. (The protocol's code owns nothing that a destructor would have to
/// release, so it may be left like that.)
///
/// Where a loop begins again with nothing but what it began with, what was read before may be
/// forgotten: else every way of failing would be a state of its own. shard_set::claim is such a
/// loop. Its head is known by the place in the machine code that its first access comes from.
/// model_test.cpp compares what is found with and without forgetting.

namespace model {

inline constexpr std::size_t max_words = 13;
using memory = std::array<std::uint64_t, max_words>;

/// The generation is the first word that is made.
inline constexpr std::size_t generation_word = 0;

struct access {
    enum class kind : unsigned char { load, store, compare_exchange, fetch_add, wait };

    kind what = kind::load;
    std::size_t word = 0;
    std::uint64_t expected = 0;  ///< of a compare_exchange; what a wait waits for the end of
    std::uint64_t operand = 0;   ///< what is stored, or added
    bool of_figure = false;      ///< to a word that decides nothing
};

/// An access that was made.
struct event {
    access made;
    std::uint64_t before = 0;
    std::uint64_t after = 0;
};

class scheduler {
public:
    enum class ending : unsigned char {
        finished,  ///< the operation has returned
        paused,    ///< it would make another access now
        blocked,   ///< it waits for another thread, and has done nothing
        stuck      ///< it has made more accesses than any operation should
    };

    /// More than any operation of the configurations makes while others get in its way.
    static constexpr std::size_t most_accesses = 300;

    /// A new word; returns its index.
    std::size_t add_word(std::uint64_t value) noexcept;
    void begin_with(std::size_t word, std::uint64_t value) noexcept { initial_[word] = value; }
    void forget_words() noexcept { count_ = 0; }
    [[nodiscard]] std::size_t word_count() const noexcept { return count_; }
    [[nodiscard]] const memory& initial() const noexcept { return initial_; }

    /// Whether accesses to figures are steps like any other.
    void figures_count(bool count) noexcept { figures_count_ = count; }

    /// Runs `operation` on `words` through one access more than it has made by log[begin…], and
    /// appends what that access read. Where the generation stands (nobody else will ever change it
    /// again) its loads commute with everything, and don't count.
    template <class Operation>
    ending step(memory& words, std::vector<std::uint64_t>& log, std::size_t begin,
                bool generation_stands, Operation& operation) {
        words_ = &words;
        log_ = &log;
        next_ = begin;
        begin_ = begin;
        accesses_left_ = 1;
        generation_stands_ = generation_stands;
        head_at_ = unknown;
        head_ = nullptr;
        pausing_ = nullptr;
        events_.clear();
        return run(operation);
    }

    /// By the operation: the next access comes from the head of a loop whose later turns know
    /// nothing of the earlier ones.
    void loop_begins() noexcept {
        head_at_ = next_;
        head_ = nullptr;
    }

    /// After a step that paused: whether it did so at that head again.
    [[nodiscard]] bool begins_again() const noexcept {
        return head_ != nullptr && pausing_ == head_ && next_ > head_at_;
    }

    /// Where in the log the reads of the loop begin.
    [[nodiscard]] std::size_t head_at() const noexcept { return head_at_; }

    /// The accesses that the last step made.
    [[nodiscard]] const std::vector<event>& events() const noexcept { return events_; }

    /// Called by the words: makes `wanted`, now or in an earlier step, and returns the value before
    /// it. Does not return where the step ends.
    [[gnu::noinline]] std::uint64_t make(const access& wanted);

private:
    template <class Operation>
    ending run(Operation& operation) {
        switch (setjmp(back_)) {
            case 0: operation(); return ending::finished;
            case jumped_paused: return ending::paused;
            case jumped_blocked: return ending::blocked;
            default: return ending::stuck;
        }
    }

    std::uint64_t make_now(const access& wanted) noexcept;

    static constexpr std::size_t unknown = ~std::size_t{0};
    static constexpr int jumped_paused = 1;
    static constexpr int jumped_stuck = 2;
    static constexpr int jumped_blocked = 3;

    std::jmp_buf back_{};
    memory initial_{};
    std::size_t count_ = 0;
    memory* words_ = &initial_;
    std::vector<std::uint64_t>* log_ = nullptr;
    std::size_t begin_ = 0;
    std::size_t next_ = 0;
    std::size_t accesses_left_ = 0;
    bool generation_stands_ = false;
    bool figures_count_ = false;
    std::size_t head_at_ = unknown;
    const void* head_ = nullptr;     ///< the code that the loop's first access comes from
    const void* pausing_ = nullptr;  ///< the code that the access comes from that was not made
    std::vector<event> events_;
};

/// The one that all words belong to.
scheduler& the_scheduler() noexcept;

}  // namespace model
