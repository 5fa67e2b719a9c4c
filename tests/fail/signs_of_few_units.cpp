// g++: so few units that all have the same sign
// clang++: so few units that all have the same sign
#include <dynvision/rate/eirnn.hpp>
#include <dynvision/run/unroll.hpp>

using namespace dynvision;

struct Net : EIRNN<3, 2> {
  using EIRNN::EIRNN;
};

int main() {
  Net net;
  return run::unroll(net, zeros({1, 2, 3})).outputs.defined();
}
