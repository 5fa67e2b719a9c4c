// Mechanisms with states of their own: adaptation of the library, and one that is written here.
//
//   cmake --build build --target example.18_named_states && build/examples/18_named_states
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/adaptation.hpp>
#include <dynvision/run/run.hpp>

#include <cstdio>

using namespace dynvision;

// [operation]
struct Facilitation {  // of synapses: what was sent makes what follows stronger (Tsodyks, Pawelzik & Markram 1998)
  static constexpr std::string_view label = "facilitation";
  static constexpr std::array<std::string_view, 1> states{"u"};
  struct Equation {
    double leak;                                                                // dt/tau
    template <class V> auto step(V const& x, V const& u, V const& use) const {  // the signal, its state, its number
      V const next = u - u * kernels::Number<V>(leak) + use * x;                // du/dt = -u/tau + use x
      return kernels::Updated{x + u * x, next};                                 // the signal that leaves, the new state
    }
  };
  Tensor use;  // learned, one for each channel
  double dt = 2;
  void compose(Composition& at) {
    dt = at.clock.dt;
    use = at.constant({at.channels, 1, 1}, 0.01);
  }
  void parameters(auto&& visit) { visit("use", use); }
  Equation equation() const { return {dt / 150}; }
  std::array<Tensor, 1> unit_numbers() const { return {use}; }
};
// [/operation]

// [model]
struct V1 : Layer<"V1", Conv<3, 8, 5>, Adaptation<>, Evolve<>, Relu, Record, Delay, Facilitation, MaxPool<3, 2>> {};
struct V2 : Layer<"V2", Conv<8, 16, 3>, Recur<Full<16>>, Evolve<>, Relu, Record, Delay> {};
using Net = Model<V1, V2>;
// [/model]

int main() {
  // [run]
  Net net({.seed = 1});
  Tensor const image = full({1, 3, 16, 16}, 1);
  run::Activity const activity = run::run(net, image, {.n_timesteps = 100, .record = true, .keep_state = true});
  for (int const t : {4, 20, 50, 99}) {
    double const r = activity.response("V1").steps[static_cast<std::size_t>(t)].mean().item<double>();
    std::printf("%5.0f ms: mean response of V1 %.4f\n", activity.time(t), r);
  }
  std::printf("adaptation at the end: %.4f\n", activity.state.response("V1.a").mean().item<double>());
  // [/run]

  std::vector<Signal> const& r = activity.response("V1").steps;
  bool const adapts = r[99].mean().item<double>() < r[20].mean().item<double>();
  return adapts ? 0 : 1;
}
