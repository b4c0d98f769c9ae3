# AWS-LC, the one TLS and crypto library of the process: AWSLC::ssl and AWSLC::crypto. Its source is
# in the cache before CMake runs (scripts/deps); its libraries are built beside our own files, once
# a machine, and are never instrumented by a sanitizer preset.
set(awslc_script ${CMAKE_SOURCE_DIR}/scripts/awslc)
execute_process(COMMAND ${awslc_script} fetch COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${awslc_script} path OUTPUT_VARIABLE awslc_home OUTPUT_STRIP_TRAILING_WHITESPACE)

add_custom_command(
    OUTPUT ${awslc_home}/lib/libcrypto.a ${awslc_home}/lib/libssl.a
    COMMAND ${awslc_script} build
    COMMENT "Building AWS-LC"
    VERBATIM)
add_custom_target(awslc_build DEPENDS ${awslc_home}/lib/libcrypto.a ${awslc_home}/lib/libssl.a)

foreach(part IN ITEMS crypto ssl)
    add_library(AWSLC::${part} STATIC IMPORTED GLOBAL)
    set_target_properties(AWSLC::${part} PROPERTIES
        IMPORTED_LOCATION ${awslc_home}/lib/lib${part}.a
        INTERFACE_INCLUDE_DIRECTORIES ${awslc_home}/src/include)
    add_dependencies(AWSLC::${part} awslc_build)
endforeach()
target_link_libraries(AWSLC::crypto INTERFACE Threads::Threads)
target_link_libraries(AWSLC::ssl INTERFACE AWSLC::crypto)
