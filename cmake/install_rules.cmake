# Headers, the library, the CMake package and the pkg-config file. tests/package consumes all of it.

include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/memory_arena)

# Components for who packages them apart (deb_packages.cmake).
install(TARGETS memory_arena EXPORT memory_arena-targets
  LIBRARY COMPONENT library NAMELINK_COMPONENT development
  ARCHIVE COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT development
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*.h")
install(EXPORT memory_arena-targets NAMESPACE memory_arena:: DESTINATION ${package_dir}
  COMPONENT development)

configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/memory_arena-config.cmake.in
  ${PROJECT_BINARY_DIR}/memory_arena-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/memory_arena-config-version.cmake
  COMPATIBILITY SameMinorVersion)  # while we are at 0.x, a minor version may break its users
install(
  FILES
    ${PROJECT_BINARY_DIR}/memory_arena-config.cmake
    ${PROJECT_BINARY_DIR}/memory_arena-config-version.cmake
  DESTINATION ${package_dir} COMPONENT development)

# pkg-config. A tree that was installed with relative folders can be moved: its prefix is found from
# where the .pc file lies. An absolute folder (some distributions give one) is taken as it is.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(pc_prefix ${CMAKE_INSTALL_PREFIX})
  set(pc_libdir ${CMAKE_INSTALL_LIBDIR})
else()
  file(RELATIVE_PATH up_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" up_to_prefix ${up_to_prefix})
  set(pc_prefix "\${pcfiledir}/${up_to_prefix}")
  set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
endif()
if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(pc_includedir ${CMAKE_INSTALL_INCLUDEDIR})
else()
  set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
set(pc_cflags "")
if(NOT MEMORY_ARENA_EXCEPTIONS)
  string(APPEND pc_cflags " -fno-exceptions")
endif()
if(MEMORY_ARENA_CHECKED)
  string(APPEND pc_cflags " -DMEMORY_ARENA_CHECKED")
endif()
if(MEMORY_ARENA_DLOPEN)
  string(APPEND pc_cflags " -DMEMORY_ARENA_DLOPEN")
endif()
configure_file(
  ${PROJECT_SOURCE_DIR}/cmake/memory_arena.pc.in
  ${PROJECT_BINARY_DIR}/memory_arena.pc
  @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/memory_arena.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT development)

if(TARGET arena_bench)
  install(TARGETS arena_bench OPTIONAL RUNTIME COMPONENT tools)
endif()
