// Operations of your own: one with a number that Options set, one with a parameter that learns.
//
//   cmake --build build --target example.03_own_operation && build/examples/03_own_operation
#include <dynvision/analysis/summary.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/run.hpp>

#include <cstdio>

using namespace dynvision;

// [operation]
struct Divide {  // by the pool of all channels at the same place (Heeger 1992): r/(s + mean_c r)
  static constexpr PartNumber numbers[]{{.name = "semisaturation",
                                         .default_value = 0.5,
                                         .range = above(0),
                                         .help = "pooled response that halves the gain"}};
  double s = 0;
  void compose(Composition& at) { s = at.number<"semisaturation">(*this); }
  Tensor operator()(Tensor const& r) const { return r.div(r.mean({1}, true).add(s)); }  // (B,C,H,W)
};
// [/operation]

// [parameter]
struct Gain {  // one factor for each channel, learned
  static constexpr std::string_view label = "gain", path = "{}.gain";
  Tensor gain;  // (C,1,1)
  void compose(Composition& at) { gain = at.constant({at.channels, 1, 1}, 1); }
  void parameters(auto&& visit) { visit("", gain); }  // found as "V1.gain"
  Tensor operator()(Tensor const& x) const { return x.mul(gain); }
};
// [/parameter]

// [use]
struct V1 : Layer<"V1", Conv<3, 16, 3>, Recur<Full<16>>, Gain, Evolve<>, Relu, Divide, Record, Delay> {};
using MyNet = Model<V1>;
// [/use]

int main() {
  // [numbers]
  MyNet net({.input_dims = {3, 16, 16}, .numbers = {{"semisaturation", 0.2}}});
  std::printf("%s\n", summary(net).c_str());
  // [/numbers]
  run::Activity const activity = run::run(net, randn({2, 3, 16, 16}), {.n_timesteps = 10, .monitor = {"gain"}});
  activity.outputs.square().sum().backward();
  for (Parameter const& p : net.parameters()) {
    if (p.name == "V1.gain") std::printf("%s: gradient %.2e\n", p.name.c_str(), p.tensor.grad().norm().item<double>());
  }
  // [sweep]
  Tensor const images = randn({8, 3, 16, 16});
  for (double const s : {0.1, 0.5, 2.0}) {
    MyNet one({.input_dims = {3, 16, 16}, .layers = {{"V1", {.numbers = {{"semisaturation", s}}}}}, .seed = 1});
    Tensor const r = run::run(one, images, {.n_timesteps = 10, .record = true}).response("V1").stacked();
    std::printf("s = %.1f: mean response %.3f\n", s, r.mean().item<double>());
  }
  // [/sweep]
  std::printf("monitored: %s of %s, %zu steps\n", activity.monitored[0].operation.c_str(),
              activity.monitored[0].layer.c_str(), activity.monitored[0].steps.size());
}
