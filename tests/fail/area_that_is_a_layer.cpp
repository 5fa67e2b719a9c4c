// g++: takes areas, such as struct V1
// clang++: takes areas, such as struct V1
#include <dynvision/rate/multi_area.hpp>
#include <dynvision/run/unroll.hpp>

using namespace dynvision;

struct V1 : RateLayer<"V1", 3, 10> {};
struct Net : MultiArea<3, V1> {
  using MultiArea::MultiArea;
};

int main() {
  Net net;
  return run::unroll(net, zeros({1, 2, 3})).outputs.defined();
}
