# dynvision::variants: the models of src/variants/list.hpp, built in, and what compiles others on first use. A static library,
# built where a target first links it. A program that links it shows its symbols to what it loads (--export-dynamic).
# Before it is included: dynvision::compiled, DYNVISION_INCLUDE_DIR, DYNVISION_VARIANTS_DIR (src/variants), Boost::headers.
include_guard(GLOBAL)
set(DYNVISION_VARIANT_PARTS 8 CACHE STRING "Files that the built-in models are dealt out to")
mark_as_advanced(DYNVISION_VARIANT_PARTS)

set(_generated "${CMAKE_BINARY_DIR}/dynvision_variants")
set(parts_declared "")
set(parts_called "")
set(_sources "")
math(EXPR _last "${DYNVISION_VARIANT_PARTS} - 1")
foreach(part RANGE ${_last})
  configure_file("${DYNVISION_VARIANTS_DIR}/part.cpp.in" "${_generated}/part_${part}.cpp" @ONLY)
  list(APPEND _sources "${_generated}/part_${part}.cpp")
  string(APPEND parts_declared "void add_part_${part}(std::vector<std::pair<std::size_t, Variant>>& all);\n")
  string(APPEND parts_called "    variants::add_part_${part}(numbered);\n")
endforeach()
configure_file("${DYNVISION_VARIANTS_DIR}/registry.cpp.in" "${_generated}/registry.cpp" @ONLY)

# What a program compiles on first use is compiled from these headers and no others: their name is that of their contents.
file(GLOB_RECURSE _headers CONFIGURE_DEPENDS "${DYNVISION_INCLUDE_DIR}/dynvision/*.hpp"
  "${DYNVISION_INCLUDE_DIR}/dynvision/*.ipp")
add_custom_command(OUTPUT "${_generated}/headers_id.inc"
  COMMAND "${CMAKE_COMMAND}" "-DFOLDER=${DYNVISION_INCLUDE_DIR}/dynvision" "-DFILE=${_generated}/headers_id.inc"
    -P "${CMAKE_CURRENT_LIST_DIR}/headers_id.cmake"
  DEPENDS ${_headers} "${CMAKE_CURRENT_LIST_DIR}/headers_id.cmake" COMMENT "dynvision: the headers' id" VERBATIM)

add_library(dynvision_variants STATIC EXCLUDE_FROM_ALL ${_sources} "${_generated}/registry.cpp"
  "${_generated}/toolchain_$<CONFIG>.cpp" "${_generated}/headers_id.inc")
add_library(dynvision::variants ALIAS dynvision_variants)
set_target_properties(dynvision_variants PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_include_directories(dynvision_variants PRIVATE "${DYNVISION_VARIANTS_DIR}" "${_generated}")
target_link_libraries(dynvision_variants PUBLIC dynvision::compiled Boost::headers ${CMAKE_DL_LIBS})
target_link_options(dynvision_variants INTERFACE LINKER:--export-dynamic)
target_precompile_headers(dynvision_variants PRIVATE <dynvision/variants/any_model_of.hpp> <dynvision/dyrcnn.hpp>)
set_source_files_properties("${_generated}/registry.cpp" "${_generated}/toolchain_$<CONFIG>.cpp" PROPERTIES
  SKIP_PRECOMPILE_HEADERS ON)

if(NOT CMAKE_INSTALL_INCLUDEDIR)
  set(CMAKE_INSTALL_INCLUDEDIR include)
endif()
# How this library is compiled is how a variant is compiled on first use.
string(TOUPPER "${CMAKE_BUILD_TYPE}" _config)
separate_arguments(_flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${_config}}")
list(JOIN _flags "|" DYNVISION_FLAGS)
set(DYNVISION_STANDARD "${CMAKE_CXX20_STANDARD_COMPILE_OPTION}")
file(READ "${DYNVISION_VARIANTS_DIR}/toolchain.cpp.in" _toolchain)
string(CONFIGURE "${_toolchain}" _toolchain @ONLY)
file(GENERATE OUTPUT "${_generated}/toolchain_$<CONFIG>.cpp" CONTENT "${_toolchain}" TARGET dynvision_variants)
