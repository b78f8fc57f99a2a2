# What protoc makes of .proto files, for tests and examples.

# memory_arena_find_protobuf(): sets MEMORY_ARENA_HAS_PROTOBUF to whether there are a protobuf that links
# with what is being built (not one for another architecture only) and its compiler.
function(memory_arena_find_protobuf)
  find_package(Protobuf QUIET)
  if(Protobuf_FOUND AND Protobuf_PROTOC_EXECUTABLE)
    include(CheckCXXSourceCompiles)
    set(CMAKE_REQUIRED_LIBRARIES protobuf::libprotobuf Threads::Threads)
    check_cxx_source_compiles("
      #include <google/protobuf/wrappers.pb.h>
      int main() {  // with a std::string, which has to be the same one
        google::protobuf::StringValue value;
        value.set_value(\"text\");
        return value.SerializeAsString().empty();
      }"
      MEMORY_ARENA_LINKS_PROTOBUF)
    if(MEMORY_ARENA_LINKS_PROTOBUF)
      set(MEMORY_ARENA_HAS_PROTOBUF TRUE PARENT_SCOPE)
      return()
    endif()
  endif()
  set(MEMORY_ARENA_HAS_PROTOBUF FALSE PARENT_SCOPE)
endfunction()

# memory_arena_add_messages(<target> <file.proto> [SERVICES <plugin>]): a static library of what protoc
# makes of the file, and of its services where a plugin for gRPC is given. Made when CMake runs, so
# that those find the headers who read our sources and build nothing (clang-tidy). It keeps to
# protobuf's rules, not to ours.
function(memory_arena_add_messages target proto)
  cmake_parse_arguments(this "" "SERVICES" "" ${ARGN})
  get_filename_component(name ${proto} NAME_WE)
  get_filename_component(from ${proto} DIRECTORY)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target})
  file(MAKE_DIRECTORY ${folder})
  set(arguments --proto_path=${from} --cpp_out=${folder})
  set(sources ${folder}/${name}.pb.cc)
  if(this_SERVICES)
    list(APPEND arguments --grpc_out=${folder} --plugin=protoc-gen-grpc=${this_SERVICES})
    list(APPEND sources ${folder}/${name}.grpc.pb.cc)
  endif()
  execute_process(COMMAND ${Protobuf_PROTOC_EXECUTABLE} ${arguments} ${proto}
    COMMAND_ERROR_IS_FATAL ANY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${proto})

  add_library(${target} STATIC ${sources})
  target_compile_features(${target} PUBLIC cxx_std_17)
  target_include_directories(${target} SYSTEM PUBLIC ${folder})
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf Threads::Threads)
endfunction()
