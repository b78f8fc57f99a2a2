/// Which containers suit an arena? Each is built, used and dropped: with malloc, in an arena
/// (<memory_arena/containers.hpp>), and in the same through `std::pmr` (arena.resource()). Prints
/// time, and how many bytes are in use at the end of the work, for each element that is alive then:
/// exact, of malloc with its headers and rounding, of the arena by used_bytes.

#include <memory_arena/containers.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <memory_resource>
#include <numeric>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <malloc.h>

#include "support/paired.hpp"

namespace {

using benchmarks::keep;
using number = std::int64_t;

constexpr std::size_t capacity = std::size_t{1} << 30;

/// Notes how many bytes are in use, in a run that isn't timed.
class tally {
public:
    template <class Memory>
    void note(const Memory& memory) {
        if (noting) {
            bytes = memory.used();
        }
    }
    bool noting = false;
    std::size_t bytes = 0;
};

/// Containers over an allocator that needs no source to be told of.
template <template <class> class Allocator>
class on_heap : public tally {
public:
    template <class T>
    using vector = std::vector<T, Allocator<T>>;
    template <class T>
    using deque = std::deque<T, Allocator<T>>;
    template <class T>
    using list = std::list<T, Allocator<T>>;
    template <class Key, class T>
    using map = std::map<Key, T, std::less<>, Allocator<std::pair<const Key, T>>>;
    template <class Key, class T>
    using unordered_map = std::unordered_map<Key, T, std::hash<Key>, std::equal_to<>,
                                             Allocator<std::pair<const Key, T>>>;
    using string = std::basic_string<char, std::char_traits<char>, Allocator<char>>;

    [[nodiscard]] static Allocator<std::byte> source() { return {}; }
    void drop() {}
};

class in_malloc : public on_heap<std::allocator> {
public:
    static constexpr const char* name = "malloc";
    [[nodiscard]] static std::size_t used() { return 0; }
};

std::size_t counted_bytes = 0;

/// malloc, and what it took for each block: the size word before it, and what it rounded up to.
template <class T>
class counting_allocator {
public:
    using value_type = T;

    counting_allocator() = default;
    template <class U>
    // NOLINTNEXTLINE(google-explicit-constructor): rebinding, as every allocator
    counting_allocator(const counting_allocator<U>& /*other*/) noexcept {}

    T* allocate(std::size_t count) {
        auto* const block = std::allocator<T>().allocate(count);
        counted_bytes += taken_by(block);
        return block;
    }
    void deallocate(T* block, std::size_t count) noexcept {
        counted_bytes -= taken_by(block);
        std::allocator<T>().deallocate(block, count);
    }
    friend bool operator==(const counting_allocator&, const counting_allocator&) = default;

private:
    static std::size_t taken_by(T* block) {
        return sizeof(std::size_t) + malloc_usable_size(block);
    }
};

class in_counted_malloc : public on_heap<counting_allocator> {
public:
    [[nodiscard]] static std::size_t used() { return counted_bytes; }
};

class in_arena : public tally {
public:
    static constexpr const char* name = "arena";
    template <class T>
    using vector = memory_arena::vector<T>;
    template <class T>
    using deque = memory_arena::deque<T>;
    template <class T>
    using list = memory_arena::list<T>;
    template <class Key, class T>
    using map = memory_arena::map<Key, T>;
    template <class Key, class T>
    using unordered_map = memory_arena::unordered_map<Key, T>;
    using string = memory_arena::string;

    [[nodiscard]] memory_arena::arena& source() { return arena_; }
    [[nodiscard]] std::size_t used() const { return arena_.used_bytes(); }
    void drop() { arena_.reset(); }

private:
    memory_arena::arena arena_{capacity};
};

class through_pmr : public tally {
public:
    static constexpr const char* name = "arena, through std::pmr";
    template <class T>
    using vector = std::pmr::vector<T>;
    template <class T>
    using deque = std::pmr::deque<T>;
    template <class T>
    using list = std::pmr::list<T>;
    template <class Key, class T>
    using map = std::pmr::map<Key, T>;
    template <class Key, class T>
    using unordered_map = std::pmr::unordered_map<Key, T>;
    using string = std::pmr::string;

    [[nodiscard]] std::pmr::memory_resource* source() { return arena_.resource(); }
    [[nodiscard]] std::size_t used() const { return arena_.used_bytes(); }
    void drop() { arena_.reset(); }

private:
    memory_arena::arena arena_{capacity};
};

/// The numbers below `count`, in an order that no allocator expects.
const std::vector<number>& shuffled(std::size_t count) {
    static std::vector<number> numbers;
    if (numbers.size() != count) {
        numbers.resize(count);
        std::iota(numbers.begin(), numbers.end(), 0);
        std::shuffle(numbers.begin(), numbers.end(), std::minstd_rand(7));
    }
    return numbers;
}

/// The bytes in use for each of `alive` elements.
template <class Work>
double bytes_of(auto& memory, std::size_t count, std::size_t alive, const Work& work) {
    memory.noting = true;
    work(memory, count);
    memory.noting = false;
    memory.drop();
    return static_cast<double>(memory.bytes) / static_cast<double>(alive);
}

/// All kinds of memory in turn: `work(memory, count)` is what each does, and `alive` is for how
/// many elements it notes the bytes.
template <class Work>
void compare(const char* title, std::size_t count, std::size_t alive, const Work& work) {
    in_malloc heap;
    in_counted_malloc counted;
    in_arena arena;
    through_pmr pmr;
    static_cast<void>(shuffled(count));  // before anything is timed
    benchmarks::paired pair(title, count);
    const auto add = [&](auto& memory) {
        pair.add(memory.name, [&memory, &work, count] {
            work(memory, count);
            memory.drop();
        });
    };
    add(heap);
    add(arena);
    add(pmr);
    pair.report(heap.name);
    std::printf("  bytes in use an element: %s %.1f, %s %.1f, %s %.1f\n\n", heap.name,
                bytes_of(counted, count, alive, work), arena.name,
                bytes_of(arena, count, alive, work), pmr.name, bytes_of(pmr, count, alive, work));
}

template <class Work>
void compare(const char* title, std::size_t count, const Work& work) {
    compare(title, count, count, work);
}

template <class Container>
void push_numbers(Container& numbers, std::size_t count) {
    for (std::size_t index = 0; index < count; ++index) {
        numbers.push_back(static_cast<number>(index));
    }
}

constexpr auto vector_growing = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::template vector<number> numbers(memory.source());
    push_numbers(numbers, count);
    memory.note(memory);
    keep(numbers.data());
};

constexpr auto vector_reserved = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::template vector<number> numbers(memory.source());
    numbers.reserve(count);
    push_numbers(numbers, count);
    memory.note(memory);
    keep(numbers.data());
};

/// As an index has them: none is the newest when it grows.
constexpr auto vectors_growing = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::template vector<typename Memory::template vector<number>> lists(
        memory.source());
    lists.resize(1000);
    for (std::size_t index = 0; index < count; ++index) {
        lists[index % lists.size()].push_back(static_cast<number>(index));
    }
    memory.note(memory);
    keep(lists.data());
};

constexpr auto string_growing = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::string text(memory.source());
    for (std::size_t index = 0; index < count; ++index) {
        text.push_back('x');
    }
    memory.note(memory);
    keep(text.data());
};

constexpr auto string_reserved = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::string text(memory.source());
    text.reserve(count);
    for (std::size_t index = 0; index < count; ++index) {
        text.push_back('x');
    }
    memory.note(memory);
    keep(text.data());
};

constexpr auto vector_of_strings = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::template vector<typename Memory::string> texts(memory.source());
    texts.reserve(count);
    for (std::size_t index = 0; index < count; ++index) {
        texts.emplace_back("a text of 40 characters, as many of them");
    }
    memory.note(memory);
    keep(texts.data());
};

constexpr auto deque_growing = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::template deque<number> numbers(memory.source());
    push_numbers(numbers, count);
    memory.note(memory);
    keep(&numbers.front());
};

constexpr auto list_growing = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::template list<number> numbers(memory.source());
    push_numbers(numbers, count);
    memory.note(memory);
    keep(&numbers.front());
};

constexpr auto map_growing = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::template map<number, number> numbers(memory.source());
    for (const number key : shuffled(count)) {
        numbers.emplace(key, key);
    }
    memory.note(memory);
    keep(&*numbers.begin());
};

constexpr auto table_growing = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::template unordered_map<number, number> numbers(memory.source());
    for (const number key : shuffled(count)) {
        numbers.emplace(key, key);
    }
    memory.note(memory);
    keep(&*numbers.begin());
};

constexpr auto table_reserved = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::template unordered_map<number, number> numbers(memory.source());
    numbers.reserve(count);
    for (const number key : shuffled(count)) {
        numbers.emplace(key, key);
    }
    memory.note(memory);
    keep(&*numbers.begin());
};

constexpr std::size_t queue_length = 1000;

constexpr auto list_churn = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::template list<number> numbers(memory.source());
    push_numbers(numbers, queue_length);
    for (std::size_t index = 0; index < count; ++index) {
        numbers.push_back(static_cast<number>(index));
        numbers.pop_front();
    }
    memory.note(memory);
    keep(&numbers.front());
};

constexpr auto deque_churn = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::template deque<number> numbers(memory.source());
    push_numbers(numbers, queue_length);
    for (std::size_t index = 0; index < count; ++index) {
        numbers.push_back(static_cast<number>(index));
        numbers.pop_front();
    }
    memory.note(memory);
    keep(&numbers.front());
};

constexpr auto map_churn = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::template map<number, number> numbers(memory.source());
    for (std::size_t index = 0; index < queue_length + count; ++index) {
        numbers.emplace(static_cast<number>(index), 0);
        if (numbers.size() > queue_length) {
            numbers.erase(numbers.begin());
        }
    }
    memory.note(memory);
    keep(&*numbers.begin());
};

constexpr auto map_churn_by_nodes = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::template map<number, number> numbers(memory.source());
    for (std::size_t index = 0; index < queue_length + count; ++index) {
        if (numbers.size() < queue_length) {
            numbers.emplace(static_cast<number>(index), 0);
        } else {
            auto node = numbers.extract(numbers.begin());
            node.key() = static_cast<number>(index);
            numbers.insert(std::move(node));
        }
    }
    memory.note(memory);
    keep(&*numbers.begin());
};

constexpr auto stack = []<class Memory>(Memory& memory, std::size_t count) {
    typename Memory::template list<number> numbers(memory.source());
    push_numbers(numbers, queue_length);
    for (std::size_t index = 0; index < count; ++index) {
        numbers.push_back(static_cast<number>(index));
        numbers.pop_back();
    }
    memory.note(memory);
    keep(&numbers.front());
};

constexpr auto temporaries = []<class Memory>(Memory& memory, std::size_t count) {
    for (std::size_t index = 0; index < count; ++index) {
        typename Memory::string text(60, 'x', memory.source());
        keep(text.data());
    }
    memory.note(memory);
};

}  // namespace

int main() {
    constexpr std::size_t many = 100'000;
    compare("vector, push_back", many, vector_growing);
    compare("vector, push_back after reserve", many, vector_reserved);
    compare("1,000 vectors in turn, push_back", many, vectors_growing);
    compare("string, push_back", 10 * many, string_growing);
    compare("string, push_back after reserve", 10 * many, string_reserved);
    compare("vector of strings of 40, emplace_back after reserve", many, vector_of_strings);
    compare("deque, push_back", many, deque_growing);
    compare("list, push_back", many, list_growing);
    compare("map, emplace", many, map_growing);
    compare("unordered_map, emplace", many, table_growing);
    compare("unordered_map, emplace after reserve", many, table_reserved);
    std::printf("What is replaced, a thousand alive:\n");
    compare("list as a queue, push_back and pop_front", many, queue_length, list_churn);
    compare("deque as a queue, push_back and pop_front", many, queue_length, deque_churn);
    compare("map, emplace and erase of another", many, queue_length, map_churn);
    compare("map, a node extracted and inserted", many, queue_length, map_churn_by_nodes);
    compare("list as a stack, push_back and pop_back", many, queue_length, stack);
    compare("a temporary string of 60", many, temporaries);
}
