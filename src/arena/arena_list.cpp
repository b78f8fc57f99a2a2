#include "arena/arena_list.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>

#include <memory_arena/detail/exceptions.hpp>

#include "os/rseq.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

constinit std::mutex list_mutex;
// Under the mutex:
constinit list_entry* first = nullptr;
constinit list_entry* last = nullptr;

/// Which thread walks; 0 for none. Relaxed: it is compared with the reader's own mark alone, which
/// only the reader itself can have stored.
constinit std::atomic<std::uintptr_t> walker{0};

/// The list locked for a walk, also where the walk ends by an exception.
class walk {
public:
    walk() : lock_(list_mutex) { walker.store(os::thread_mark(), std::memory_order_relaxed); }
    walk(const walk&) = delete;
    walk& operator=(const walk&) = delete;
    ~walk() { walker.store(0, std::memory_order_relaxed); }

private:
    std::scoped_lock<std::mutex> lock_;
};

void visit_all(void (*visit)(void* context, const list_entry& entry), void* context) {
    for (const list_entry* entry = first; entry != nullptr; entry = entry->after) {
        visit(context, *entry);
    }
}

}  // namespace

void add_to_list(list_entry& entry, const arena_face& face, lane_kind kind) noexcept {
    const std::scoped_lock lock(list_mutex);
    entry = {&face, kind, last, nullptr};
    (last != nullptr ? last->after : first) = &entry;
    last = &entry;
}

void take_from_list(list_entry& entry) noexcept {
    if (entry.face == nullptr) {
        return;
    }
    if (walks_the_list()) {
        fail("memory_arena: a listed arena is destroyed within for_each_arena");
    }
    const std::scoped_lock lock(list_mutex);
    (entry.before != nullptr ? entry.before->after : first) = entry.after;
    (entry.after != nullptr ? entry.after->before : last) = entry.before;
    entry = {};
}

bool walks_the_list() noexcept {
    return walker.load(std::memory_order_relaxed) == os::thread_mark();
}

void walk_list(void (*visit)(void* context, const list_entry& entry), void* context) {
    if (walks_the_list()) {
        visit_all(visit, context);
        return;
    }
    const walk mine;
    visit_all(visit, context);
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
