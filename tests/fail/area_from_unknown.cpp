// g++: the model has no layer of the name this connection comes from
// clang++: the model has no layer of the name this connection comes from
#include <dynvision/rate/multi_area.hpp>
#include <dynvision/run/unroll.hpp>

using namespace dynvision;

struct V1 : RateArea<"V1", 10, Incoming<>> {};
struct V2 : RateArea<"V2", 8, From<"V3">, Outgoing<>> {};
struct Net : MultiArea<3, V1, V2> {
  using MultiArea::MultiArea;
};

int main() {
  Net net;
  return run::unroll(net, zeros({1, 2, 3})).outputs.defined();
}
