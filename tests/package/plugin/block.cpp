// A shared object whose thread-local bytes have to be at a fixed offset from the thread pointer.

namespace {

[[gnu::tls_model("initial-exec")]] constinit thread_local char block[BLOCK_BYTES] = {};

}  // namespace

extern "C" char* block_of_this_thread() { return block; }
