#include "workloads/requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "backends/malloc_backend.hpp"
#include "measure/round_clock.hpp"
#include "measure/statistics.hpp"
#include "measure/worker_team.hpp"
#include "workloads/interleave.hpp"
#include "workloads/request_parsing.hpp"

namespace arena_bench {

namespace {

using std::chrono::nanoseconds;
using clock = std::chrono::steady_clock;

constexpr std::string_view workload_name = "requests";
constexpr figure cpu_time{workload_name, "CPU time a request", "us"};

/// Exact, of every request: all latencies are kept, which costs 8 bytes each, and sorted. A
/// histogram would save that, at the price of errors as wide as its buckets.
struct percentile_figure {
    figure what;
    double fraction = 0;
};
constexpr std::array latencies{
    percentile_figure{{workload_name, "latency, p50", "us"}, 0.5},
    percentile_figure{{workload_name, "latency, p90", "us"}, 0.9},
    percentile_figure{{workload_name, "latency, p99", "us"}, 0.99},
    percentile_figure{{workload_name, "latency, p99.9", "us"}, 0.999},
    percentile_figure{{workload_name, "latency, p99.99", "us"}, 0.9999},
};
constexpr double utilisation = 0.6;  // of malloc
constexpr std::size_t memory_each = std::size_t{1} << 20;

struct plan {
    unsigned threads;
    unsigned repetitions;
    std::size_t requests;
};

/// Of 8 to 40 fields, each with one to four values of up to 24 letters.
std::string made_up_body(std::minstd_rand& random) {
    const auto below = [&](std::uint32_t limit) {
        return static_cast<std::uint32_t>(random() % limit);
    };
    std::string body;
    const std::uint32_t fields = 8 + below(33);
    for (std::uint32_t field = 0; field < fields; ++field) {
        body += fmt::format("{}field_{}=", field == 0 ? "" : "&", below(1000));
        const std::uint32_t values = 1 + below(4);
        for (std::uint32_t value = 0; value < values; ++value) {
            if (value > 0) body += ',';
            body.append(1 + below(24), static_cast<char>('a' + below(26)));
        }
    }
    return body;
}

/// When the requests come, as seen from the start: independently of each other, and of how the
/// server gets on with them.
std::vector<nanoseconds> schedule_of(std::size_t requests, double a_second) {
    std::mt19937_64 random{23};
    std::vector<nanoseconds> all(requests);
    double at = 0;
    for (nanoseconds& each : all) {
        const double share = (static_cast<double>(random() >> 11) + 0.5) / 0x1p53;
        at -= std::log(share) / a_second;
        each = nanoseconds{static_cast<std::int64_t>(at * 1e9)};
    }
    return all;
}

/// Returns at that time or, if it has passed, at once. To sleep is to wake up late, so the last
/// part of a long wait is spent awake, and all of a short one; between the looks at the clock
/// others may run, if there are more threads than cores.
void wait_until(clock::time_point when, bool crowded) {
    constexpr auto wakes_late_by = std::chrono::microseconds{300};
    const auto left = when - clock::now();
    if (left > 2 * wakes_late_by) std::this_thread::sleep_for(left - wakes_late_by);
    while (clock::now() < when) {
        if (crowded) std::this_thread::yield();
    }
}

/// The server's threads and what is sent to them. Each thread's backend is its own.
class simulation {
public:
    explicit simulation(const plan& of)
        : team_{of.threads},
          crowded_{of.threads > std::max(1U, std::thread::hardware_concurrency())},
          microseconds_(of.requests) {
        std::minstd_rand random{5};
        for (unsigned body = 0; body < 1024; ++body) bodies_.push_back(made_up_body(random));
    }

    /// So that malloc's threads work for that share of the time.
    void calibrate() {
        servers<malloc_backend> all{team_.size()};
        serve_at_once(all);
        std::vector<double> rates;
        for (unsigned round = 0; round < 3; ++round) {
            const round_clock watch;
            serve_at_once(all);
            rates.push_back(static_cast<double>(microseconds_.size()) / watch.read().wall_ns * 1e9);
        }
        a_second_ = utilisation * median(rates);
        schedule_ = schedule_of(microseconds_.size(), a_second_);
    }

    [[nodiscard]] double a_second() const { return a_second_; }

    template <backend B>
    void measure(results& found) {
        servers<B> all{team_.size()};
        found.add_checksum(workload_name, B::name, serve_at_once(all));
        const round_clock watch;
        serve_at_once(all);
        const elapsed each = watch.read().per(microseconds_.size());
        found.add(cpu_time, B::name, state::warm, each.cpu_ns / 1e3);
        serve_on_arrival(all);
        std::sort(microseconds_.begin(), microseconds_.end());
        for (const percentile_figure& one : latencies) {
            found.add(one.what, B::name, state::warm, percentile(microseconds_, one.fraction));
        }
    }

private:
    template <backend B>
    struct servers {
        explicit servers(unsigned count) {
            for (unsigned i = 0; i < count; ++i) each.push_back(std::make_unique<B>(memory_each));
        }
        std::vector<std::unique_ptr<B>> each;
    };

    [[nodiscard]] std::string_view body_of(std::size_t request) const {
        return bodies_[request % bodies_.size()];
    }

    /// All requests, one straight after the other.
    template <backend B>
    std::uint64_t serve_at_once(servers<B>& all) {
        std::atomic<std::uint64_t> sum{0};
        team_.run([&](unsigned worker) {
            B& memory = *all.each[worker];
            std::uint64_t mine = 0;
            for (std::size_t i = worker; i < microseconds_.size(); i += team_.size()) {
                mine += request<B>::serve(memory, body_of(i));
            }
            sum += mine;
        });
        return sum;
    }

    /// Whoever is free takes the next one, waits for it if it hasn't come yet, and stamps how long
    /// after its arrival it was done with it: what it had to wait for a busy server counts.
    template <backend B>
    void serve_on_arrival(servers<B>& all) {
        std::atomic<std::size_t> next{0};
        const clock::time_point start = clock::now() + std::chrono::milliseconds{2};
        team_.run([&](unsigned worker) {
            B& memory = *all.each[worker];
            for (;;) {
                const std::size_t i = next.fetch_add(1, std::memory_order_relaxed);
                if (i >= schedule_.size()) return;
                wait_until(start + schedule_[i], crowded_);
                request<B>::serve(memory, body_of(i));
                const nanoseconds taken = clock::now() - (start + schedule_[i]);
                microseconds_[i] = static_cast<double>(taken.count()) / 1e3;
            }
        });
    }

    worker_team team_;
    bool crowded_;
    std::vector<std::string> bodies_;
    std::vector<double> microseconds_;
    std::vector<nanoseconds> schedule_;
    double a_second_ = 0;
};

plan plan_of(const options& asked) {
    const effort how = asked.how_long;
    return {.threads = asked.threads.value_or(std::max(2U, std::thread::hardware_concurrency())),
            .repetitions = chosen(asked.repetitions, how, {.full = 9U, .demo = 3U, .quick = 2U}),
            .requests = chosen<std::size_t>(
                asked.objects, how, {.full = 40'000, .demo = 12'000, .quick = 3'000})};
}

void explain(const plan& of, const simulation& on, results& found) {
    found.add_note(
        workload_name,
        fmt::format(
            "{} threads, each with a backend of its own, serve {} requests: {:.0f} a second, "
            "for all backends the same, which keeps malloc busy for {:.0f} % of the time",
            of.threads, of.requests, on.a_second(), 100 * utilisation));
    found.add_note(workload_name,
                   "a request becomes a std::unordered_map of std::string and std::vector and a "
                   "response, which are dropped after it: by reset, or by their destructors");
    found.add_note(workload_name,
                   "they arrive at random times that were fixed beforehand, and a latency counts "
                   "from then to the drop's end, whether or not a thread was free; threads wait "
                   "awake, so CPU time is that of serving them all without pause");
}

}  // namespace

void run_requests(const options& asked, results& found) {
    const plan of = plan_of(asked);
    simulation on{of};
    on.calibrate();
    explain(of, on, found);
    // As of one thread: no backend is ever shared.
    interleave({workload_name, 1, of.repetitions}, asked, found,
               [&]<backend B>(std::size_t) { on.measure<B>(found); });
}

}  // namespace arena_bench
