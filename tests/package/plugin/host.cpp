// host PLUGIN [BLOCK…]: loads the blocks, as far as there is room for them, then, three times, the
// plugin: runs it on threads that were there before it and on new ones, and unloads it while the
// old ones live. Exits with 3 where the plugin doesn't load.

#include <dlfcn.h>

#include <atomic>
#include <barrier>
#include <cstdio>
#include <thread>
#include <vector>

namespace {

constexpr int rounds = 3;
constexpr int old_threads = 3;
constexpr int new_threads = 3;

using work = bool (*)(int);

}  // namespace

int main(int count, char** arguments) {
    // Each round: the plugin is loaded, the old threads have used it, it is unloaded.
    std::barrier<> together{old_threads + 1};
    std::atomic<work> works{nullptr};
    std::atomic<int> failures{0};
    const auto run = [&](int thread) {
        if (works != nullptr && !works.load()(thread)) {
            ++failures;
        }
    };

    std::vector<std::jthread> early;
    for (int thread = 0; thread < old_threads; ++thread) {
        early.emplace_back([&, thread] {
            for (int round = 0; round < rounds; ++round) {
                together.arrive_and_wait();
                run(thread);
                together.arrive_and_wait();
                together.arrive_and_wait();
            }
        });
    }

    int blocks = 0;
    for (int index = 2; index < count; ++index) {
        blocks += dlopen(arguments[index], RTLD_NOW) != nullptr ? 1 : 0;
    }
    int loaded = 0;
    for (int round = 0; round < rounds; ++round) {
        void* plugin = dlopen(arguments[1], RTLD_NOW);
        if (plugin == nullptr) {
            std::printf("host: %d blocks, then: %s\n", blocks, dlerror());
        } else {
            loaded += 1;
            works = reinterpret_cast<work>(dlsym(plugin, "plugin_works_on_this_thread"));
            failures += works == nullptr ? 1 : 0;
        }
        together.arrive_and_wait();
        together.arrive_and_wait();
        {
            std::vector<std::jthread> late;
            for (int thread = 0; thread < new_threads; ++thread) {
                late.emplace_back(run, old_threads + thread);
            }
        }
        run(old_threads + new_threads);
        works = nullptr;
        if (plugin != nullptr) {
            failures += dlclose(plugin) != 0 ? 1 : 0;
            failures += dlopen(arguments[1], RTLD_NOW | RTLD_NOLOAD) != nullptr ? 1 : 0;
        }
        together.arrive_and_wait();
    }
    early.clear();

    if (loaded == 0) {
        return 3;
    }
    failures += rounds - loaded;
    std::printf("host: %d blocks, then the plugin, with %d failures\n", blocks, failures.load());
    return failures == 0 ? 0 : 1;
}
