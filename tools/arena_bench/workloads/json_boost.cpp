#include <fmt/format.h>
#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "workloads/json_digest.hpp"
#include "workloads/json_rounds.hpp"

namespace arena_bench {

namespace {

constexpr json_figures figures{
    .parser = "Boost.JSON",
    .time = {json_workload, "Boost.JSON, parse and drop", "ms"},
    .time_of_numbers = {json_workload, "Boost.JSON, parse and drop, numbers", "ms"},
    .drop = {json_workload, "Boost.JSON, the drop alone", "ms", false, round_clock_resolution_ms},
    .peak = {json_workload, "Boost.JSON, peak resident memory", "MiB"},
    .bytes_after = {json_workload, "Boost.JSON, resident after the drop", "MiB"},
    .faults = {json_workload, "Boost.JSON, page faults", "faults/round"},
    .allocations = {json_workload, "Boost.JSON, allocations", "calls"},
};

/// What a user writes to have Boost.JSON take its values' memory from somewhere.
template <backend B>
class backend_resource final : public boost::json::memory_resource {
public:
    explicit backend_resource(B& from) : backend_{from} {}

private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        return backend_.allocate(bytes, alignment);
    }
    void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override {
        backend_.deallocate(memory, bytes, alignment);
    }
    [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
        return this == &other;
    }

    B& backend_;
};

}  // namespace

}  // namespace arena_bench

/// So that a value's destructor doesn't visit what is in it, where all of it is dropped at once.
template <arena_bench::backend B>
struct boost::json::is_deallocate_trivial<arena_bench::backend_resource<B>> {
    static constexpr bool value = B::drops_whole;
};

namespace arena_bench {

namespace {

namespace json = boost::json;

void add_to(json_digest& digest, const json::value& value) {
    digest.add(static_cast<std::uint64_t>(value.kind()));
    switch (value.kind()) {
        case json::kind::null: return;
        case json::kind::bool_: return digest.add(std::uint64_t{value.get_bool()});
        case json::kind::int64: return digest.add(static_cast<std::uint64_t>(value.get_int64()));
        case json::kind::uint64: return digest.add(std::uint64_t{value.get_uint64()});
        case json::kind::double_: return digest.add(value.get_double());
        case json::kind::string: return digest.add(std::string_view{value.get_string()});
        case json::kind::array:
            for (const json::value& each : value.get_array()) add_to(digest, each);
            return;
        case json::kind::object:
            for (const json::key_value_pair& each : value.get_object()) {
                digest.add(std::string_view{each.key()});
                add_to(digest, each.value());
            }
            return;
    }
}

json::parse_options as_deep_as_may_be() {
    json::parse_options options;
    options.max_depth = 512;  // of 32
    return options;
}

/// The parser, whose buffer lives on from document to document, as its makers advise, and a value
/// in the memory that it is told.
class value_holder {
public:
    void parse(std::string_view text, json::storage_ptr in) {
        parser_.reset(std::move(in));
        parser_.write(text.data(), text.size());
        value_.emplace(parser_.release());
    }
    [[nodiscard]] std::uint64_t checksum() const {
        json_digest digest;
        add_to(digest, *value_);
        return digest.sum();
    }
    void drop() { value_.reset(); }

private:
    json::parser parser_{{}, as_deep_as_may_be()};
    std::optional<json::value> value_;  // assigned to, it would copy: its memory is its own
};

template <backend B>
class boost_session {
public:
    explicit boost_session(B& memory) : memory_{memory}, resource_{memory} {}

    void parse(std::string_view text) { holder_.parse(text, &resource_); }
    [[nodiscard]] std::uint64_t checksum() const { return holder_.checksum(); }
    void drop() {
        holder_.drop();
        finish_alone(memory_);
    }

private:
    B& memory_;
    backend_resource<B> resource_;
    value_holder holder_;
};

/// Boost.JSON's own monotonic resource. It keeps the buffer that it is given, nothing else.
class boost_own_pool {
public:
    static constexpr std::string_view name = "boost_json_mono";
    static constexpr std::string_view label = "boost::json::monotonic_resource over one buffer";

    explicit boost_own_pool(std::size_t capacity)
        : buffer_{std::make_unique_for_overwrite<unsigned char[]>(capacity)},
          resource_{buffer_.get(), capacity} {}

    void parse(std::string_view text) { holder_.parse(text, &resource_); }
    [[nodiscard]] std::uint64_t checksum() const { return holder_.checksum(); }
    void drop() {
        holder_.drop();
        resource_.release();
    }

private:
    std::unique_ptr<unsigned char[]> buffer_;
    json::monotonic_resource resource_;
    value_holder holder_;
};

std::string why_refused(std::string_view text) {
    json::parser parser{{}, as_deep_as_may_be()};
    json::error_code error;
    const std::size_t read = parser.write(text.data(), text.size(), error);
    return error ? fmt::format("{}, at byte {}", error.message(), read) : std::string{};
}

}  // namespace

void measure_boost_json(const json_plan& of, const json_documents& documents, const options& asked,
                        results& found) {
    const auto tasks = json_tasks(figures, documents, found, why_refused);
    interleave_parser<boost_session, boost_own_pool>(of, tasks, asked, found);
}

}  // namespace arena_bench
