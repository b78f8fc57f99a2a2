# cmake -D TESTS=<files> -D OUTPUT=<file> -P together.cmake
# Writes a source file that compiles as all TESTS do: what any of them includes comes first, and then each in a
# namespace of its own, so that it need not care what names the others use. A test has to include at its top, under no
# condition, and what has to be outside a namespace is no test's. Alone they compile in the preset clang.

set(includes)
set(parts "")
set(number 0)
foreach(test IN LISTS TESTS)
  file(STRINGS ${test} lines REGEX "^#include ")
  list(APPEND includes ${lines})
  math(EXPR number "${number} + 1")
  string(APPEND parts "namespace {\nnamespace test_${number} {\n#include \"${test}\"\n}\n}\n")
endforeach()
list(REMOVE_DUPLICATES includes)
list(JOIN includes "\n" includes)
file(WRITE ${OUTPUT} "${includes}\n${parts}")
