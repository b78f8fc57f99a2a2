#pragma once

/// \file
/// Boost.JSON in an arena. This header needs Boost.JSON (1.81 is what the tests have); nothing else
/// of the library does.
///
///     memory_arena::boost_json_resource memory(arena);
///     boost::json::value document = boost::json::parse(text, &memory);
///     …
///     arena.reset();  // the document is gone, at once

#include <boost/json/memory_resource.hpp>
#include <cstddef>

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>
#include <memory_arena/memory_resource.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// basic_arena_resource (<memory_arena/memory_resource.hpp>) as Boost.JSON wants it: its
/// memory_resource is not the standard's but Boost.Container's. Others of Boost that take one
/// (boost::container::pmr) can be given it, too.
///
/// As thread safe as the source. Boost.JSON is told that deallocate does nothing, so that the
/// destructor of an array or an object in it visits nothing: it may run after the reset, which the
/// value itself must not be used after. That of a string, or of a value that is one, does look at
/// its text: where a document may be a mere string, end its value before the reset, or never
/// (`arena.new_unmanaged<boost::json::value>`). allocate throws what `allocate_bytes` throws;
/// Boost.JSON lets that pass, and a parser that it passed through must be reset() before it is used
/// again.
///
/// What a parser needs while it parses is on the heap, unless it is given a resource for that too.
template <class Source>
class basic_boost_json_resource final : public boost::json::memory_resource {
public:
    /// The source must outlive the resource, and stay where it is: a lease must not be moved.
    explicit basic_boost_json_resource(Source& source) noexcept : source_(&source) {}

    /// Over what `of` is over.
    explicit basic_boost_json_resource(const basic_arena_resource<Source>& of) noexcept
        : source_(&of.source()) {}

    [[nodiscard]] Source& source() const noexcept { return *source_; }

private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        return source_->allocate_bytes(bytes, alignment);
    }

    void do_deallocate(void* /*block*/, std::size_t /*bytes*/, std::size_t /*alignment*/) override {
    }

    /// Each is equal to itself alone, as Boost.JSON's own are: a value that is moved from one to
    /// another is copied.
    [[nodiscard]] bool do_is_equal(
        const boost::json::memory_resource& other) const noexcept override {
        return this == &other;
    }

    Source* source_;
};

using boost_json_resource = basic_boost_json_resource<arena>;
using boost_json_cpu_resource = basic_boost_json_resource<cpu_arena>;
using boost_json_lease_resource = basic_boost_json_resource<arena_lease>;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI

template <class Source>
struct boost::json::is_deallocate_trivial<memory_arena::basic_boost_json_resource<Source>> {
    static constexpr bool value = true;
};
