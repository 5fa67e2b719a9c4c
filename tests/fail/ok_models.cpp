// The neighbours of these models fail for the reason they name.
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct Threshold {
  static constexpr PartNumber numbers[]{{.name = "theta", .default_value = 0.1, .help = "drive without a response"}};
  double theta = 0;
  void compose(Composition& at) { theta = at.number<"theta">(*this); }
  Tensor operator()(Tensor const& x) const { return x.sub(theta).relu(); }
};
struct Leap {
  static constexpr int order = 0;
  static Tensor step(Tensor const& /*r*/, Tensor const& u, Tensor const& /*tau*/, double /*dt*/) { return u; }
};
struct V1 : Layer<"V1", Conv<3, 36, 3>, MiddleRelu, Conv<36, 64, 3, 1, As<"{}.conv2">>, GroupNorm<32>,
                  Recur<Full<64, 3>, Multiplicative>, AddFeedback<"V2">, Evolve<Leap>, Threshold, Record, Delay,
                  MaxPool<3, 2>> {};
struct V2 : Layer<"V2", Conv<64, 36, 3>, Recur<Self<36>, NoBias>, AddSkip<"V1", Through<1>, WeightNorm>,
                  Evolve<RungeKutta4>, Relu, Record, Delay> {};
struct MyNet : Model<V1, V2> {};

int main() {
  MyNet net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
