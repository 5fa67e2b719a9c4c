// A comparison of one's own: two types of a file against each other, without anything that is built in.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/variants/any_model_of.hpp>

#include "registered.hpp"

// [own]
using Narrow = dynvision::DyRCNNx2<dynvision::Depthwise, dynvision::NoSkip>;
int main(int argc, char** argv) {
  bench::add("Narrow", [](dynvision::Options const& o) { return dynvision::any_model_of<Narrow>(o); });
  bench::add("Full", [](dynvision::Options const& o) { return dynvision::any_model_of<dynvision::DyRCNNx2<>>(o); });
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
// [/own]
