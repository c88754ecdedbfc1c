# A module is a folder below modules/ with a module.kmd.json; modules/codegen makes C++ of it.
#
# ms_module(NAME [IMPORTS module...] [DEPENDS target...])
# Makes ms_NAME_api of the descriptor (header "modules/NAME/api.h") and, of modules/NAME/src/*.cpp,
# library ms_NAME and its tests.
#
# ms_plugin(NAME ...) takes the same and makes the shared object libkmsNAMEmodule.so instead, in
# ${CMAKE_BINARY_DIR}/plugins. It links nothing of ours: the server that loads it has all of that.
#
# ms_host_plugins(TARGET library...) lets TARGET load plug-ins: it links every object of the libraries
# and exports their symbols.

find_package(Python3 REQUIRED COMPONENTS Interpreter)
file(GLOB MS_CODEGEN_SOURCES CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/modules/codegen/generate.py ${CMAKE_SOURCE_DIR}/modules/codegen/templates/*)

# ms_module_api(NAME KMD [IMPORTS module...])
function(ms_module_api name kmd)
  cmake_parse_arguments(arg "" "" "IMPORTS" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/generated/modules/${name})
  set(imports)
  set(import_kmds)
  set(import_targets)
  foreach(import ${arg_IMPORTS})
    list(APPEND import_kmds ${CMAKE_SOURCE_DIR}/modules/${import}/module.kmd.json)
    list(APPEND imports --import ${CMAKE_SOURCE_DIR}/modules/${import}/module.kmd.json)
    list(APPEND import_targets ms_${import}_api)
  endforeach()
  add_custom_command(
    OUTPUT ${out}/api.h ${out}/api.cpp
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/modules/codegen/generate.py cpp
            --out ${out} ${imports} ${kmd}
    DEPENDS ${kmd} ${import_kmds} ${MS_CODEGEN_SOURCES}
    COMMENT "Code of module ${name}" VERBATIM)
  add_library(ms_${name}_api STATIC ${out}/api.cpp ${out}/api.h)
  target_include_directories(ms_${name}_api PUBLIC ${CMAKE_BINARY_DIR}/generated)
  target_link_libraries(ms_${name}_api PUBLIC ms_model ${import_targets} PRIVATE ms_flags)
endfunction()

function(ms_module name)
  cmake_parse_arguments(arg "" "" "IMPORTS;DEPENDS" ${ARGN})
  ms_module_api(${name} ${CMAKE_SOURCE_DIR}/modules/${name}/module.kmd.json IMPORTS ${arg_IMPORTS})
  ms_library(ms_${name} modules/${name}/src DEPENDS ms_${name}_api ${arg_DEPENDS})
endfunction()

function(ms_plugin name)
  cmake_parse_arguments(arg "" "" "IMPORTS;DEPENDS" ${ARGN})
  ms_module(${name} IMPORTS ${arg_IMPORTS} DEPENDS ${arg_DEPENDS})
  ms_plugin_object(${name} plugins
    SOURCES $<TARGET_OBJECTS:ms_${name}> $<TARGET_OBJECTS:ms_${name}_api>)
  install(TARGETS kms${name}module DESTINATION ${MS_MODULES_FOLDER} COMPONENT modules)
endfunction()

# ms_plugin_object(NAME FOLDER SOURCES file...): ${CMAKE_BINARY_DIR}/FOLDER/libkmsNAMEmodule.so.
function(ms_plugin_object name folder)
  cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
  add_library(kms${name}module MODULE ${arg_SOURCES})
  target_include_directories(kms${name}module PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(kms${name}module PRIVATE ms_flags PkgConfig::JSONCPP)
  set_target_properties(kms${name}module PROPERTIES
    PREFIX lib LINKER_LANGUAGE CXX LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${folder})
endfunction()

function(ms_host_plugins target)
  list(JOIN ARGN "," libraries)
  target_link_libraries(${target} PRIVATE ${ARGN} ${CMAKE_DL_LIBS})
  set_target_properties(${target} PROPERTIES
    ENABLE_EXPORTS ON LINK_LIBRARY_OVERRIDE "WHOLE_ARCHIVE,${libraries}")
endfunction()
