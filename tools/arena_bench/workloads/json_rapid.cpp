#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backends/malloc_backend.hpp"
#include "workloads/json_digest.hpp"
#include "workloads/json_rounds.hpp"

namespace arena_bench {

namespace {

constexpr json_figures figures{
    .parser = "RapidJSON",
    .time = {json_workload, "RapidJSON, parse and drop", "ms"},
    .time_of_numbers = {json_workload, "RapidJSON, parse and drop, numbers", "ms"},
    .drop = {json_workload, "RapidJSON, the drop alone", "ms", false, round_clock_resolution_ms},
    .peak = {json_workload, "RapidJSON, peak resident memory", "MiB"},
    .bytes_after = {json_workload, "RapidJSON, resident after the drop", "MiB"},
    .faults = {json_workload, "RapidJSON, page faults", "faults/round"},
    .allocations = {json_workload, "RapidJSON, allocations", "calls"},
};

/// The C library's, and those that take its place: free() is all they need.
template <backend B>
inline constexpr bool frees_by_address = std::same_as<B, malloc_backend> || requires {
    B::functions();
};

/// What a user writes to have RapidJSON take its values' memory from somewhere. It frees by a
/// static function that is told the address alone: so the backend is a static pointer, for there
/// is one at a time, and the size is in front of the block, for those that must know it.
template <backend B>
class rapid_allocator {
public:
    static constexpr bool kNeedFree = !B::drops_whole;  // NOLINT(readability-identifier-naming)

    static void take_from(B& memory) { source = std::addressof(memory); }

    void* Malloc(std::size_t bytes) {  // NOLINT(readability-identifier-naming)
        if (bytes == 0) return nullptr;
        auto* const block = static_cast<std::byte*>(source->allocate(header + bytes, alignment));
        if constexpr (header > 0) std::memcpy(block, &bytes, sizeof bytes);
        return block + header;
    }

    // NOLINTNEXTLINE(readability-identifier-naming)
    void* Realloc(void* old, std::size_t old_bytes, std::size_t bytes) {
        void* const fresh = Malloc(bytes);
        if (old_bytes > 0 && bytes > 0) std::memcpy(fresh, old, std::min(old_bytes, bytes));
        Free(old);
        return fresh;
    }

    static void Free(void* memory) {  // NOLINT(readability-identifier-naming)
        if (!kNeedFree || memory == nullptr) return;
        std::byte* const block = static_cast<std::byte*>(memory) - header;
        std::size_t bytes = 0;
        if constexpr (header > 0) std::memcpy(&bytes, block, sizeof bytes);
        source->deallocate(block, header + bytes, alignment);
    }

private:
    static constexpr std::size_t alignment = sizeof(std::uint64_t);  // as RapidJSON's own pool
    static constexpr std::size_t header = kNeedFree && !frees_by_address<B> ? alignment : 0;

    inline static B* source = nullptr;
};

template <typename Value>
void add_to(json_digest& digest, const Value& value) {
    digest.add(static_cast<std::uint64_t>(value.GetType()));
    if (value.IsString()) {
        digest.add(std::string_view{value.GetString(), value.GetStringLength()});
    } else if (value.IsDouble()) {
        digest.add(value.GetDouble());
    } else if (value.IsUint64()) {
        digest.add(std::uint64_t{value.GetUint64()});
    } else if (value.IsInt64()) {
        digest.add(static_cast<std::uint64_t>(value.GetInt64()));
    } else if (value.IsArray()) {
        for (const auto& each : value.GetArray()) add_to(digest, each);
    } else if (value.IsObject()) {
        for (const auto& each : value.GetObject()) {
            add_to(digest, each.name);
            add_to(digest, each.value);
        }
    }
}

/// A document whose values are in the memory of `Allocator`; the parser's stack is on the heap.
template <typename Allocator>
class document_holder {
    using document = rapidjson::GenericDocument<rapidjson::UTF8<>, Allocator>;

public:
    void parse(std::string_view text, Allocator& from) {
        document_.emplace(&from);
        document_->Parse(text.data(), text.size());
    }
    [[nodiscard]] std::uint64_t checksum() const {
        json_digest digest;
        add_to(digest, static_cast<const typename document::ValueType&>(*document_));
        return digest.sum();
    }
    void drop() { document_.reset(); }

private:
    std::optional<document> document_;
};

template <backend B>
class rapid_session {
    using allocator = rapid_allocator<B>;

public:
    explicit rapid_session(B& memory) : memory_{memory} { allocator::take_from(memory); }

    void parse(std::string_view text) { holder_.parse(text, allocator_); }
    [[nodiscard]] std::uint64_t checksum() const { return holder_.checksum(); }
    void drop() {
        holder_.drop();
        finish_alone(memory_);
    }

private:
    B& memory_;
    allocator allocator_;
    document_holder<allocator> holder_;
};

/// RapidJSON's own pool, which is its default. It keeps the buffer that it is given, nothing else.
class rapid_own_pool {
    using allocator = rapidjson::MemoryPoolAllocator<>;

public:
    static constexpr std::string_view name = "rapidjson_pool";
    static constexpr std::string_view label = "rapidjson::MemoryPoolAllocator over one buffer";

    explicit rapid_own_pool(std::size_t capacity)
        : buffer_{std::make_unique_for_overwrite<std::byte[]>(capacity)},
          allocator_{buffer_.get(), capacity} {}

    void parse(std::string_view text) { holder_.parse(text, allocator_); }
    [[nodiscard]] std::uint64_t checksum() const { return holder_.checksum(); }
    void drop() {
        holder_.drop();
        allocator_.Clear();
    }

private:
    std::unique_ptr<std::byte[]> buffer_;
    allocator allocator_;
    document_holder<allocator> holder_;
};

std::string why_refused(std::string_view text) {
    rapidjson::Document document;
    document.Parse(text.data(), text.size());
    if (!document.HasParseError()) return {};
    return fmt::format("{}, at byte {}", rapidjson::GetParseError_En(document.GetParseError()),
                       document.GetErrorOffset());
}

}  // namespace

void measure_rapidjson(const json_plan& of, const json_documents& documents, const options& asked,
                       results& found) {
    const auto tasks = json_tasks(figures, documents, found, why_refused);
    interleave_parser<rapid_session, rapid_own_pool>(of, tasks, asked, found);
}

}  // namespace arena_bench
