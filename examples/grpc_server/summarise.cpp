#include "summarise.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory_resource>
#include <new>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using grpc::Status;
using grpc::StatusCode;

struct balance {
    std::int64_t cents = 0;
    std::uint32_t entries = 0;
    std::uint64_t items = 0;
};

/// By account; the names lie in the statement.
using balances = std::pmr::unordered_map<std::string_view, balance>;

bool add(std::int64_t& sum, std::int64_t cents) {
    using limits = std::numeric_limits<std::int64_t>;
    if (cents >= 0 ? sum > limits::max() - cents : sum < limits::min() - cents) {
        return false;
    }
    sum += cents;
    return true;
}

Status add_entry(const ledger::Entry& entry, balances& all) {
    if (entry.account().empty()) {
        return {StatusCode::INVALID_ARGUMENT, "an entry names no account"};
    }
    balance& its = all[entry.account()];
    ++its.entries;
    its.items += entry.sale().items();
    bool fits = add(its.cents, entry.cents());
    if (entry.has_transfer()) {
        if (entry.transfer().other_account().empty()) {
            return {StatusCode::INVALID_ARGUMENT, "a transfer names no other account"};
        }
        balance& other = all[entry.transfer().other_account()];
        ++other.entries;
        fits = fits && entry.cents() != std::numeric_limits<std::int64_t>::min() &&
               add(other.cents, -entry.cents());
    }
    return fits ? Status::OK : Status(StatusCode::OUT_OF_RANGE, "a balance has more than 64 bits");
}

Status summarise_in(const ledger::Statement& statement, ledger::Summary& summary,
                    std::pmr::memory_resource& memory) {
    balances all(&memory);
    for (const ledger::Entry& entry : statement.entries()) {
        if (Status status = add_entry(entry, all); !status.ok()) {
            return status;
        }
    }
    std::pmr::vector<std::pair<std::string_view, balance>> sorted(all.begin(), all.end(), &memory);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& left, const auto& right) { return left.first < right.first; });
    summary.mutable_balances()->Reserve(static_cast<int>(sorted.size()));
    for (const auto& [account, its] : sorted) {
        ledger::Balance& result = *summary.add_balances();
        result.set_account(account.data(), account.size());
        result.set_cents(its.cents);
        result.set_entries(its.entries);
        result.set_items(its.items);
    }
    return Status::OK;
}

}  // namespace

Status summarise(const ledger::Statement& statement, ledger::Summary& summary,
                 std::pmr::memory_resource& memory) {
    try {
        return summarise_in(statement, summary, memory);
    } catch (const std::bad_alloc&) {
        return {StatusCode::RESOURCE_EXHAUSTED, "the statement needs more memory than a call has"};
    }
}
