// What config/ does without a type of a model, compiled once: part of dynvision::compiled where Boost's headers are.
//
// Every .ipp of include/dynvision/config is named here (.ci/conventions.py), as all others in dynvision.cpp.
#if !defined(DYNVISION_SEPARATE)
#error "dynvision: src/config.cpp is compiled with DYNVISION_SEPARATE, as all files that use it are"
#endif

#include <dynvision/config/check.ipp>
#include <dynvision/config/layers/catalog.ipp>
#include <dynvision/config/resolve.ipp>
