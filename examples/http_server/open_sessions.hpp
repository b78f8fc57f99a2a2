#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "session.hpp"

/// \file
/// Those whom a stop has to tell.

namespace http_server {

/// Thread safe.
class open_sessions {
public:
    void enter(const std::shared_ptr<session>& one) {
        const std::lock_guard lock(mutex_);
        all_.emplace(one.get(), one);
        if (is_stopping_) one->stop();
    }
    void leave(const session& one) {
        const std::lock_guard lock(mutex_);
        all_.erase(&one);
    }
    void stop() {
        std::vector<std::shared_ptr<session>> found;  // let go without the lock: see leave()
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        found.reserve(all_.size());
        for (const auto& [address, weak] : all_) found.push_back(weak.lock());
        for (const std::shared_ptr<session>& one : found) {
            if (one != nullptr) one->stop();
        }
    }
    [[nodiscard]] bool are_over() {
        const std::lock_guard lock(mutex_);
        return all_.empty();
    }

private:
    std::mutex mutex_;
    bool is_stopping_ = false;
    std::unordered_map<const session*, std::weak_ptr<session>> all_;
};

}  // namespace http_server
