#pragma once

#include <vector>

/// \file
/// Objects that say when they are destroyed.

namespace test_support {

/// The numbers of what has been destroyed, in that order.
using destruction_log = std::vector<int>;

/// An object whose destructor notes its number in a log.
class logged {
public:
    logged(destruction_log& log, int number) noexcept : log_(&log), number_(number) {}
    logged(const logged&) = delete;
    logged& operator=(const logged&) = delete;
    ~logged() { log_->push_back(number_); }

    [[nodiscard]] int number() const noexcept { return number_; }

private:
    destruction_log* log_;
    int number_;
};

}  // namespace test_support
