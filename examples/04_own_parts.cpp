// Parts of your own in a model of the library: a lateral connection, a solver, an integration.
//
//   cmake --build build --target example.04_own_parts && build/examples/04_own_parts
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/run.hpp>

#include <cstdio>

using namespace dynvision;

// [lateral]
template <int C, int K = 3, int D = C>
struct Surround {  // rec(h) = -w mean_{K x K} h: suppression by the neighbourhood
  static constexpr int state_channels = C, target_channels = D;
  static constexpr bool keeps_channels = true;  // needs as many channels at the target as the state has
  Tensor weight;                                // [1]
  void compose(Composition& at, bool /*bias*/, int /*target*/) { weight = at.constant({1}, 0.5); }
  void parameters(auto&& visit) { visit("weight", weight); }
  Tensor operator()(Tensor const& h) const { return avg_pool2d(h, K, 1, K / 2).mul(weight).neg(); }  // (B,C,H,W)
};
// [/lateral]

// [solver]
struct Heun {  // k1 = (u - r)/tau   k2 = (u - r - dt k1)/tau   r(t+dt) = r + dt (k1 + k2)/2
  static constexpr int order = 2;
  static Tensor step(Tensor const& r, Tensor const& u, Tensor const& tau, double dt) {
    Tensor const k1 = u.sub(r).div(tau), k2 = u.sub(r.add(k1, dt)).div(tau);  // [1/ms]
    return r.add(k1.add(k2), dt / 2);
  }
};
// [/solver]

// [integration]
struct Shunting {  // division by what arrives
  Tensor operator()(Tensor const& x, Tensor const& h) const { return x.div(h.abs().add(1)); }
};
// [/integration]

int main() {
  // [use]
  DyRCNNx4<Surround, Heun, Shunting> model({.input_dims = {3, 32, 32}});
  // [/use]
  Tensor const outputs = run::run(model, randn({2, 3, 32, 32}), {.n_timesteps = 10}).outputs;
  for (Parameter const& p : model.parameters()) {
    if (p.name.find("recurrence") != std::string::npos) std::printf("%s\n", p.name.c_str());
  }
  std::printf("outputs (B,T,K): %s\n", shape_text(outputs.sizes()).c_str());
}
