// g++: signs without E/I split
// clang++: signs without E/I split
#include <dynvision/rate/eirnn.hpp>
#include <dynvision/run/unroll.hpp>

using namespace dynvision;

struct Net : EIRNN<3, 20, Dale<1, 0>> {
  using EIRNN::EIRNN;
};

int main() {
  Net net;
  return run::unroll(net, zeros({1, 2, 3})).outputs.defined();
}
