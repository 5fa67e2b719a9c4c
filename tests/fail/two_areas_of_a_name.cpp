// g++: two layers have the same name
// clang++: two layers have the same name
#include <dynvision/rate/multi_area.hpp>
#include <dynvision/run/unroll.hpp>

using namespace dynvision;

struct V1 : RateArea<"V1", 10, Incoming<>> {};
struct V2 : RateArea<"V1", 8, Outgoing<>> {};
struct Net : MultiArea<3, V1, V2> {
  using MultiArea::MultiArea;
};

int main() {
  Net net;
  return run::unroll(net, zeros({1, 2, 3})).outputs.defined();
}
