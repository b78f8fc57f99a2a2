# Debian packages, by CPack: libmemory-arena0, libmemory-arena-dev and memory-arena-tools, as Debian divides a
# library (scripts/make_packages builds them). Nothing here changes what is built or installed.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME memory-arena)
set(CPACK_PACKAGE_CONTACT "memory_arena authors <authors@memory-arena.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "concurrent memory arena for C++20")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL library development tools)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR})  # where ours is, for the tools
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(library_version "libmemory-arena0 (= ${PROJECT_VERSION})")

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libmemory-arena0)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION
  "Many threads bump-allocate from one preallocated region, which is given back all at once.
 The shared library.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libmemory-arena-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS ${library_version})
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
  "Many threads bump-allocate from one preallocated region, which is given back all at once.
 The headers, and what CMake and pkg-config want.")

set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME memory-arena-tools)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS ${library_version})
set(CPACK_COMPONENT_TOOLS_DESCRIPTION
  "arena_bench: what would an arena do for a program, beside what it could use instead?")

include(CPack)
