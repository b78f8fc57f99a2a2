# C, for the tests of the C interface: by the C compiler that belongs to the C++ one, since a
# sanitizer's runtime is one compiler's. Before any other directory enables C. (A configuration for
# another processor sets CMAKE_C_FLAGS, too.)

if(NOT CMAKE_C_COMPILER)
  get_filename_component(memory_arena_cxx_folder ${CMAKE_CXX_COMPILER} DIRECTORY)
  get_filename_component(memory_arena_cxx_name ${CMAKE_CXX_COMPILER} NAME)
  string(REPLACE "clang++" "clang" memory_arena_c_name ${memory_arena_cxx_name})
  string(REPLACE "g++" "gcc" memory_arena_c_name ${memory_arena_c_name})
  string(REPLACE "c++" "cc" memory_arena_c_name ${memory_arena_c_name})
  if(EXISTS ${memory_arena_cxx_folder}/${memory_arena_c_name})
    set(CMAKE_C_COMPILER ${memory_arena_cxx_folder}/${memory_arena_c_name})
  endif()
endif()
enable_language(C)
