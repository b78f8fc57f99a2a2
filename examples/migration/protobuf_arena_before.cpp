#include <google/protobuf/arena.h>

#include <cstdio>
#include <string>
#include <utility>

struct session {  // has a destructor, because of the string
    session(std::string name, int count) : user(std::move(name)), number(count) {}
    std::string user;
    int number;
};

int main() {
    google::protobuf::Arena arena;
    for (int request = 1; request <= 3; ++request) {
        auto* one =
            google::protobuf::Arena::Create<session>(&arena, "a user's quite long name", request);
        int* squares = google::protobuf::Arena::CreateArray<int>(&arena, 10);
        for (int i = 0; i < 10; ++i) squares[i] = i * i;

        auto* total = new int(squares[9] + one->number);  // of the heap
        arena.Own(total);                                 // deleted at the reset
        std::printf("%s, %d: %d\n", one->user.c_str(), one->number, *total);
        arena.Reset();
    }
}
