// Where a protobuf Arena's blocks lie, and that messages in them are what they are on the heap.

#include <memory_arena/protobuf.hpp>

#include <gtest/gtest.h>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/message_differencer.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <memory_arena.hpp>

#include "heap/heap_counter.hpp"
#include "sample.pb.h"
#include "support/random_source.hpp"
#include "support/scale.hpp"
#include "support/team.hpp"

namespace {

using google::protobuf::Arena;
using google::protobuf::util::MessageDifferencer;
using memory_arena::arena;
using memory_arena::arena_lease;
using memory_arena::cpu_arena;
using memory_arena::protobuf_binding;
using memory_arena::protobuf_options;
using protobuf_sample::Node;

constexpr std::size_t kib = std::size_t{1} << 10;
constexpr std::size_t mib = std::size_t{1} << 20;

/// Fills `node` with `children` trees of that many children each, `depth` deep, with every kind of
/// field.
void grow(Node& node, int depth, int children) {
    node.set_label("depth " + std::to_string(depth));
    node.set_weight(std::int64_t{1} << depth);
    for (int number = 0; number < 40; ++number) {
        node.add_numbers(number * depth);
    }
    (*node.mutable_counts())[depth] = children;
    (*node.mutable_counts())[-1] = 0;
    switch (depth % 4) {
        case 0:
            node.set_text("a text that is far too long to lie within a std::string itself");
            break;
        case 1: node.set_blob(std::string(300, '\0')); break;
        case 2: node.mutable_inner()->set_label("inner"); break;
        default: node.set_ratio(0.5);
    }
    if (depth > 0) {
        for (int child = 0; child < children; ++child) {
            grow(*node.add_children(), depth - 1, children);
        }
    }
}

/// As bytes, a map's entries in order.
std::string bytes_of(const Node& node) {
    std::string bytes;
    google::protobuf::io::StringOutputStream into(&bytes);
    google::protobuf::io::CodedOutputStream coded(&into);
    coded.SetSerializationDeterministic(true);
    node.SerializeToCodedStream(&coded);
    coded.Trim();
    return bytes;
}

template <class Contains>
bool lies_in(const Contains& source, const Node& node) {
    if (!source.contains(&node) || (node.has_inner() && !lies_in(source, node.inner())) ||
        (node.numbers_size() > 0 && !source.contains(node.numbers().data()))) {
        return false;
    }
    for (const Node& child : node.children()) {
        if (!lies_in(source, child)) {
            return false;
        }
    }
    return true;
}

/// The tree that grow() makes of these on the heap.
Node tree_on_the_heap(int depth, int children) {
    Node node;
    grow(node, depth, children);
    return node;
}

TEST(protobuf, a_request_is_parsed_and_answered_in_an_arena) {
    const std::string wire = bytes_of(tree_on_the_heap(2, 3));
    arena requests{8 * mib};
    {
        const protobuf_binding bound(requests);
        Arena messages(protobuf_options(requests, 16 * kib));

        auto* request = Arena::CreateMessage<Node>(&messages);
        ASSERT_TRUE(request->ParseFromString(wire));
        auto* reply = Arena::CreateMessage<Node>(&messages);
        reply->set_weight(request->children_size());

        EXPECT_EQ(reply->weight(), 3);
        EXPECT_TRUE(lies_in(requests, *request));
        EXPECT_TRUE(lies_in(requests, *reply));
    }
    requests.reset();
    EXPECT_EQ(requests.used_bytes(), 0U);
}

/// A message made in blocks of `source`, `contains` being what they lie in.
template <class Source>
void expect_the_same_as_on_the_heap(Source& source, const arena* contains) {
    const Node expected = tree_on_the_heap(4, 5);
    const protobuf_binding bound(source);
    Arena messages(protobuf_options(source, 1 * kib));

    auto* made = Arena::CreateMessage<Node>(&messages);
    grow(*made, 4, 5);
    auto* parsed = Arena::CreateMessage<Node>(&messages);
    ASSERT_TRUE(parsed->ParseFromString(bytes_of(expected)));
    auto* copied = Arena::CreateMessage<Node>(&messages);
    copied->CopyFrom(expected);
    auto* swapped = Arena::CreateMessage<Node>(&messages);
    Node moved = expected;
    swapped->Swap(&moved);
    for (const Node* const each : {made, parsed, copied, swapped}) {
        EXPECT_TRUE(MessageDifferencer::Equals(*each, expected));
        EXPECT_EQ(bytes_of(*each), bytes_of(expected));
        if (contains != nullptr) {
            EXPECT_TRUE(lies_in(*contains, *each));
        }
    }
}

TEST(protobuf, messages_in_an_arena_are_as_on_the_heap) {
    arena source{64 * mib};
    expect_the_same_as_on_the_heap(source, &source);
}

TEST(protobuf, messages_in_a_lease_are_as_on_the_heap) {
    arena source{64 * mib};
    arena_lease lease = source.lease();
    expect_the_same_as_on_the_heap(lease, &source);
    const auto scope = lease.scope();
    expect_the_same_as_on_the_heap(lease, &source);
}

TEST(protobuf, messages_in_a_cpu_arena_are_as_on_the_heap) {
    cpu_arena source{64 * mib};
    expect_the_same_as_on_the_heap(source, nullptr);
    EXPECT_GT(source.used_bytes(), 0U);
}

TEST(protobuf, every_message_of_many_shapes_comes_back_from_its_bytes) {
    arena source{64 * mib};
    test_support::random_source random(7);
    for (std::size_t round = 0; round < test_support::scaled(200, 20); ++round) {
        const int depth = static_cast<int>(random.below(5));
        const int children = static_cast<int>(random.below(5));
        const std::size_t first = random.below(8 * kib);
        {
            const protobuf_binding bound(source);
            Arena messages(protobuf_options(source, first));
            auto* node = Arena::CreateMessage<Node>(&messages);
            grow(*node, depth, children);
            auto* again = Arena::CreateMessage<Node>(&messages);
            ASSERT_TRUE(again->ParseFromString(bytes_of(*node)));
            ASSERT_TRUE(MessageDifferencer::Equals(*again, tree_on_the_heap(depth, children)));
            ASSERT_TRUE(lies_in(source, *again));
        }
        source.reset();
    }
}

TEST(protobuf, bytes_that_are_no_message_are_refused) {
    const std::string wire = bytes_of(tree_on_the_heap(2, 2));
    arena source{16 * mib};
    const protobuf_binding bound(source);
    Arena messages(protobuf_options(source));
    std::size_t refused = 0;
    for (std::size_t length = 0; length < wire.size(); ++length) {
        auto* node = Arena::CreateMessage<Node>(&messages);
        refused += std::size_t{!node->ParseFromString(wire.substr(0, length))};
        messages.Reset();
    }
    EXPECT_GT(refused, wire.size() / 2);
    auto* node = Arena::CreateMessage<Node>(&messages);
    EXPECT_FALSE(node->ParseFromString(std::string(100, '\xff')));
    EXPECT_TRUE(node->ParseFromString(wire));
    EXPECT_TRUE(lies_in(source, *node));
}

TEST(protobuf, no_call_reaches_the_heap_for_messages_that_fit) {
    if (!heap_counter::counts) {
        GTEST_SKIP() << "a sanitizer, or a C library other than glibc, has its own malloc";
    }
    arena source{16 * mib};
    static_cast<void>(source.allocate_bytes(8));  // the C library's record for the exit hook
    Node small;                                   // its strings lie within themselves
    small.set_label("short");
    for (int child = 0; child < 100; ++child) {
        Node& each = *small.add_children();
        each.set_text("also short");
        each.add_numbers(child);
        (*each.mutable_counts())[child] = child;
    }
    const std::string wire = small.SerializeAsString();
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(heap_counter::taken_by([&] {
                      const protobuf_binding bound(source);
                      Arena messages(protobuf_options(source));
                      for (int message = 0; message < 10; ++message) {
                          auto* node = Arena::CreateMessage<Node>(&messages);
                          EXPECT_TRUE(node->ParseFromString(wire));
                      }
                      messages.Reset();
                      static_cast<void>(Arena::CreateMessage<Node>(&messages));
                  }),
                  0U);
        source.reset();
    }
}

TEST(protobuf, without_a_binding_only_the_first_block_is_ours) {
    arena source{mib};
    Arena messages(protobuf_options(source, 1 * kib));
    const std::size_t used = source.used_bytes();
    auto* node = Arena::CreateMessage<Node>(&messages);
    EXPECT_TRUE(source.contains(node));
    EXPECT_TRUE(source.contains(Arena::CreateArray<char>(&messages, 100)));
    EXPECT_FALSE(source.contains(Arena::CreateArray<char>(&messages, 1 * kib)));
    EXPECT_EQ(source.used_bytes(), used);
}

TEST(protobuf, another_thread_is_served_from_what_is_bound_to_it) {
    arena source{mib};
    arena its{mib};
    const protobuf_binding bound(source);
    Arena messages(protobuf_options(source, 64 * kib));
    EXPECT_TRUE(source.contains(Arena::CreateArray<char>(&messages, 100)));
    std::thread([&] {
        EXPECT_FALSE(source.contains(Arena::CreateArray<char>(&messages, 100))) << "the heap";
        EXPECT_FALSE(its.contains(Arena::CreateArray<char>(&messages, 100)));
        const protobuf_binding bound_here(its);
        EXPECT_TRUE(its.contains(Arena::CreateArray<char>(&messages, 8 * kib)));
    }).join();
    EXPECT_TRUE(source.contains(Arena::CreateArray<char>(&messages, 8 * kib)));
}

TEST(protobuf, threads_fill_one_protobuf_arena_at_once) {
    arena source{64 * mib};
    const std::string expected = bytes_of(tree_on_the_heap(3, 4));
    for (std::size_t round = 0; round < test_support::scaled(40, 4); ++round) {
        {
            const protobuf_binding bound(source);
            Arena messages(protobuf_options(source));
            std::vector<Node*> made(4);
            test_support::run_team(made.size(), [&](std::size_t index) {
                std::optional<protobuf_binding> here;
                if (index % 2 == 0) {
                    here.emplace(source);
                }
                made[index] = Arena::CreateMessage<Node>(&messages);
                grow(*made[index], 3, 4);
            });
            for (std::size_t index = 0; index < made.size(); ++index) {
                ASSERT_EQ(bytes_of(*made[index]), expected);
                ASSERT_EQ(source.contains(made[index]), index % 2 == 0);
            }
        }
        source.reset();
    }
}

TEST(protobuf, a_block_of_each_origin_goes_back_to_it_whatever_is_bound_then) {
    arena first{mib};
    arena second{mib};
    auto messages = std::make_unique<Arena>(protobuf_options(first, 0));
    const std::size_t none = first.used_bytes();
    {
        const protobuf_binding bound(first);
        static_cast<void>(Arena::CreateArray<char>(messages.get(), 1 * kib));
    }
    EXPECT_GT(first.used_bytes(), none);
    static_cast<void>(Arena::CreateArray<char>(messages.get(), 16 * kib));  // the heap
    {
        const protobuf_binding bound(second);
        static_cast<void>(Arena::CreateArray<char>(messages.get(), 64 * kib));
        const std::size_t taken = second.used_bytes();
        EXPECT_GT(taken, 64 * kib);
        const protobuf_binding inner(first);
        messages->Reset();
        EXPECT_LT(second.used_bytes(), taken);
    }
    static_cast<void>(Arena::CreateArray<char>(messages.get(), 32 * kib));  // the heap again
    const protobuf_binding bound(second);
    messages.reset();
    EXPECT_EQ(first.used_bytes(), none) << "all that lay there was the newest";
    EXPECT_EQ(second.used_bytes(), 0U);
}

TEST(protobuf, a_protobuf_arena_may_end_on_another_thread) {
    arena source{mib};
    auto messages = std::make_unique<Arena>(protobuf_options(source));
    {
        const protobuf_binding bound(source);
        grow(*Arena::CreateMessage<Node>(messages.get()), 2, 3);
    }
    std::thread([taken = std::move(messages)]() mutable {
        grow(*Arena::CreateMessage<Node>(taken.get()), 2, 3);
        taken.reset();
    }).join();
    source.reset();
    EXPECT_EQ(source.used_bytes(), 0U);
}

TEST(protobuf, reset_in_a_loop_uses_the_same_memory) {
    arena source{mib};
    const protobuf_binding bound(source);
    Arena messages(protobuf_options(source));
    for (std::size_t round = 0; round < test_support::scaled(2000, 200); ++round) {
        auto* node = Arena::CreateMessage<Node>(&messages);
        grow(*node, 2, 3);
        ASSERT_TRUE(lies_in(source, *node)) << round;
        messages.Reset();
    }
    EXPECT_TRUE(source.contains(Arena::CreateArray<char>(&messages, 8))) << "the first block stays";
}

TEST(protobuf, an_exhausted_arena_is_helped_out_by_the_heap) {
    const Node expected = tree_on_the_heap(4, 5);
    arena source{128 * kib};
    {
        const protobuf_binding bound(source);
        Arena messages(protobuf_options(source));
        auto* node = Arena::CreateMessage<Node>(&messages);
        EXPECT_TRUE(source.contains(node));
        grow(*node, 4, 5);
        EXPECT_FALSE(lies_in(source, *node)) << "the arena is meant to be too small";
        EXPECT_TRUE(MessageDifferencer::Equals(*node, expected));
    }
    source.reset();
    EXPECT_NE(source.try_allocate_bytes(64 * kib), nullptr);
}

TEST(protobuf, an_arena_without_room_for_a_first_block_gives_none) {
    arena source{64 * kib};
    const protobuf_binding bound(source);
    const google::protobuf::ArenaOptions options = protobuf_options(source, mib);
    EXPECT_EQ(options.initial_block, nullptr);
    EXPECT_EQ(options.initial_block_size, 0U);
    Arena messages(options);
    auto* node = Arena::CreateMessage<Node>(&messages);
    grow(*node, 1, 2);
    EXPECT_TRUE(lies_in(source, *node));
}

TEST(protobuf, a_first_block_of_any_size_will_do) {
    arena source{mib};
    const protobuf_binding bound(source);
    for (const std::size_t bytes : {0U, 1U, 7U, 8U, 100U, 151U, 200U, 255U, 1000U, 65'536U}) {
        Arena messages(protobuf_options(source, bytes));
        auto* node = Arena::CreateMessage<Node>(&messages);
        grow(*node, 1, 2);
        EXPECT_TRUE(lies_in(source, *node)) << bytes;
        messages.Reset();
        grow(*Arena::CreateMessage<Node>(&messages), 1, 2);
    }
}

TEST(protobuf, blocks_are_aligned_as_malloc_aligns_them) {
    arena source{mib};
    const google::protobuf::ArenaOptions options = protobuf_options(source, 0);
    for (const bool is_bound : {true, false}) {
        std::optional<protobuf_binding> bound;
        if (is_bound) {
            bound.emplace(source);
        }
        for (const std::size_t bytes : {1U, 8U, 24U, 100U, 8192U}) {
            void* const block = options.block_alloc(bytes);
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignof(std::max_align_t), 0U);
            EXPECT_EQ(source.contains(block), is_bound);
            options.block_dealloc(block, bytes);
        }
    }
    EXPECT_EQ(source.used_bytes(), 0U);
}

TEST(protobuf, a_block_that_nobody_has_is_a_bad_alloc) {
    arena source{mib};
    const protobuf_binding bound(source);
    const google::protobuf::ArenaOptions options = protobuf_options(source, 0);
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> sizes = {most, most - 15};  // with its origin it would wrap
    if (heap_counter::counts) {                          // a sanitizer's operator new ends the test
        sizes.insert(sizes.end(), {most - 16, most / 2});
    }
    for (const std::size_t bytes : sizes) {
        EXPECT_THROW(static_cast<void>(options.block_alloc(bytes)), std::bad_alloc) << bytes;
    }
    EXPECT_EQ(source.used_bytes(), 0U);
}

TEST(protobuf, the_innermost_binding_counts) {
    arena outer{mib};
    arena inner{mib};
    Arena messages(protobuf_options(outer, 0));
    const auto new_block = [&] { return Arena::CreateArray<char>(&messages, 16 * kib); };
    {
        const protobuf_binding bound(outer);
        EXPECT_TRUE(outer.contains(new_block()));
        {
            const protobuf_binding bound_within(inner);
            EXPECT_TRUE(inner.contains(new_block()));
            {
                const protobuf_binding once_more(outer);
                EXPECT_TRUE(outer.contains(new_block()));
            }
            EXPECT_TRUE(inner.contains(new_block()));
        }
        EXPECT_TRUE(outer.contains(new_block()));
    }
    const char* const last = new_block();
    EXPECT_FALSE(outer.contains(last) || inner.contains(last));
    if constexpr (memory_arena::detail::is_checked) {
        EXPECT_DEATH(
            {
                auto bound = std::make_unique<protobuf_binding>(outer);
                const protobuf_binding later(inner);
                bound.reset();
            },
            "protobuf_binding ends on another thread");
    }
}

TEST(protobuf, a_scope_of_a_lease_ends_after_the_protobuf_arena) {
    arena source{mib};
    arena_lease lease = source.lease();
    for (int turn = 0; turn < 100; ++turn) {
        const auto scope = lease.scope();
        const protobuf_binding bound(lease);
        Arena messages(protobuf_options(lease));
        auto* node = Arena::CreateMessage<Node>(&messages);
        grow(*node, 2, 3);
        ASSERT_TRUE(lies_in(source, *node)) << turn;
    }
    EXPECT_EQ(source.used_bytes(), 0U);
}

}  // namespace
