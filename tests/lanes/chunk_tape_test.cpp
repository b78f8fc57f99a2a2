#include "lanes/chunk_tape.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

using memory_arena::detail::chunk_tape;

namespace {

std::vector<std::size_t> begins(chunk_tape& tape) {
    std::vector<std::size_t> all;
    for (std::size_t index = 0; index < tape.count(); ++index) {
        all.push_back(tape[index].begin);
    }
    return all;
}

chunk_tape tape_of(std::size_t count) {
    chunk_tape tape;
    for (std::size_t index = 0; index < count; ++index) {
        tape.add_free({index * 10, index * 10 + 5});
    }
    return tape;
}

using order = std::vector<std::size_t>;

}  // namespace

TEST(chunk_tape, takes_a_chunk_and_leaves_the_others_in_order) {
    chunk_tape tape = tape_of(4);
    EXPECT_EQ(tape.take(2), 0U);
    EXPECT_EQ(begins(tape), (order{20, 0, 10, 30}));
    EXPECT_EQ(tape.take(1), 1U);
    EXPECT_EQ(tape.take(3), 2U);
    EXPECT_EQ(begins(tape), (order{20, 0, 30, 10}));
    EXPECT_EQ(tape.taken(), 3U);
}

TEST(chunk_tape, adds_a_taken_chunk_before_the_free_ones) {
    chunk_tape tape = tape_of(2);
    EXPECT_EQ(tape.add_taken({100, 105}), 0U);
    EXPECT_EQ(tape.add_taken({110, 115}), 1U);
    EXPECT_EQ(begins(tape), (order{100, 110, 0, 10}));
    EXPECT_EQ(tape.taken(), 2U);
}

TEST(chunk_tape, frees_what_was_taken_last) {
    chunk_tape tape = tape_of(3);
    tape.take(0);
    tape.take(2);
    tape.free_down_to(1);
    EXPECT_EQ(tape.taken(), 1U);
    EXPECT_EQ(begins(tape), (order{0, 20, 10}));
}

TEST(chunk_tape, removes_a_free_chunk_and_leaves_the_others_in_order) {
    chunk_tape tape = tape_of(4);
    tape.remove_free(1);
    EXPECT_EQ(begins(tape), (order{0, 20, 30}));
    tape.remove_free(2);
    EXPECT_EQ(begins(tape), (order{0, 20}));
}

TEST(chunk_tape, counts_bytes_and_knows_which_ends_last) {
    chunk_tape tape = tape_of(3);
    tape.add_taken({50, 80});
    EXPECT_EQ(tape.bytes(), 45U);
    EXPECT_EQ(tape.last(), 0U);
    tape.clear();
    EXPECT_EQ(tape.bytes(), 0U);
    EXPECT_EQ(tape_of(chunk_tape::most).full(), true);
    EXPECT_EQ(tape_of(chunk_tape::most - 1).full(), false);
}
