#include "support/instruction_counter.hpp"

#if defined(__x86_64__) || defined(__i386__)

#include <csignal>

#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test_support {

namespace {

void stop_here() { asm volatile("int3"); }

std::uintptr_t instruction_pointer(pid_t child) {
    user_regs_struct registers{};
    ptrace(PTRACE_GETREGS, child, nullptr, &registers);
#if defined(__x86_64__)
    return registers.rip;
#else
    return static_cast<std::uintptr_t>(registers.eip);
#endif
}

bool is_system_call(pid_t child, std::uintptr_t address) {
    const long code = ptrace(PTRACE_PEEKTEXT, child, address, nullptr) & 0xFFFF;
    return code == 0x050F || code == 0x340F || code == 0x80CD;  // syscall, sysenter, int 0x80
}

bool is_breakpoint(pid_t child, std::uintptr_t address) {
    return (ptrace(PTRACE_PEEKTEXT, child, address, nullptr) & 0xFF) == 0xCC;
}

[[noreturn]] void run_traced(const std::function<void()>& prepare,
                             const std::function<void()>& measured) {
    prepare();
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
        _exit(1);
    }
    stop_here();
    measured();
    stop_here();
    _exit(0);
}

bool stopped(pid_t child) {
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP;
}

}  // namespace

std::optional<instruction_count> count_instructions(const std::function<void()>& prepare,
                                                    const std::function<void()>& measured) {
    const pid_t child = fork();
    if (child == 0) {
        run_traced(prepare, measured);
    }
    if (!stopped(child)) {
        return std::nullopt;
    }
    instruction_count result;
    for (;;) {
        const std::uintptr_t address = instruction_pointer(child);
        if (is_breakpoint(child, address)) {
            break;
        }
        result.system_calls += is_system_call(child, address) ? 1U : 0U;
        result.instructions += 1;
        ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr);
        if (!stopped(child)) {
            return std::nullopt;
        }
    }
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    return result;
}

}  // namespace test_support

#else

namespace test_support {

std::optional<instruction_count> count_instructions(const std::function<void()>& /*prepare*/,
                                                    const std::function<void()>& /*measured*/) {
    return std::nullopt;
}

}  // namespace test_support

#endif
