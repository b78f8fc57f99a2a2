# The flags that our own targets are compiled with. None is public: whoever links us keeps their
# own.

set(memory_arena_warnings
  -Wall -Wextra -Wpedantic
  -Wcast-align -Wcast-qual
  -Wconversion -Wsign-conversion -Wdouble-promotion
  -Wextra-semi
  -Wformat=2
  -Wimplicit-fallthrough
  -Wmissing-declarations
  -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast
  -Wredundant-decls
  -Wshadow
  -Wundef
  -Wunused)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND memory_arena_warnings
    -Wduplicated-branches -Wduplicated-cond -Wlogical-op -Wsuggest-override)
else()
  list(APPEND memory_arena_warnings
    -Winconsistent-missing-override -Wmissing-variable-declarations -Wthread-safety)
endif()

# memory_arena_house_flags(<target>): call it for every target whose source is in this repository.
function(memory_arena_house_flags target)
  target_compile_options(${target} PRIVATE
    ${memory_arena_warnings}
    $<$<BOOL:${MEMORY_ARENA_WERROR}>:-Werror>
    # Atomic: threads count the same lines.
    $<$<BOOL:${MEMORY_ARENA_COVERAGE}>:--coverage;-fprofile-update=atomic>)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
endfunction()

# memory_arena_compile_fast(<target>): what takes longer to compile than to run needn't be optimised where it is most of what
# it takes to compile, which is with sanitizers.
function(memory_arena_compile_fast target)
  if(MEMORY_ARENA_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

# A sanitizer has to see everything, GoogleTest included, so this one is for the whole directory.
if(MEMORY_ARENA_SANITIZE)
  add_compile_options(-fsanitize=${MEMORY_ARENA_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MEMORY_ARENA_SANITIZE})
  if(MEMORY_ARENA_SANITIZE MATCHES "undefined")
    # This one check needs run-time type information, which tests/without_exceptions does without.
    add_compile_options(-fno-sanitize=vptr)
  endif()
endif()
if(MEMORY_ARENA_FUZZ)
  # So does libFuzzer, which goes by what an input makes the library do.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
