# cmake -D BEFORE=<program> -D AFTER=<program> -P compare_output.cmake
# Fails unless both end well, and print the same, which is something.

foreach(program IN ITEMS BEFORE AFTER)
  execute_process(COMMAND ${${program}} OUTPUT_VARIABLE said_${program} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${${program}} ended with ${status}")
  endif()
endforeach()
if(said_BEFORE STREQUAL "" OR NOT said_BEFORE STREQUAL said_AFTER)
  message(FATAL_ERROR "before:\n${said_BEFORE}\nafter:\n${said_AFTER}")
endif()
