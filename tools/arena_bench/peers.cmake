# The backends, in the order of the tables, and what each needs. A peer whose library isn't found is
# skipped by name. The result is one generated header, found_backends.hpp, which backend_list.hpp reads.

set(backend_headers "")
set(backend_types "")
set(peers_not_found "")

# arena_bench_add_backend(<name> [HEADER <file>] [NEEDS <target>…] [LOADS <LIBRARY_NAME> <file>…]): the class
# <name>_backend. NEEDS: linked. LOADS: a library that is loaded at run time, because to link it would replace
# everybody's malloc; ARENA_BENCH_<LIBRARY_NAME> becomes its path.
macro(arena_bench_add_backend name)
  cmake_parse_arguments(backend "" "HEADER" "NEEDS;LOADS" ${ARGN})
  if(NOT backend_HEADER)
    set(backend_HEADER ${name}_backend.hpp)
  endif()
  set(backend_is_found TRUE)
  foreach(target IN LISTS backend_NEEDS)
    if(NOT TARGET ${target})
      set(backend_is_found FALSE)
    endif()
  endforeach()
  if(backend_LOADS)
    list(POP_FRONT backend_LOADS library)
    find_library(ARENA_BENCH_${library}_LIBRARY NAMES ${backend_LOADS})
    if(NOT ARENA_BENCH_${library}_LIBRARY)
      set(backend_is_found FALSE)
    endif()
  endif()

  if(backend_is_found)
    list(APPEND backend_headers "#include \"backends/${backend_HEADER}\"")
    list(APPEND backend_types ${name}_backend)
    target_link_libraries(arena_bench_peers INTERFACE ${backend_NEEDS})
    if(backend_LOADS)
      target_compile_definitions(arena_bench_peers INTERFACE
        "ARENA_BENCH_${library}=\"${ARENA_BENCH_${library}_LIBRARY}\"")
    endif()
  else()
    list(APPEND peers_not_found ${name})
    message(STATUS "arena_bench does without ${name}: make bench-deps installs it")
  endif()
endmacro()

add_library(arena_bench_peers INTERFACE)
target_include_directories(arena_bench_peers INTERFACE
  ${CMAKE_CURRENT_BINARY_DIR}/generated
  ${PROJECT_SOURCE_DIR}/benchmarks)  # for "peers/…"

find_package(boost_container QUIET CONFIG)
find_package(foonathan_memory QUIET CONFIG)
find_package(Protobuf QUIET)
find_package(TBB QUIET CONFIG)
if(TARGET TBB::tbbmalloc)
  target_compile_definitions(arena_bench_peers INTERFACE TBB_PREVIEW_MEMORY_POOL=1)
endif()

arena_bench_add_backend(arena)
arena_bench_add_backend(cpu_arena HEADER arena_backend.hpp)
arena_bench_add_backend(malloc)
arena_bench_add_backend(jemalloc LOADS JEMALLOC libjemalloc.so.2 jemalloc)
arena_bench_add_backend(tcmalloc LOADS TCMALLOC libtcmalloc_minimal.so.4 tcmalloc_minimal)
arena_bench_add_backend(mimalloc LOADS MIMALLOC libmimalloc.so.2 libmimalloc.so.2.0 mimalloc)
arena_bench_add_backend(mimalloc_heap LOADS MIMALLOC libmimalloc.so.2 libmimalloc.so.2.0 mimalloc)
arena_bench_add_backend(synchronized_pool)
arena_bench_add_backend(unsynchronized_pool)
arena_bench_add_backend(monotonic)
arena_bench_add_backend(locked_monotonic)
arena_bench_add_backend(boost_monotonic NEEDS Boost::container)
arena_bench_add_backend(protobuf NEEDS protobuf::libprotobuf-lite)
arena_bench_add_backend(tbb_pool NEEDS TBB::tbbmalloc)
arena_bench_add_backend(memory_stack NEEDS foonathan_memory)

list(REMOVE_DUPLICATES backend_headers)
list(JOIN backend_headers "\n" backend_includes)
list(JOIN backend_types ", " backend_type_list)
list(TRANSFORM peers_not_found REPLACE "(.+)" "\"\\1\"" OUTPUT_VARIABLE missing_names)
list(JOIN missing_names ", " missing_name_list)
list(LENGTH peers_not_found missing_count)
configure_file(found_backends.hpp.in ${CMAKE_CURRENT_BINARY_DIR}/generated/found_backends.hpp @ONLY)
