// g++: an area of rates takes a number of units
// clang++: an area of rates takes a number of units
#include <dynvision/rate/multi_area.hpp>
#include <dynvision/run/unroll.hpp>

using namespace dynvision;

struct V1 : RateArea<"V1", 10, Incoming<>, Outgoing<>, Additive> {};
struct Net : MultiArea<3, V1> {
  using MultiArea::MultiArea;
};

int main() {
  Net net;
  return run::unroll(net, zeros({1, 2, 3})).outputs.defined();
}
