# Run at each build as a script; wants SOURCE_DIR, TEMPLATE, OUTPUT, BUILD_TYPE and BUILD_FLAGS.
# configure_file leaves an unchanged file alone, so that nothing is compiled for nothing.

set(BUILD_COMMIT "unknown")
find_program(git_program git)
if(git_program)
  execute_process(
    COMMAND ${git_program} describe --always --dirty --abbrev=12 --exclude=*
    WORKING_DIRECTORY ${SOURCE_DIR}
    RESULT_VARIABLE status
    OUTPUT_VARIABLE described
    OUTPUT_STRIP_TRAILING_WHITESPACE
    ERROR_QUIET)
  if(status EQUAL 0 AND NOT described STREQUAL "")
    set(BUILD_COMMIT "${described}")
  endif()
endif()

configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
