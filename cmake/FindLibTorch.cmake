# LibTorch as imported targets, without the CUDA toolkit that LibTorch's own CMake files demand.
#   LibTorch::cpu    libtorch_cpu, libc10 and the include directories
#   LibTorch::cuda   also libtorch_cuda, libc10_cuda and CUDA::cudart (where LibTorch has them and a toolkit is found)
# LibTorch_CUDA_MISSING says in words why no program can be linked with LibTorch::cuda; empty where it can.
# Looked for in: -DLibTorch_ROOT=<site-packages/torch>, the environment's LIBTORCH_ROOT, CMAKE_PREFIX_PATH=<torch> or
# =<torch>/share/cmake (what torch.utils.cmake_prefix_path prints), and the python3 on PATH that has torch.
set(_lt_hints ${LibTorch_ROOT} $ENV{LIBTORCH_ROOT})
foreach(_p IN LISTS CMAKE_PREFIX_PATH)
  list(APPEND _lt_hints "${_p}" "${_p}/../..")
endforeach()

# A LibTorch that has moved, or another LibTorch_ROOT than before, must not leave the old one in the cache.
if(LibTorch_INCLUDE_DIR AND (NOT EXISTS "${LibTorch_INCLUDE_DIR}" OR NOT "${_lt_hints}" STREQUAL "${_LibTorch_HINTS}"))
  foreach(_v LibTorch_INCLUDE_DIR LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_CUDA_LIBRARY LibTorch_C10_CUDA_LIBRARY)
    unset(${_v} CACHE)
  endforeach()
endif()
set(_LibTorch_HINTS "${_lt_hints}" CACHE INTERNAL "")

# What the user names comes before what else is found.
find_path(LibTorch_INCLUDE_DIR NAMES torch/csrc/api/include/torch/torch.h HINTS ${_lt_hints} PATH_SUFFIXES include
  NO_DEFAULT_PATH)
find_path(LibTorch_INCLUDE_DIR NAMES torch/csrc/api/include/torch/torch.h PATH_SUFFIXES include)
if(NOT LibTorch_INCLUDE_DIR)
  find_program(LibTorch_PYTHON NAMES python3 python)
  if(LibTorch_PYTHON)
    execute_process(COMMAND ${LibTorch_PYTHON} -c
      "import importlib.util as u,os;s=u.find_spec('torch');print(os.path.dirname(s.origin) if s else '')"
      OUTPUT_VARIABLE _lt_py OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(_lt_py)
      find_path(LibTorch_INCLUDE_DIR NAMES torch/csrc/api/include/torch/torch.h HINTS "${_lt_py}" PATH_SUFFIXES include
        NO_DEFAULT_PATH)
    endif()
  endif()
endif()

get_filename_component(_lt_root "${LibTorch_INCLUDE_DIR}/.." ABSOLUTE)
find_library(LibTorch_CPU_LIBRARY      NAMES torch_cpu  HINTS "${_lt_root}/lib" NO_DEFAULT_PATH)
find_library(LibTorch_C10_LIBRARY      NAMES c10        HINTS "${_lt_root}/lib" NO_DEFAULT_PATH)
find_library(LibTorch_CUDA_LIBRARY     NAMES torch_cuda HINTS "${_lt_root}/lib" NO_DEFAULT_PATH)
find_library(LibTorch_C10_CUDA_LIBRARY NAMES c10_cuda   HINTS "${_lt_root}/lib" NO_DEFAULT_PATH)

if(LibTorch_INCLUDE_DIR)
  # The macros have moved between releases.
  foreach(_f torch/csrc/api/include/torch/version.h torch/headeronly/version.h)
    if(EXISTS "${LibTorch_INCLUDE_DIR}/${_f}")
      file(STRINGS "${LibTorch_INCLUDE_DIR}/${_f}" _v REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+")
      if(_v)
        string(REGEX REPLACE "[^0-9;]" "" _v "${_v}")
        string(REPLACE ";" "." LibTorch_VERSION "${_v}")
      endif()
    endif()
  endforeach()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_INCLUDE_DIR
  VERSION_VAR LibTorch_VERSION
  HANDLE_VERSION_RANGE)

set(LibTorch_CUDA_MISSING "")
if(NOT LibTorch_CUDA_LIBRARY OR NOT LibTorch_C10_CUDA_LIBRARY)
  string(APPEND LibTorch_CUDA_MISSING " a LibTorch with CUDA")
else()
  find_package(CUDAToolkit QUIET)
  if(NOT CUDAToolkit_FOUND)
    string(APPEND LibTorch_CUDA_MISSING " a CUDA toolkit (nvcc)")
  endif()
endif()

if(LibTorch_FOUND AND NOT TARGET LibTorch::cpu)
  find_package(Threads REQUIRED)
  add_library(LibTorch::c10 SHARED IMPORTED)
  set_target_properties(LibTorch::c10 PROPERTIES IMPORTED_LOCATION "${LibTorch_C10_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include"
    INTERFACE_COMPILE_DEFINITIONS "USE_DISTRIBUTED;USE_C10D_GLOO")
  add_library(LibTorch::cpu SHARED IMPORTED)
  set_target_properties(LibTorch::cpu PROPERTIES IMPORTED_LOCATION "${LibTorch_CPU_LIBRARY}")
  target_link_libraries(LibTorch::cpu INTERFACE LibTorch::c10 Threads::Threads)
  target_compile_features(LibTorch::cpu INTERFACE cxx_std_17)
  if(NOT LibTorch_CUDA_MISSING)
    add_library(LibTorch::c10_cuda SHARED IMPORTED)
    set_target_properties(LibTorch::c10_cuda PROPERTIES IMPORTED_LOCATION "${LibTorch_C10_CUDA_LIBRARY}")
    add_library(LibTorch::cuda INTERFACE IMPORTED)
    # libtorch_cuda registers its kernels when it is loaded; no name in it may be referenced, so force the NEEDED entry.
    target_link_libraries(LibTorch::cuda INTERFACE LibTorch::cpu LibTorch::c10_cuda CUDA::cudart
      "-Wl,--no-as-needed,${LibTorch_CUDA_LIBRARY},--as-needed")
    set_property(TARGET LibTorch::cuda APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS "USE_C10D_NCCL")
  endif()
endif()

# NVIDIA's libraries (cuDNN, NCCL, NVSHMEM ...) come in wheels of their own, which `pip install --no-deps torch` leaves out.
# Without them a program with libtorch_cuda neither links nor starts. Only a success is remembered: they may come later.
if(TARGET LibTorch::cuda AND NOT LibTorch_CUDA_MISSING AND NOT _LibTorch_CUDA_LINKED STREQUAL LibTorch_CUDA_LIBRARY)
  set(_lt_probe "${CMAKE_BINARY_DIR}/CMakeFiles/LibTorchCuda")
  file(WRITE "${_lt_probe}/main.cpp" "int main() {}\n")
  set(_lt_language "$ENV{LC_ALL}")
  set(ENV{LC_ALL} C)
  try_compile(_lt_linked "${_lt_probe}" SOURCES "${_lt_probe}/main.cpp" OUTPUT_VARIABLE _lt_output
    LINK_OPTIONS "-L${_lt_root}/lib" "-Wl,-rpath,${_lt_root}/lib" "-Wl,--no-as-needed,-ltorch_cuda")
  set(ENV{LC_ALL} "${_lt_language}")
  string(REGEX MATCHALL "[^ \n]+, needed by [^ \n]+, not found" _lt_absent "${_lt_output}")
  list(TRANSFORM _lt_absent REPLACE ", needed by.*" "")
  list(REMOVE_DUPLICATES _lt_absent)
  list(JOIN _lt_absent " " _lt_absent)
  if(_lt_linked AND NOT _lt_absent)
    set(_LibTorch_CUDA_LINKED "${LibTorch_CUDA_LIBRARY}" CACHE INTERNAL "")
  else()
    string(APPEND LibTorch_CUDA_MISSING " the libraries of NVIDIA that LibTorch's CUDA part needs itself (${_lt_absent}; "
      "pip install torch without --no-deps installs them)")
  endif()
  unset(_lt_linked CACHE)
endif()
mark_as_advanced(LibTorch_INCLUDE_DIR LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_CUDA_LIBRARY
  LibTorch_C10_CUDA_LIBRARY LibTorch_PYTHON)
