# Helpers of every src/*/CMakeLists.txt. One static library a folder; tests, fuzz targets and
# benchmarks stand beside the code that they exercise (x_test.cc, x_fuzz.cc, x_bench.cc).

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
if(FAIRWAY_TESTS)
    find_package(GTest REQUIRED)
    include(GoogleTest)
endif()

add_library(fairway_flags INTERFACE)
target_include_directories(fairway_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(fairway_flags INTERFACE -Wall -Wextra -Wshadow -Wno-missing-field-initializers)
target_link_libraries(fairway_flags INTERFACE Threads::Threads fmt::fmt)
if(FAIRWAY_SANITIZE)
    target_compile_options(fairway_flags INTERFACE
        -fsanitize=${FAIRWAY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(fairway_flags INTERFACE -fsanitize=${FAIRWAY_SANITIZE})
endif()
if(FAIRWAY_FUZZ)
    target_compile_options(fairway_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Lists a program in <build>/programs.txt as "KIND TARGET PATH", which scripts/test reads.
function(fairway_program kind target)
    set_property(GLOBAL APPEND_STRING PROPERTY fairway_programs "${kind} ${target} $<TARGET_FILE:${target}>\n")
endfunction()

# fairway_library(NAME SOURCES a.cc… DEPS base…): src/<NAME> as fairway_<NAME>; DEPS are folder
# names below it in the layer table (design, ARCHITECTURE.md) or imported targets.
function(fairway_library name)
    cmake_parse_arguments(ARG "NO_EXCEPTIONS" "" "SOURCES;DEPS" ${ARGN})
    add_library(fairway_${name} STATIC ${ARG_SOURCES})
    target_link_libraries(fairway_${name} PUBLIC fairway_flags)
    foreach(dep IN LISTS ARG_DEPS)
        if(TARGET fairway_${dep} OR IS_DIRECTORY ${CMAKE_SOURCE_DIR}/src/${dep})
            target_link_libraries(fairway_${name} PUBLIC fairway_${dep})
        else()
            target_link_libraries(fairway_${name} PUBLIC ${dep})
        endif()
    endforeach()
    if(ARG_NO_EXCEPTIONS)
        target_compile_options(fairway_${name} PRIVATE -fno-exceptions)
    endif()
endfunction()

# fairway_test(NAME x_test.cc… [TSAN] [DEPS …]): one program fairway_<NAME>_test of the folder's
# unit tests. TSAN: `make test` runs it under ThreadSanitizer too; for what crosses threads.
function(fairway_test name)
    if(NOT FAIRWAY_TESTS)
        return()
    endif()
    cmake_parse_arguments(ARG "TSAN" "" "DEPS" ${ARGN})
    add_executable(fairway_${name}_test EXCLUDE_FROM_ALL ${ARG_UNPARSED_ARGUMENTS})
    target_link_libraries(fairway_${name}_test PRIVATE fairway_${name} ${ARG_DEPS} GTest::gtest GTest::gtest_main)
    target_compile_definitions(fairway_${name}_test PRIVATE FAIRWAY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME unit.${name} COMMAND fairway_${name}_test)
    set_property(GLOBAL APPEND PROPERTY fairway_test_targets fairway_${name}_test)
    fairway_program(test fairway_${name}_test)
    if(ARG_TSAN)
        fairway_program(tsan fairway_${name}_test)
    endif()
endfunction()

# fairway_fuzz(LIBRARY x_fuzz.cc): libFuzzer target x_fuzz, its corpus in tests/corpus/x.
function(fairway_fuzz name source)
    if(NOT FAIRWAY_FUZZ)
        return()
    endif()
    get_filename_component(stem ${source} NAME_WE)
    add_executable(${stem} EXCLUDE_FROM_ALL ${source})
    target_link_libraries(${stem} PRIVATE fairway_${name} -fsanitize=fuzzer)
    set_property(GLOBAL APPEND PROPERTY fairway_fuzz_targets ${stem})
    fairway_program(fuzz ${stem})
endfunction()

# fairway_bench(LIBRARY x_bench.cc…): google-benchmark program fairway_<LIBRARY>_bench.
function(fairway_bench name)
    if(NOT FAIRWAY_BENCHES)
        return()
    endif()
    find_package(benchmark QUIET)
    if(NOT benchmark_FOUND) # `make bench` installs it and configures again
        return()
    endif()
    add_executable(fairway_${name}_bench EXCLUDE_FROM_ALL ${ARGN})
    target_link_libraries(fairway_${name}_bench PRIVATE fairway_${name} benchmark::benchmark)
    set_property(GLOBAL APPEND PROPERTY fairway_bench_targets fairway_${name}_bench)
    fairway_program(bench fairway_${name}_bench)
endfunction()

# Called once, after all folders: the targets that build everything of a kind.
function(fairway_collect)
    set(name_of_test fairway-tests)
    set(name_of_fuzz fairway-fuzz)
    set(name_of_bench fairway-benches)
    foreach(kind IN ITEMS test fuzz bench)
        get_property(targets GLOBAL PROPERTY fairway_${kind}_targets)
        add_custom_target(${name_of_${kind}} DEPENDS ${targets})
    endforeach()
    get_property(programs GLOBAL PROPERTY fairway_programs)
    file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/programs.txt CONTENT "${programs}")
endfunction()
