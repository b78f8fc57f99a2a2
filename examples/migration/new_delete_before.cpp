#include <cstdio>
#include <string>
#include <utility>

// An expression: a number, or two expressions and what to do with them.
struct expression {
    expression(char what, expression* first, expression* second)
        : operation(what), left(first), right(second) {}
    expression(std::string who, double number) : name(std::move(who)), value(number) {}
    ~expression() {  // one call for each node, and one delete
        delete left;
        delete right;
    }
    expression(const expression&) = delete;
    expression& operator=(const expression&) = delete;

    std::string name;
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
    for (int turn = 1; turn <= 3; ++turn) {
        auto* sum = new expression('+', new expression("a name that is quite long", turn),
                                   new expression("another name that is long", 2));
        auto* root = new expression('*', sum, new expression("ten", 10));
        std::printf("%s: %g\n", sum->left->name.c_str(), value_of(*root));
        delete root;
    }
}
