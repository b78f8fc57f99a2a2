# The JSON libraries that <memory_arena/boost_json.hpp>, nlohmann_json.hpp and rapidjson.hpp are for, as targets
# memory_arena_with_<header's name>: each only where it is found, compiles and links (Debian has Boost.JSON for
# 64 bits alone). Only tests, examples and benchmarks ask.

include(CheckCXXSourceCompiles)

# memory_arena_try_json_library(<name> <target or empty> <program>)
function(memory_arena_try_json_library name target program)
  set(CMAKE_REQUIRED_QUIET ON)
  set(CMAKE_REQUIRED_FLAGS -std=c++20)
  set(CMAKE_REQUIRED_LIBRARIES ${target})
  check_cxx_source_compiles("${program}" MEMORY_ARENA_LINKS_${name})
  if(NOT MEMORY_ARENA_LINKS_${name})
    message(STATUS "Tests and examples of <memory_arena/${name}.hpp> are left out: no such library here")
    return()
  endif()
  add_library(memory_arena_with_${name} INTERFACE)
  target_link_libraries(memory_arena_with_${name} INTERFACE ${target})
endfunction()

set(boost_json_target "")
find_package(boost_json QUIET CONFIG)
if(TARGET Boost::json)
  set(boost_json_target Boost::json)
endif()
memory_arena_try_json_library(boost_json "${boost_json_target}"
  "#include <boost/json.hpp>
   int main() { return boost::json::serialize(boost::json::parse(\"[]\")).empty(); }")
memory_arena_try_json_library(nlohmann_json ""
  "#include <nlohmann/json.hpp>
   int main() { return nlohmann::json::parse(\"[]\").size() != 0; }")
memory_arena_try_json_library(rapidjson ""
  "#include <rapidjson/document.h>
   int main() { rapidjson::Document document; return document.Parse(\"[]\").HasParseError(); }")
if(TARGET memory_arena_with_rapidjson AND MEMORY_ARENA_SANITIZE MATCHES "undefined")
  # RapidJSON 1.1 compares null + n with null (internal/stack.h), whatever its allocator.
  target_compile_options(memory_arena_with_rapidjson INTERFACE -fno-sanitize=pointer-overflow)
endif()
