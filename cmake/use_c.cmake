# C, for the tests of the C interface: by the C compiler that belongs to the C++ one, since a
# sanitizer's runtime is one compiler's, and for the same processor. Before any other directory
# enables C.

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
if(CMAKE_CXX_FLAGS MATCHES "(^| )-m32( |$)")
  set(CMAKE_C_FLAGS_INIT -m32)
endif()
enable_language(C)
