#include "workloads/skip_list.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/arena_backend.hpp"
#include "backends/malloc_backend.hpp"
#include "measure/worker_team.hpp"

namespace arena_bench {
namespace {

template <typename B>
class skip_lists : public testing::Test {
protected:
    static constexpr std::size_t capacity = std::size_t{64} << 20;

    void TearDown() override {
        list_.destroy();
        finish_alone(memory_);
    }

    [[nodiscard]] std::vector<std::string> keys() const {
        std::vector<std::string> all;
        list_.for_each([&](std::string_view key, std::string_view) { all.emplace_back(key); });
        return all;
    }

    B memory_{capacity};
    skip_list<B> list_{memory_};
};

using kinds = testing::Types<arena_backend, malloc_backend>;
TYPED_TEST_SUITE(skip_lists, kinds);

std::string key_of(std::size_t number) {
    return std::to_string(number * 2654435761U % 4294967296U) + "/" + std::to_string(number);
}

TYPED_TEST(skip_lists, are_empty_at_first) {
    EXPECT_TRUE(this->keys().empty());
    EXPECT_EQ(this->list_.find("a"), std::nullopt);
}

TYPED_TEST(skip_lists, keep_their_keys_in_order) {
    for (const char* each : {"pear", "apple", "", "apples", "fig"}) {
        EXPECT_TRUE(this->list_.insert(each, each));
    }
    EXPECT_EQ(this->keys(), (std::vector<std::string>{"", "apple", "apples", "fig", "pear"}));
    EXPECT_EQ(this->list_.find("fig"), "fig");
    EXPECT_EQ(this->list_.find("figs"), std::nullopt);
}

TYPED_TEST(skip_lists, keep_the_first_value_of_a_key) {
    EXPECT_TRUE(this->list_.insert("key", "first"));
    EXPECT_FALSE(this->list_.insert("key", "second"));
    EXPECT_EQ(this->list_.find("key"), "first");
    EXPECT_EQ(this->keys().size(), 1U);
}

TYPED_TEST(skip_lists, are_empty_again_and_of_use_after_their_end) {
    this->list_.insert("key", "value");
    this->list_.destroy();
    finish_alone(this->memory_);
    EXPECT_TRUE(this->keys().empty());
    EXPECT_TRUE(this->list_.insert("key", "value"));
}

TYPED_TEST(skip_lists, lose_nothing_that_threads_insert_at_once) {
    constexpr unsigned threads = 4;
    constexpr std::size_t count = 40'000;
    worker_team team{threads};
    team.run([&](unsigned worker) {
        for (std::size_t number = worker; number < count; number += threads) {
            this->list_.insert(key_of(number), std::to_string(number));
        }
    });
    const std::vector<std::string> all = this->keys();
    EXPECT_EQ(all.size(), count);
    for (std::size_t i = 1; i < all.size(); ++i) ASSERT_LT(all[i - 1], all[i]);
    for (std::size_t number = 0; number < count; ++number) {
        ASSERT_EQ(this->list_.find(key_of(number)), std::to_string(number));
    }
}

TYPED_TEST(skip_lists, let_one_of_the_threads_win_that_insert_the_same_key) {
    constexpr unsigned threads = 4;
    constexpr std::size_t count = 5'000;
    std::vector<std::size_t> won(threads);
    worker_team team{threads};
    team.run([&](unsigned worker) {
        for (std::size_t number = 0; number < count; ++number) {
            if (this->list_.insert(key_of(number), std::to_string(worker))) ++won[worker];
        }
    });
    std::size_t in_all = 0;
    for (const std::size_t each : won) in_all += each;
    EXPECT_EQ(in_all, count);
    EXPECT_EQ(this->keys().size(), count);
}

}  // namespace
}  // namespace arena_bench
