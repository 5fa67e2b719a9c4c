// What states of operations cost: a training step of a network with the areas of DyRCNNx4 and a second state in each, to one
// without; and one with a time constant of each channel.
//
//   OMP_NUM_THREADS=1 bench.states [ROUNDS]
//
// Batch 16, 3 x 32 x 32, T = 20, outputs squared as a loss; the models are asked in turn, the least of all rounds counts. In
// CPU time of the process, which other programs on the machine disturb less than the clock.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/adaptation.hpp>
#include <dynvision/run/run.hpp>

#include "times.hpp"

#include <cstdio>

using namespace dynvision;

namespace {

struct Fatigue {  // adaptation whose numbers are constants
  static constexpr std::string_view label = "fatigue";
  static constexpr std::array<std::string_view, 1> states{"a"};
  static constexpr bool reads_response = true;
  struct Equation {
    template <class V> DYNVISION_BOTH auto step(V const& x, V const& r, V const& a) const {
      using T = kernels::Number<V>;
      V const next = a + (r - a) * T(0.02);
      return kernels::Updated{x - next * T(0.5), next};
    }
  };
  Equation equation() const { return {}; }
};

template <class Evolution, class... X>
struct V1 : Layer<"V1", Conv<3, 36, 3>, Recur<Full<36>>, X..., Evolution, Relu, Record, Delay, MaxPool<3, 2>> {};
template <class Evolution, class... X>
struct V2 : Layer<"V2", Conv<36, 64, 3>, Recur<Full<64>>, X..., Evolution, Relu, Record, Delay, MaxPool<3, 2>> {};
template <class Evolution, class... X>
struct V4 : Layer<"V4", Conv<64, 121, 3>, Recur<Full<121>>, AddSkip<"V1">, X..., Evolution, Relu, Record, Delay> {};
template <class Evolution, class... X>
struct IT : Layer<"IT", Conv<121, 256, 3, 2>, Recur<Full<256>>, AddSkip<"V2">, X..., Evolution, Relu, Record, Delay> {};
template <class Evolution, class... X>
using Net = Model<V1<Evolution, X...>, V2<Evolution, X...>, V4<Evolution, X...>, IT<Evolution, X...>>;

template <class Model> struct Subject {
  Model model;
  Tensor images = randn({16, 3, 32, 32}, at::TensorOptions(at::kFloat));
  Times times{};

  explicit Subject(bool train_tau = false)
      : model(Options{.input_dims = {3, 32, 32}, .t_recurrence = 6, .train_tau = train_tau, .seed = 1}) {}
  void step() {
    for (Parameter const& p : model.parameters()) p.tensor.mutable_grad() = Tensor{};
    measure(times, [&] { run::run(model, images, {.n_timesteps = 20}).outputs.square().mean().backward(); });
  }
};

}  // namespace

int main(int argc, char** argv) {
  int const rounds = rounds_of(argc, argv, 20);
  Subject<Net<Evolve<>>> one;
  Subject<Net<Evolve<>, Fatigue>> two;
  Subject<Net<Evolve<>, Adaptation<>>> learned;
  Subject<Net<Evolve<>, Adaptation<>>> both_learned(true);
  Subject<Net<Evolve<Euler, Feature>>> of_channels(true);
  for (int i = 0; i < rounds; ++i) one.step(), two.step(), learned.step(), both_learned.step(), of_channels.step();
  auto const print = [&](char const* name, double seconds) {
    std::printf("%-50s %7.1f ms  %.3f\n", name, 1e3 * seconds, seconds / one.times.of_cpus);
  };
  print("one state", one.times.of_cpus);
  print("two states", two.times.of_cpus);
  print("two states, a learned number", learned.times.of_cpus);
  print("two states, two learned numbers and tau", both_learned.times.of_cpus);
  print("a learned tau of each channel", of_channels.times.of_cpus);
}
