// flags: -ffinite-math-only
// g++: -ffast-math and -Ofast remove every test for nan and infinity; add -fno-finite-math-only
// clang++: -ffast-math and -Ofast remove every test for nan and infinity; add -fno-finite-math-only
#include <dynvision/core/error.hpp>

int main() { dynvision::fail("run", 101, "an error"); }
