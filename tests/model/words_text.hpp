#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "model/arena_model.hpp"
#include "model/configuration.hpp"
#include "model/world.hpp"

/// \file
/// Operations and words in words, for the telling of an interleaving.

namespace model {

std::string text_of(const operation& call);
std::string text_of(const possession& given);

class words_text {
public:
    explicit words_text(const arena_model& arena) noexcept : arena_(arena) {}

    [[nodiscard]] std::string of(const event& done) const;
    [[nodiscard]] std::string of_all(const memory& words) const;

private:
    [[nodiscard]] std::string name(std::size_t word) const;
    [[nodiscard]] std::string value(std::size_t word, std::uint64_t value) const;

    const arena_model& arena_;
};

}  // namespace model
