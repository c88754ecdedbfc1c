# ms_library(NAME folder [NO_EXCEPTIONS] [DEPENDS target...])
# Makes library NAME of the folder's *.cpp, and NAME_test of its *_test.cpp.
function(ms_library name folder)
  cmake_parse_arguments(arg "NO_EXCEPTIONS" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  if(sources)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${arg_DEPENDS} PRIVATE ms_flags)
    if(arg_NO_EXCEPTIONS)
      target_compile_options(${name} PRIVATE -fno-exceptions)
    endif()
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${arg_DEPENDS})
  endif()

  if(tests AND BUILD_TESTING)
    ms_test(${name}_test SOURCES ${tests} DEPENDS ${name})
  endif()
endfunction()

# ms_test(NAME SOURCES file... DEPENDS target...): a GoogleTest program, and one ctest test that runs all
# of it: a process for each TEST costs minutes under sanitizers. Runs in the top folder of the sources, so
# that a test finds its files by their path in the tree.
function(ms_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS} ms_flags GTest::gmock GTest::gtest_main)
  # The code under test is built as it ships. Its tests gain nothing from -O3, but build longer and
  # get GCC 12's warnings about copies between containers that it has inlined beyond recognition.
  # With sanitizers, optimising them takes a third of the time of the whole build.
  target_compile_options(${name} PRIVATE $<IF:$<CONFIG:Release>,-O1,-O0>)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endfunction()

# Makes one program of each *_bench.cpp below `folder`.
function(ms_benchmarks folder)
  cmake_parse_arguments(arg "" "" "DEPENDS" ${ARGN})
  find_package(benchmark REQUIRED)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*_bench.cpp)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE ${arg_DEPENDS} ms_flags benchmark::benchmark_main)
  endforeach()
endfunction()

# One program of each *_fuzz.cpp below `folder`: with MS_FUZZ a libFuzzer target, otherwise a test
# that replays the seed corpus in <name>_corpus/ beside it.
function(ms_fuzz_targets folder)
  cmake_parse_arguments(arg "" "" "DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*_fuzz.cpp)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    get_filename_component(place ${source} DIRECTORY)
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE ${arg_DEPENDS} ms_flags)
    if(MS_FUZZ)
      target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    else()
      target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/fuzz/replay_corpus.cpp)
      add_test(NAME ${name}.ReplaysItsCorpus COMMAND ${name} ${place}/${name}_corpus)
    endif()
  endforeach()
endfunction()
