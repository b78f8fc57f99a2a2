// What a host loads: arenas of its own, used on whatever thread calls.

#include <memory_arena/arena.hpp>
#include <memory_arena/memory_resource.hpp>

#include <cstdint>
#include <vector>

namespace {

template <class Arena>
bool takes_objects_from(Arena& source, std::int64_t first) {
    std::vector<std::int64_t*> taken;
    for (std::int64_t index = 0; index < 10'000; ++index) {
        taken.push_back(source.template new_object<std::int64_t>(first + index));
    }
    for (std::int64_t index = 0; index < 10'000; ++index) {
        std::int64_t* object = taken[static_cast<std::size_t>(index)];
        if (*object != first + index || !source.contains(object)) {
            return false;
        }
    }
    const std::pmr::vector<std::int64_t> copied(1'000, first, source.resource());
    return source.contains(copied.data()) && copied.back() == first;
}

}  // namespace

/// Whether all is well. The arenas end when the plugin is unloaded, before the host's threads do.
extern "C" bool plugin_works_on_this_thread(int thread) {
    static memory_arena::arena by_thread{16 << 20};
    static memory_arena::cpu_arena by_cpu{16 << 20};
    const std::int64_t first = std::int64_t{1'000'000} * thread;
    return takes_objects_from(by_thread, first) && takes_objects_from(by_cpu, first);
}
