# cmake -D TESTS=<files> -D OUTPUT=<file> -P together.cmake
# Writes a source file that compiles as all TESTS do: what any of them includes comes first, and then each in a
# namespace of its own, so that it need not care what names the others use. Where a test opens a namespace at its top,
# that is another one then, which sees what the real one has. A test has to include at its top, under no condition, and
# what has to be outside a namespace is no test's. Alone they compile in the preset clang.

set(includes)
set(parts "")
set(number 0)
foreach(test IN LISTS TESTS)
  math(EXPR number "${number} + 1")
  file(STRINGS ${test} lines REGEX "^#include ")
  list(APPEND includes ${lines})
  set(opened "")
  file(STRINGS ${test} lines REGEX "^namespace [a-z_]+ {")
  list(REMOVE_DUPLICATES lines)
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^namespace ([a-z_]+) {.*" "\\1" name ${line})
    string(PREPEND parts "namespace ${name} {}\n")
    string(APPEND opened "namespace ${name} {\nusing namespace ::${name};\n}\n")
  endforeach()
  string(APPEND parts "namespace {\nnamespace test_${number} {\n${opened}#include \"${test}\"\n}\n}\n")
endforeach()
list(REMOVE_DUPLICATES includes)
list(JOIN includes "\n" includes)
file(WRITE ${OUTPUT} "${includes}\n${parts}")
