// g++: an area's connections to itself are Recurrent
// clang++: an area's connections to itself are Recurrent
#include <dynvision/rate/multi_area.hpp>
#include <dynvision/run/unroll.hpp>

using namespace dynvision;

struct V1 : RateArea<"V1", 10, Incoming<>> {};
struct V2 : RateArea<"V2", 8, From<"V2">, Outgoing<>> {};
struct Net : MultiArea<3, V1, V2> {
  using MultiArea::MultiArea;
};

int main() {
  Net net;
  return run::unroll(net, zeros({1, 2, 3})).outputs.defined();
}
