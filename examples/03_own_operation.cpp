// Operations of your own: one with a single function, one with a parameter that learns.
//
//   cmake --build build --target example.03_own_operation && build/examples/03_own_operation
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/run.hpp>

#include <cstdio>

using namespace dynvision;

// [operation]
struct Divide {  // by the pool of all channels at the same place (Heeger 1992): r/(sigma + mean_c r)
  double sigma = 0.5;
  Tensor operator()(Tensor const& r) const { return r.div(r.mean({1}, true).add(sigma)); }  // (B,C,H,W)
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
  MyNet net({.input_dims = {3, 16, 16}});
  run::Activity const activity = run::run(net, randn({2, 3, 16, 16}), {.n_timesteps = 10, .monitor = {"gain"}});
  activity.outputs.square().sum().backward();
  for (Parameter const& p : net.parameters()) {
    if (p.name == "V1.gain") std::printf("%s: gradient %.2e\n", p.name.c_str(), p.tensor.grad().norm().item<double>());
  }
  std::printf("monitored: %s of %s, %zu steps\n", activity.monitored[0].operation.c_str(),
              activity.monitored[0].layer.c_str(), activity.monitored[0].steps.size());
}
