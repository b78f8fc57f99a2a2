#pragma once

#include <memory_resource>

#include <grpcpp/support/status.h>

#include "ledger.pb.h"

/// Adds the balances of `statement` to `summary`, which has none, by account. What it needs on the
/// way comes from `memory`. Not OK, and says why: an entry names no account, a sum has more than 64
/// bits, or `memory` is used up. Thread safe.
grpc::Status summarise(const ledger::Statement& statement, ledger::Summary& summary,
                       std::pmr::memory_resource& memory);
