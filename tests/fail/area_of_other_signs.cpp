// g++: a connection says other signs than the units
// clang++: a connection says other signs than the units
#include <dynvision/rate/multi_area.hpp>
#include <dynvision/run/unroll.hpp>

using namespace dynvision;

struct V1 : RateArea<"V1", 10, Incoming<>, Dale<4, 1>, Outgoing<Excitatory<3, 1>>> {};
struct Net : MultiArea<3, V1> {
  using MultiArea::MultiArea;
};

int main() {
  Net net;
  return run::unroll(net, zeros({1, 2, 3})).outputs.defined();
}
