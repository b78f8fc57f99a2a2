#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "backends/backend.hpp"

namespace arena_bench {

struct posting {
    std::uint32_t file;
    std::uint32_t line;

    bool operator==(const posting&) const = default;
};

/// Lets a word of the text be looked up without making a string of it.
struct word_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view word) const {
        return std::hash<std::string_view>{}(word);
    }
};
struct word_equal {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const { return a == b; }
};

/// The postings of some of the words, in standard containers whose memory, all of it, and the map
/// itself, comes from one backend.
template <backend B>
class index_shard {
    template <typename T>
    using allocator = typename B::template allocator<T>;
    using word_string = std::basic_string<char, std::char_traits<char>, allocator<char>>;
    using postings = std::vector<posting, allocator<posting>>;
    using entry = std::pair<const word_string, postings>;
    using word_map =
        std::unordered_map<word_string, postings, word_hash, word_equal, allocator<entry>>;

public:
    explicit index_shard(B& memory)
        : memory_{&memory},
          words_{::new (memory.allocate(sizeof(word_map), alignof(word_map)))
                     word_map{memory.template get_allocator<entry>()}} {}

    /// A word twice on a line is one posting.
    void add(std::string_view word, posting at) {
        postings& known = postings_of(word);
        if (known.empty() || known.back() != at) known.push_back(at);
    }

    /// Takes over what `other` has: new words by their nodes, known ones by their postings.
    void merge(index_shard& other) {
        words_->merge(*other.words_);
        for (const auto& [word, more] : *other.words_) {
            postings& known = words_->find(word)->second;
            known.insert(known.end(), more.begin(), more.end());
        }
    }

    [[nodiscard]] std::size_t count(std::string_view word) const {
        const auto found = words_->find(word);
        return found == words_->end() ? 0 : found->second.size();
    }

    template <typename Visit>
    void for_each_posting(Visit&& visit) const {
        for (const auto& [word, known] : *words_) {
            for (const posting& at : known) visit(std::string_view{word}, at);
        }
    }

    /// What a user does who owes every container its destructor. Those of a backend that gives all
    /// back at once are simply left behind: nothing in them lives outside it.
    void destroy() {
        if constexpr (!B::drops_whole) {
            std::destroy_at(words_);
            memory_->deallocate(words_, sizeof(word_map), alignof(word_map));
        }
    }

private:
    postings& postings_of(std::string_view word) {
        const auto found = words_->find(word);
        if (found != words_->end()) return found->second;
        return words_
            ->try_emplace(word_string{word, memory_->template get_allocator<char>()},
                          postings{memory_->template get_allocator<posting>()})
            .first->second;
    }

    B* memory_;
    word_map* words_;
};

}  // namespace arena_bench
