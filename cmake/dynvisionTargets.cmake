# The library's targets, one for each component, for the source tree and for an installed one.
#   dynvision::core        models, running them, losses, records                LibTorch
#   dynvision::io          tensor files and weights                             zlib, nlohmann/json
#   dynvision::data        images and their files                               zlib
#   dynvision::images      PNG and JPEG files                                   the same as data, libpng, libjpeg
#   dynvision::analysis    measures of responses, populations, statistics       Eigen; stability: Spectra, too
#   dynvision::cuda        LibTorch's CUDA part                                 a CUDA toolkit, all of NVIDIA's wheels
#   dynvision::dynvision   all of core, io, data and analysis that is there (and cuda where a project asks for it)
#   dynvision::compiled    the same, and what does not depend on a model is compiled once, not in every file: a static
#                          library, built where a target first links it
#   dynvision::variants    models without their type, found or compiled by name (dynvisionVariants.cmake)       Boost's headers
# Before it is included: LibTorch is found, DYNVISION_INCLUDE_DIR, DYNVISION_SOURCE_FILE (dynvision.cpp) and
# DYNVISION_VARIANTS_DIR are set,
# DYNVISION_IMPORTED says whether the targets are imported (their headers are then system headers: without warnings), and
# DYNVISION_LIBRARY where the library has been built already. After it: DYNVISION_<component>_MISSING, in words.
include_guard(GLOBAL)
find_package(ZLIB QUIET)
find_package(nlohmann_json 3.10 QUIET)
find_package(PNG QUIET)
find_package(JPEG QUIET)
find_package(Eigen3 3.4 QUIET NO_MODULE)
find_package(Spectra 1.0 QUIET NO_MODULE)
if(TARGET Eigen3::Eigen AND NOT TARGET Spectra::Spectra)   # Debian's package has headers alone
  find_path(Spectra_INCLUDE_DIR Spectra/GenEigsSolver.h)
  mark_as_advanced(Spectra_INCLUDE_DIR)
  if(Spectra_INCLUDE_DIR)
    add_library(Spectra::Spectra INTERFACE IMPORTED GLOBAL)
    set_target_properties(Spectra::Spectra PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${Spectra_INCLUDE_DIR}")
    target_link_libraries(Spectra::Spectra INTERFACE Eigen3::Eigen)
  endif()
endif()

function(_dynvision_target name)
  if(DYNVISION_IMPORTED)
    add_library(dynvision::${name} INTERFACE IMPORTED GLOBAL)
    set(target dynvision::${name})
  else()
    string(REPLACE "dynvision_dynvision" dynvision target dynvision_${name})
    add_library(${target} INTERFACE)
    add_library(dynvision::${name} ALIAS ${target})
  endif()
  target_link_libraries(${target} INTERFACE ${ARGN})
  set(_dynvision_last ${target} PARENT_SCOPE)
endfunction()

_dynvision_target(core LibTorch::cpu)
target_include_directories(${_dynvision_last} INTERFACE "${DYNVISION_INCLUDE_DIR}")
target_compile_features(${_dynvision_last} INTERFACE cxx_std_20)
set(DYNVISION_core_MISSING "")
set(_dynvision_parts dynvision::core)

set(DYNVISION_io_MISSING "")
if(NOT TARGET ZLIB::ZLIB)
  string(APPEND DYNVISION_io_MISSING " zlib")
endif()
set(DYNVISION_data_MISSING "${DYNVISION_io_MISSING}")
if(NOT TARGET nlohmann_json::nlohmann_json)
  string(APPEND DYNVISION_io_MISSING " nlohmann/json")
endif()
if(NOT DYNVISION_io_MISSING)
  _dynvision_target(io dynvision::core ZLIB::ZLIB nlohmann_json::nlohmann_json)
  list(APPEND _dynvision_parts dynvision::io)
endif()
if(NOT DYNVISION_data_MISSING)
  _dynvision_target(data dynvision::core ZLIB::ZLIB)
  list(APPEND _dynvision_parts dynvision::data)
endif()

set(DYNVISION_images_MISSING "${DYNVISION_data_MISSING}")
if(NOT TARGET PNG::PNG)
  string(APPEND DYNVISION_images_MISSING " libpng")
endif()
if(NOT TARGET JPEG::JPEG)
  string(APPEND DYNVISION_images_MISSING " libjpeg")
endif()
if(NOT DYNVISION_images_MISSING)   # io/image/ and data/pictures/ include them, nothing else does
  _dynvision_target(images dynvision::data PNG::PNG JPEG::JPEG)
  list(APPEND _dynvision_parts dynvision::images)
endif()

set(DYNVISION_analysis_MISSING "")
if(TARGET Eigen3::Eigen)
  set(_dynvision_spectra "")   # analysis/stability/ includes it, nothing else does
  if(TARGET Spectra::Spectra)
    set(_dynvision_spectra Spectra::Spectra)
  endif()
  _dynvision_target(analysis dynvision::core Eigen3::Eigen ${_dynvision_spectra})
  list(APPEND _dynvision_parts dynvision::analysis)
else()
  set(DYNVISION_analysis_MISSING " Eigen")
endif()

set(DYNVISION_cuda_MISSING "${LibTorch_CUDA_MISSING}")
if(NOT DYNVISION_cuda_MISSING)
  _dynvision_target(cuda dynvision::core LibTorch::cuda)
  target_compile_definitions(${_dynvision_last} INTERFACE DYNVISION_WITH_CUDA)
endif()
if(DYNVISION_CUDA STREQUAL "ON" AND TARGET dynvision::cuda)
  list(APPEND _dynvision_parts dynvision::cuda)
endif()
_dynvision_target(dynvision ${_dynvision_parts})

# A program is compiled in one of two ways as a whole: whoever links dynvision::compiled sees declarations alone.
set(DYNVISION_compiled_MISSING "")
find_package(Boost 1.74 QUIET)
if(DYNVISION_LIBRARY)
  add_library(dynvision::compiled STATIC IMPORTED GLOBAL)
  set_target_properties(dynvision::compiled PROPERTIES IMPORTED_LOCATION "${DYNVISION_LIBRARY}")
  target_compile_definitions(dynvision::compiled INTERFACE DYNVISION_SEPARATE)
  target_link_libraries(dynvision::compiled INTERFACE dynvision::dynvision)
else()
  add_library(dynvision_compiled STATIC EXCLUDE_FROM_ALL "${DYNVISION_SOURCE_FILE}")
  add_library(dynvision::compiled ALIAS dynvision_compiled)
  set_target_properties(dynvision_compiled PROPERTIES OUTPUT_NAME dynvision POSITION_INDEPENDENT_CODE ON)
  target_compile_definitions(dynvision_compiled PUBLIC DYNVISION_SEPARATE)
  target_link_libraries(dynvision_compiled PUBLIC dynvision::dynvision)
  if(TARGET Boost::headers AND TARGET dynvision::io AND TARGET dynvision::data)
    cmake_path(REPLACE_FILENAME DYNVISION_SOURCE_FILE config.cpp OUTPUT_VARIABLE _config_source)
    target_sources(dynvision_compiled PRIVATE "${_config_source}")
    set_source_files_properties("${_config_source}" PROPERTIES COMPILE_OPTIONS -O1)   # what is read once needs no more
    target_link_libraries(dynvision_compiled PRIVATE $<BUILD_INTERFACE:Boost::headers>)
  endif()
endif()

set(DYNVISION_variants_MISSING "${DYNVISION_io_MISSING}")
if(NOT TARGET Boost::headers)
  string(APPEND DYNVISION_variants_MISSING " Boost")
endif()
if(NOT DYNVISION_variants_MISSING)
  include("${CMAKE_CURRENT_LIST_DIR}/dynvisionVariants.cmake")
endif()
