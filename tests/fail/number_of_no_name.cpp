// g++: `numbers` of this part has none of this name (docs/concepts/numbers.md)
// g++: Op = Threshold
// clang++: `numbers` of this part has none of this name (docs/concepts/numbers.md)
// clang++: Threshold
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct Threshold {
  static constexpr PartNumber numbers[]{{.name = "theta", .default_value = 0.1, .help = "drive without a response"}};
  double theta = 0;
  void compose(Composition& at) { theta = at.number<"thetta">(*this); }
  Tensor operator()(Tensor const& x) const { return x.sub(theta).relu(); }
};
struct V1 : Layer<"V1", Conv<3, 36, 3>, Threshold, Record, Delay> {};
struct MyNet : Model<V1> {};

int main() {
  MyNet net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
