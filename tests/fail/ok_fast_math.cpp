// flags: -ffast-math -fno-finite-math-only
#include <dynvision/core/error.hpp>

int main() { dynvision::fail("run", 101, "an error"); }
