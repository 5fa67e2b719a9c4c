// A published network as a model type: its numbers, its areas, and the policies that others may change.
// Here: a network with bottom-up and lateral connections after Spoerer, McClure & Kriegeskorte 2017 ("BL"), without its
// local response normalisation.
#include <dynvision/analysis/diagram.hpp>
#include <dynvision/connections/full.hpp>
#include <dynvision/connections/self.hpp>
#include <dynvision/families/ordered_layer.hpp>
#include <dynvision/families/recurrent_convolution.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/run/unroll.hpp>

#include <cstdio>

using namespace dynvision;

// [numbers]
struct BLOptions {  // the published numbers are the defaults
  int n_classes = 10;
  std::array<int, 3> input_dims = {1, 32, 32};  // (C,H,W)
  double dt = 10;                               // [ms] a sweep through the network
  double t_recurrence = 10;                     // [ms] one sweep
  std::optional<std::uint64_t> seed{};

  Options options() const {
    return {.n_classes = n_classes, .input_dims = input_dims, .dt = dt, .t_recurrence = t_recurrence, .seed = seed};
  }
};
// [/numbers]

// [areas]
namespace bl {

// A default for each kind of policy that the model takes; without one a policy is refused when it is compiled.
using Defaults = List<ToOutput, Additive, NoSolver, Relu>;

template <class Choice, int In>
using Operations = join<decltype(single_convolution<Choice, In, 32, 3, 1>()),  // convolution and recurrence
                        Evolved<typename Choice::solver>,                      // nothing with NoSolver
                        List<typename Choice::nonlinearity, Record, Delay, MaxPool<2, 2, 0>>>;

template <class C> struct Layer1 : LayerOf<"layer1", Operations<C, image_channels>>::type {};
template <class C> struct Layer2 : LayerOf<"layer2", Operations<C, 32>>::type {};
template <class C> using Areas = ModelWith<LinearHead<As<"readout">>, Layer1<C>, Layer2<C>>;

}  // namespace bl
// [/areas]

// [model]
template <template <int...> class Recurrence = Full, class... Policies>
struct BL : bl::Areas<ChoiceOf<bl::Defaults, Recurrence, Policies...>> {
  static constexpr std::string_view model_name = "BL";
  using Base = bl::Areas<ChoiceOf<bl::Defaults, Recurrence, Policies...>>;

  BL(BLOptions const& numbers = {}) : Base(numbers.options()) {}  // NOLINT: implicit on purpose
};
// [/model]

int main() {
  // [use]
  BL<> published;
  BL<Self, Tanh, Euler> other({.n_classes = 5, .input_dims = {3, 32, 32}});
  // [/use]

  // [look]
  std::printf("%s", summary(published).c_str());
  Diagram const picture = diagram(published);  // picture.svg, picture.dot
  // [/look]
  std::printf("\nthe picture has %zu characters\n", picture.svg.size());

  // [names]
  for (Parameter const& p : published.parameters()) std::printf("%s\n", p.name.c_str());
  // [/names]
  Tensor const outputs = run::unroll(published, randn({2, 1, 32, 32}), {.n_timesteps = 4}).outputs;
  std::printf("outputs (B,T,K): %s\n", shape_text(outputs.sizes()).c_str());
  return !run::unroll(other, randn({1, 3, 32, 32}), {.n_timesteps = 2}).outputs.defined();
}
