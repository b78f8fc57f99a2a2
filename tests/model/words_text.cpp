#include "model/words_text.hpp"

#include <array>

using memory_arena::detail::frontier;
using memory_arena::detail::run_range;

namespace model {

std::string text_of(const operation& call) {
    const std::string asked =
        std::to_string(call.bytes) + " bytes at " + std::to_string(call.alignment) + ", home " +
        std::to_string(call.home);
    switch (call.what) {
        case operation::kind::direct: return "direct: " + asked;
        case operation::kind::counted_direct: return "counted direct: " + asked;
        case operation::kind::lane: return "lane: " + asked;
        case operation::kind::trimmed: return "trimmed: " + asked;
        case operation::kind::chunk: return "chunk: " + asked;
        case operation::kind::shelved: return "shelved: " + asked;
        case operation::kind::behind:
            return "behind " + std::to_string(call.position) + ": " + asked;
        case operation::kind::reset: break;
    }
    return "reset";
}

std::string text_of(const possession& given) {
    return "[" + std::to_string(given.bytes.begin) + ", " + std::to_string(given.bytes.end) +
           ") of generation " + std::to_string(given.generation);
}

std::string words_text::name(std::size_t word) const {
    if (word == generation_word) {
        return "generation";
    }
    if (word == arena_.frontier_word()) {
        return "frontier";
    }
    if (word == arena_.touched_word()) {
        return "touched";
    }
    if (word == arena_.first_block_word()) {
        return "first block";
    }
    if (word > arena_.touched_word()) {
        return word == arena_.closed_word() ? "closed regions" : "hold";
    }
    constexpr std::array kinds{"run ", "direct ", "shelf "};
    return kinds.at((word - 1) % kinds.size()) + std::to_string((word - 1) / kinds.size());
}

std::string words_text::value(std::size_t word, std::uint64_t value) const {
    if (word == generation_word || word >= arena_.touched_word() ||
        word == arena_.first_block_word()) {
        return std::to_string(value);
    }
    // A word belongs to whatever generation it says.
    std::uint64_t generation = 0;
    if (word == arena_.frontier_word()) {
        const auto& edge = arena_.set().edge();
        while (!edge.is_of(value, generation)) {
            ++generation;
        }
        const frontier::state seen = edge.seen_by(value, generation);
        std::string text = std::to_string(generation) + "|block " + std::to_string(seen.block);
        if (seen.tag != 0) {
            text += ", " + std::to_string(seen.blocks_on_way) + " on their way to " +
                    std::to_string(seen.tag - 1);
        }
        return text;
    }
    while (!arena_.layout().is_of(value, generation)) {
        ++generation;
    }
    if (arena_model::kind_of(word) == arena_model::word_kind::direct) {
        return std::to_string(generation) + "|" +
               std::to_string(arena_.layout().direct_bytes(value, generation));
    }
    if (arena_model::kind_of(word) == arena_model::word_kind::shelf) {
        const auto blocks = arena_.layout().unpack_shelf(value);
        return std::to_string(generation) + "|" + std::to_string(blocks.count) + " from block " +
               std::to_string(blocks.first);
    }
    const run_range run = arena_.layout().unpack(value);
    return std::to_string(generation) + "|" + std::to_string(run.cursor) + " to " +
           std::to_string(run.end);
}

std::string words_text::of(const event& done) const {
    const std::size_t word = done.made.word;
    const std::string before = value(word, done.before);
    const std::string after = value(word, done.after);
    switch (done.made.what) {
        case access::kind::load: return "loads " + name(word) + ": " + before;
        case access::kind::wait: return "waited for " + name(word) + ": " + before;
        case access::kind::store: return "stores " + name(word) + ": " + after;
        case access::kind::fetch_add:
            return "adds to " + name(word) + ": " + before + " -> " + after;
        case access::kind::compare_exchange: break;
    }
    if (done.before != done.made.expected) {
        return "fails to swap " + name(word) + ", which is " + before;
    }
    return "swaps " + name(word) + ": " + before + " -> " + after;
}

std::string words_text::of_all(const memory& words) const {
    std::string text;
    for (std::size_t word = 0; word <= arena_.frontier_word(); ++word) {
        text += (word == 0 ? "" : "; ") + name(word) + " " + value(word, words[word]);
    }
    return text;
}

}  // namespace model
