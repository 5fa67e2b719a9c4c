# Compilers by their name in messages and file names: the build's own, and clang++ beside it where it is installed.
#   DYNVISION_COMPILERS             g++;clang++
#   DYNVISION_COMPILER_<name>       path
#   DYNVISION_COMPILER_FLAGS        language level and include directories, as the library's users have them
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(own g++)
else()
  set(own clang++)
endif()
set(DYNVISION_COMPILERS ${own})
set(DYNVISION_COMPILER_${own} "${CMAKE_CXX_COMPILER}")
foreach(other g++ clang++)
  find_program(DYNVISION_OTHER_${other} NAMES ${other})
  mark_as_advanced(DYNVISION_OTHER_${other})
  if(NOT other STREQUAL own AND DYNVISION_OTHER_${other})
    list(APPEND DYNVISION_COMPILERS ${other})
    set(DYNVISION_COMPILER_${other} "${DYNVISION_OTHER_${other}}")
  endif()
endforeach()

set(DYNVISION_COMPILER_FLAGS -std=c++20 "-I${PROJECT_SOURCE_DIR}/include"
  -isystem "${LibTorch_INCLUDE_DIR}" -isystem "${LibTorch_INCLUDE_DIR}/torch/csrc/api/include")
if(TARGET Eigen3::Eigen)
  get_target_property(eigen Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
  list(APPEND DYNVISION_COMPILER_FLAGS -isystem "${eigen}")
endif()
