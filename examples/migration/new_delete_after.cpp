#include <memory_arena/arena.hpp>

#include <cstdio>
#include <string_view>

// An expression: a number, or two expressions and what to do with them.
struct expression {
    expression(char what, expression* first, expression* second)
        : operation(what), left(first), right(second) {}
    expression(std::string_view who, double number) : name(who), value(number) {}
    // no destructor: nodes, and the names that they see, end together at the reset

    std::string_view name;
    double value = 0;
    char operation = 0;
    expression* left = nullptr;
    expression* right = nullptr;
};

static double value_of(const expression& e) {
    if (e.operation == 0) return e.value;
    const double left = value_of(*e.left);
    const double right = value_of(*e.right);
    return e.operation == '+' ? left + right : left * right;
}

int main() {
    memory_arena::arena arena{64 << 20};
    const auto leaf = [&](std::string_view name, double value) {
        return arena.new_object<expression>(arena.copy_string(name), value);
    };
    for (int turn = 1; turn <= 3; ++turn) {
        auto* sum = arena.new_object<expression>(
            '+', leaf("a name that is quite long", turn), leaf("another name that is long", 2));
        auto* root = arena.new_object<expression>('*', sum, leaf("ten", 10));
        std::printf("%s: %g\n", sum->left->name.data(), value_of(*root));
        arena.reset();
    }
}
