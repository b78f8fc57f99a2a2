# cmake -D COPIED=<files> -D SOURCES=<src/> -D MUTANT=<file> -D OUTPUT=<folder> -P mutate.cmake
# Copies the protocol's sources, COPIED, into OUTPUT, one of them changed as MUTANT says. Fails where the text to change isn't
# there exactly once: then the code has moved on, and the mutant has to follow it.
#
# A mutant: comment lines (#), then
#   file: shards/shard_set.cpp
#   caught by: <configuration>
#   --- was
#   …
#   --- becomes
#   …
#   --- end

file(READ ${MUTANT} mutant)

function(between text from to result)
  string(FIND "${text}" "${from}" begin)
  if(begin EQUAL -1)
    message(FATAL_ERROR "${MUTANT}: no \"${from}\"")
  endif()
  string(LENGTH "${from}" length)
  math(EXPR begin "${begin} + ${length}")
  string(SUBSTRING "${text}" ${begin} -1 rest)
  string(FIND "${rest}" "${to}" end)
  if(end EQUAL -1)
    message(FATAL_ERROR "${MUTANT}: no \"${to}\"")
  endif()
  string(SUBSTRING "${rest}" 0 ${end} found)
  set(${result} "${found}" PARENT_SCOPE)
endfunction()

between("${mutant}" "\nfile: " "\n" changed)
between("${mutant}" "\n--- was\n" "--- becomes\n" was)
between("${mutant}" "\n--- becomes\n" "--- end\n" becomes)

foreach(path IN LISTS COPIED)
  file(RELATIVE_PATH source ${SOURCES} ${path})
  file(READ ${path} text)
  if(source STREQUAL changed)
    string(FIND "${text}" "${was}" first)
    string(FIND "${text}" "${was}" last REVERSE)
    if(first EQUAL -1 OR NOT first EQUAL last)
      message(FATAL_ERROR "${MUTANT}: its text is not exactly once in ${source}")
    endif()
    string(REPLACE "${was}" "${becomes}" text "${text}")
  endif()
  get_filename_component(name ${source} NAME)
  file(WRITE ${OUTPUT}/${name} "${text}")
endforeach()
