#include "model/scheduler.hpp"

#include <cstdlib>

namespace model {

scheduler& the_scheduler() noexcept {
    static scheduler only;
    return only;
}

std::size_t scheduler::add_word(std::uint64_t value) noexcept {
    if (count_ == max_words) {
        std::abort();
    }
    initial_[count_] = value;
    return count_++;
}

std::uint64_t scheduler::make(const access& wanted) {
    const void* const caller = __builtin_return_address(0);
    if (next_ == head_at_ && head_ == nullptr) {
        head_ = caller;
    }
    if (next_ < log_->size()) {
        return (*log_)[next_++];
    }
    const bool commutes =
        generation_stands_ && wanted.what == access::kind::load && wanted.word == generation_word;
    const bool counts = !commutes && (figures_count_ || !wanted.of_figure);
    if (counts && accesses_left_-- == 0) {
        pausing_ = caller;
        std::longjmp(back_, jumped_paused);
    }
    if (next_ - begin_ >= most_accesses) {
        std::longjmp(back_, jumped_stuck);
    }
    if (wanted.what == access::kind::wait && (*words_)[wanted.word] == wanted.expected) {
        std::longjmp(back_, jumped_blocked);
    }
    const std::uint64_t before = make_now(wanted);
    log_->push_back(before);
    ++next_;
    events_.push_back({wanted, before, (*words_)[wanted.word]});
    return before;
}

std::uint64_t scheduler::make_now(const access& wanted) noexcept {
    std::uint64_t& value = (*words_)[wanted.word];
    const std::uint64_t before = value;
    switch (wanted.what) {
        case access::kind::load:
        case access::kind::wait: break;
        case access::kind::store: value = wanted.operand; break;
        case access::kind::fetch_add: value += wanted.operand; break;
        case access::kind::compare_exchange:
            if (before == wanted.expected) {
                value = wanted.operand;
            }
            break;
    }
    return before;
}

}  // namespace model
