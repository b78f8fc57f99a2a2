# GoogleTest as the targets GTest::gmock and GTest::gmock_main. Built from source where a
# distribution ships it, so that -m32 and the sanitizers reach it like everything else; else
# whatever the system has installed.

set(MEMORY_ARENA_GOOGLETEST_DIR /usr/src/googletest CACHE PATH "Where GoogleTest's source lies")

if(EXISTS ${MEMORY_ARENA_GOOGLETEST_DIR}/CMakeLists.txt)
  function(memory_arena_add_googletest)  # a function, so that these settings end with it
    set(BUILD_SHARED_LIBS OFF)
    set(INSTALL_GTEST OFF)
    set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
    add_subdirectory(
      ${MEMORY_ARENA_GOOGLETEST_DIR} ${PROJECT_BINARY_DIR}/googletest EXCLUDE_FROM_ALL)
  endfunction()
  memory_arena_add_googletest()
  # Its matchers of std::string_view are there from C++17 on, which not every compiler begins with.
  foreach(name IN ITEMS gtest gmock gmock_main)
    target_compile_features(${name} PUBLIC cxx_std_17)
    memory_arena_compile_fast(${name})
  endforeach()
  foreach(name IN ITEMS gmock gmock_main)
    if(NOT TARGET GTest::${name})
      add_library(GTest::${name} ALIAS ${name})
    endif()
  endforeach()
else()
  find_package(GTest REQUIRED)
endif()
