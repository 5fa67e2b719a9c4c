// g++: an Ensemble is of rate layers
// clang++: an Ensemble is of rate layers
#include <dynvision/rate/ensembles.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Relu, Record, Delay> {};
struct Net : ModelWith<Readout<>, V1> {
  using ModelWith::ModelWith;
};

int main() {
  Ensemble<4, Net> nets({.input_dims = {3, 8, 8}});
  return nets.n_members;
}
