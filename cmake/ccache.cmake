# Compiles through ccache where it is installed. Paths below the source tree are made relative, so that a second clone
# finds what the first one has compiled. CCACHE_DEPEND: what a file includes is known from the compiler (-MD), not from a
# preprocessor that is run first.
find_program(DYNVISION_CCACHE ccache)
mark_as_advanced(DYNVISION_CCACHE)
if(DYNVISION_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1
    CCACHE_SLOPPINESS=pch_defines,time_macros "${DYNVISION_CCACHE}")
endif()
