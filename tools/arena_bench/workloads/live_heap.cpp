#include "workloads/live_heap.hpp"

#include <algorithm>
#include <new>
#include <random>
#include <utility>

#include "progress.hpp"

namespace arena_bench {

namespace {

constexpr std::size_t batch = 65'536;  // nodes between two looks at the progress bar

/// `step(i)` for i from 0 to count - 1, with a bar.
template <typename Step>
void for_each_index(const char* title, std::size_t count, Step&& step) {
    progress_bar bar{title, count};
    for (std::size_t begin = 0; begin < count; begin += batch) {
        const std::size_t end = std::min(begin + batch, count);
        for (std::size_t i = begin; i < end; ++i) step(i);
        bar.advance(end - begin);
    }
}

}  // namespace

live_heap::live_heap(std::size_t live_nodes, heap_functions on) : on_{on} {
    const std::size_t surplus = live_nodes / 2;
    make(live_nodes + surplus);
    free_at_random(surplus);
    link_at_random();
}

live_heap::~live_heap() {
    for (heap_node* node : nodes_) on_.deallocate(node);
}

void live_heap::make(std::size_t count) {
    nodes_.reserve(count);
    for_each_index("pressure: live heap", count, [this](std::size_t) {
        void* const memory = on_.allocate(sizeof(heap_node));
        if (memory == nullptr) throw std::bad_alloc{};
        nodes_.push_back(::new (memory) heap_node{});
    });
}

void live_heap::free_at_random(std::size_t count) {
    std::minstd_rand random{20'240'607};
    for_each_index("pressure: random frees", count, [&](std::size_t) {
        std::uniform_int_distribution<std::size_t> pick{0, nodes_.size() - 1};
        std::swap(nodes_[pick(random)], nodes_.back());
        on_.deallocate(nodes_.back());
        nodes_.pop_back();
    });
}

void live_heap::link_at_random() {
    std::minstd_rand random{42};
    for_each_index("pressure: random links", nodes_.size(), [&](std::size_t i) {
        std::uniform_int_distribution<std::size_t> pick{0, nodes_.size() - 1};
        for (heap_node*& link : nodes_[i]->links) link = nodes_[pick(random)];
    });
}

std::uint64_t live_heap::checksum() const {
    std::uint64_t sum = 0;
    for (const heap_node* node : nodes_) {
        for (const heap_node* link : node->links) {
            sum = sum * 31 + reinterpret_cast<std::uintptr_t>(link);
        }
    }
    return sum;
}

}  // namespace arena_bench
