#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <string_view>

#include "backends/backend.hpp"

namespace arena_bench {

/// An ordered map from text to text into which many threads insert at once without locks: each node
/// is one block of a backend, with its links, its key and its value in it. Nothing is removed until
/// all of it goes, as in a database's table in memory. A node's height comes of its key, so that
/// the same entries make the same list, whoever inserts them in whatever order.
template <backend B>
class skip_list {
public:
    explicit skip_list(B& memory) : memory_{memory} {}

    /// Of any thread. False if the key is known already: then nothing changes.
    bool insert(std::string_view key, std::string_view value) {
        place at = find_place(key);
        if (is_at(at, key)) return false;
        node* const made = make_node(key, value);
        for (unsigned level = 0; level < made->height; ++level) {
            while (!link(made, level, at)) {
                at.advance(key, level, *this);
                if (level > 0 || !is_at(at, key)) continue;
                free_node(made);
                return false;
            }
        }
        return true;
    }

    /// Of any thread; empty if it isn't there. The value lives as long as the list.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const {
        const place at = find_place(key);
        if (!is_at(at, key)) return std::nullopt;
        return at.after[0]->value();
    }

    /// In order, when nobody inserts any more.
    template <typename Visit>
    void for_each(Visit&& visit) const {
        for (const node* each = first(0); each != nullptr; each = each->next(0)) {
            visit(each->key(), each->value());
        }
    }

    /// Frees each node; nothing to do for a backend that drops them all.
    void destroy() {
        if constexpr (!B::drops_whole) {
            node* each = first(0);
            while (each != nullptr) {
                node* const next = each->next(0);
                free_node(each);
                each = next;
            }
        }
        for (link_word& each : head_) each.store(nullptr, std::memory_order_relaxed);
    }

private:
    static constexpr unsigned most_levels = 12;

    struct node;
    using link_word = std::atomic<node*>;

    /// Followed by its links, the lowest first, then its key and its value.
    struct alignas(link_word) node {
        std::uint32_t key_bytes;
        std::uint32_t value_bytes;
        std::uint32_t height;

        static std::size_t bytes(std::size_t height, std::size_t text) {
            return sizeof(node) + height * sizeof(link_word) + text;
        }
        [[nodiscard]] std::size_t bytes() const { return bytes(height, key_bytes + value_bytes); }
        link_word* links() { return reinterpret_cast<link_word*>(this + 1); }
        [[nodiscard]] const link_word* links() const {
            return reinterpret_cast<const link_word*>(this + 1);
        }
        [[nodiscard]] node* next(unsigned level) const {
            return links()[level].load(std::memory_order_acquire);
        }
        char* text() { return reinterpret_cast<char*>(links() + height); }
        [[nodiscard]] const char* text() const {
            return reinterpret_cast<const char*>(links() + height);
        }
        [[nodiscard]] std::string_view key() const { return {text(), key_bytes}; }
        [[nodiscard]] std::string_view value() const { return {text() + key_bytes, value_bytes}; }
    };

    /// Between which two nodes a key belongs, at each level. Before all of them is the head: null.
    struct place {
        std::array<node*, most_levels> before{};
        std::array<node*, most_levels> after{};

        /// Nodes are only ever added, so the search goes on from where it was.
        void advance(std::string_view key, unsigned level, const skip_list& in) {
            node* next = in.next_of(before[level], level);
            while (next != nullptr && next->key() < key) {
                before[level] = next;
                next = next->next(level);
            }
            after[level] = next;
        }
    };

    [[nodiscard]] node* first(unsigned level) const {
        return head_[level].load(std::memory_order_acquire);
    }
    [[nodiscard]] node* next_of(const node* from, unsigned level) const {
        return from == nullptr ? first(level) : from->next(level);
    }

    [[nodiscard]] place find_place(std::string_view key) const {
        place found;
        for (unsigned level = most_levels; level-- > 0;) {
            if (level + 1 < most_levels) found.before[level] = found.before[level + 1];
            found.advance(key, level, *this);
        }
        return found;
    }

    static bool is_at(const place& at, std::string_view key) {
        return at.after[0] != nullptr && at.after[0]->key() == key;
    }

    /// False if another thread was there first.
    bool link(node* made, unsigned level, const place& at) {
        made->links()[level].store(at.after[level], std::memory_order_relaxed);
        node* const before = at.before[level];
        link_word& from = before == nullptr ? head_[level] : before->links()[level];
        node* expected = at.after[level];
        return from.compare_exchange_strong(
            expected, made, std::memory_order_release, std::memory_order_relaxed);
    }

    /// Each level has a quarter of the nodes of the one below it.
    static unsigned height_of(std::string_view key) {
        std::uint64_t random = 0xcbf29ce484222325U;
        for (const char each : key) {
            random = (random ^ static_cast<unsigned char>(each)) * 0x100000001b3U;
        }
        random = (random ^ (random >> 31)) * 0xbf58476d1ce4e5b9U;
        random ^= random >> 29;
        unsigned height = 1;
        for (; height < most_levels && random % 4 == 0; random /= 4) ++height;
        return height;
    }

    node* make_node(std::string_view key, std::string_view value) {
        const unsigned height = height_of(key);
        void* const block =
            memory_.allocate(node::bytes(height, key.size() + value.size()), alignof(node));
        node* const made = ::new (block) node{static_cast<std::uint32_t>(key.size()),
                                              static_cast<std::uint32_t>(value.size()), height};
        for (unsigned level = 0; level < height; ++level) {
            ::new (made->links() + level) link_word{nullptr};
        }
        std::memcpy(made->text(), key.data(), key.size());
        std::memcpy(made->text() + key.size(), value.data(), value.size());
        return made;
    }

    void free_node(node* each) { memory_.deallocate(each, each->bytes(), alignof(node)); }

    B& memory_;
    std::array<link_word, most_levels> head_{};
};

}  // namespace arena_bench
