# For plug-in modules that are built outside the server's own tree, with what package
# kurento-media-server-dev brings:
#
#   find_package(KurentoMediaServer 7.3 REQUIRED)
#   kurento_media_server_plugin(NAME DESCRIPTOR file SOURCES file...)
#
# Makes libkmsNAMEmodule.so, target kmsNAMEmodule. Its sources include what is made of the descriptor
# as "modules/NAME/api.h". It links nothing of the server's: the server that loads it has all of that.

include(CMakeFindDependencyMacro)
find_dependency(Python3 COMPONENTS Interpreter)
find_dependency(PkgConfig)
pkg_check_modules(JSONCPP REQUIRED IMPORTED_TARGET jsoncpp)

get_filename_component(KurentoMediaServer_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

function(kurento_media_server_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESCRIPTOR" "SOURCES")
  set(shared ${KurentoMediaServer_PREFIX}/share/kurento-media-server)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/generated/modules/${name})
  get_filename_component(descriptor "${arg_DESCRIPTOR}" ABSOLUTE)
  add_custom_command(
    OUTPUT ${out}/api.h ${out}/api.cpp
    COMMAND ${Python3_EXECUTABLE} -B ${shared}/codegen/generate.py cpp --out ${out}
            --import ${shared}/modules/core/module.kmd.json ${descriptor}
    DEPENDS ${descriptor}
    COMMENT "Code of module ${name}" VERBATIM)
  add_library(kms${name}module MODULE ${arg_SOURCES} ${out}/api.cpp ${out}/api.h)
  target_include_directories(kms${name}module PRIVATE
    ${CMAKE_CURRENT_BINARY_DIR}/generated
    ${KurentoMediaServer_PREFIX}/include/kurento-media-server)
  target_compile_features(kms${name}module PRIVATE cxx_std_23)
  target_link_libraries(kms${name}module PRIVATE PkgConfig::JSONCPP)
  set_target_properties(kms${name}module PROPERTIES PREFIX lib)
endfunction()
