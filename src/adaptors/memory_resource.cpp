#include <memory_arena/memory_resource.hpp>

#include <new>

#include <memory_arena/detail/exceptions.hpp>

#include "arena/arena_core.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI {

namespace {

/// How resources over one arena recognise each other without RTTI: one asks the other whether it
/// equals this question, which stands nowhere else; only a resource of ours knows that it's a
/// question, and answers with its arena.
class question final : public std::pmr::memory_resource {
public:
    const void* answer = nullptr;

private:
    void* do_allocate(std::size_t /*bytes*/, std::size_t /*alignment*/) override {
        detail::raise(std::bad_alloc());
    }
    void do_deallocate(void* /*block*/, std::size_t /*bytes*/, std::size_t /*alignment*/) override {
    }
    [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
        return this == &other;
    }
};

/// The question that this thread is asking.
MEMORY_ARENA_TLS_MODEL constinit thread_local question* asked = nullptr;

}  // namespace

template <class Source>
void* basic_arena_resource<Source>::do_allocate(std::size_t bytes, std::size_t alignment) {
    return source_->allocate_bytes(bytes, alignment);
}

template <class Source>
void basic_arena_resource<Source>::do_deallocate(void* /*block*/, std::size_t /*bytes*/,
                                                 std::size_t /*alignment*/) {}

template <class Source>
bool basic_arena_resource<Source>::do_is_equal(
    const std::pmr::memory_resource& other) const noexcept {
    if (this == &other) {
        return true;
    }
    if (asked != nullptr && &other == asked) {
        asked->answer = source_;
        return false;
    }
    question mine;
    asked = &mine;
    static_cast<void>(other.is_equal(mine));
    asked = nullptr;
    return mine.answer == source_;
}

template <class Lanes>
basic_arena_resource<basic_arena<Lanes>>* basic_arena<Lanes>::resource() noexcept {
    using resource_type = basic_arena_resource<basic_arena>;
    auto& slot = this->face().core->resource();
    static_assert(sizeof(slot.storage) >= sizeof(resource_type));
    std::call_once(slot.once, [&] { ::new (slot.storage.data()) resource_type(*this); });
    return std::launder(reinterpret_cast<resource_type*>(slot.storage.data()));
}

template class basic_arena_resource<arena>;
template class basic_arena_resource<cpu_arena>;
template class basic_arena_resource<arena_lease>;
template arena_resource* basic_arena<per_thread>::resource() noexcept;
template cpu_arena_resource* basic_arena<per_cpu>::resource() noexcept;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
