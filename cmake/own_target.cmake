# What every program of this repository (never a user's) is compiled with.
add_library(dynvision_own INTERFACE)
target_compile_options(dynvision_own INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wconversion>)
target_link_libraries(dynvision_own INTERFACE dynvision::dynvision)
