# The versions of LibTorch: the oldest and the newest that are accepted, with all their patch releases, and the one that
# ./check and ./quickstart install. The next line is the only place (scripts read it, .ci/versions.py compares the pages).
set(DYNVISION_LIBTORCH_VERSIONS 2.7 2.15 2.11.0)
list(GET DYNVISION_LIBTORCH_VERSIONS 0 DYNVISION_LIBTORCH_OLDEST)
list(GET DYNVISION_LIBTORCH_VERSIONS 1 DYNVISION_LIBTORCH_NEWEST)

# For find_package: empty where the user takes the risk of another one.
string(REGEX MATCH "^([0-9]+)[.]([0-9]+)$" _newest "${DYNVISION_LIBTORCH_NEWEST}")
math(EXPR _after "${CMAKE_MATCH_2} + 1")
set(DYNVISION_LIBTORCH_RANGE "${DYNVISION_LIBTORCH_OLDEST}...<${CMAKE_MATCH_1}.${_after}")
if(DYNVISION_ANY_LIBTORCH)
  set(DYNVISION_LIBTORCH_RANGE "")
endif()

# _dynvision_no_libtorch(MESSAGE): what to say after find_package has not found it.
function(_dynvision_no_libtorch message)
  set(range "LibTorch ${DYNVISION_LIBTORCH_OLDEST} to ${DYNVISION_LIBTORCH_NEWEST}")
  set(name "-DLibTorch_ROOT=<site-packages/torch>")
  if(LibTorch_INCLUDE_DIR AND LibTorch_VERSION)
    cmake_path(GET LibTorch_INCLUDE_DIR PARENT_PATH where)
    set(text "${range} is needed, and ${where} is ${LibTorch_VERSION}. Name another one with ${name}, or try this one with -DDYNVISION_ANY_LIBTORCH=ON.")
  else()
    set(text "${range} is not found: say where it is with ${name}, or let ./check of dynvision's repository install it.")
  endif()
  set(${message} "${text}" PARENT_SCOPE)
endfunction()
