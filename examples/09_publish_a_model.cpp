// A published network as a model type: its numbers, its areas, and the policies that others may change.
// Here: a network with bottom-up and lateral connections after Spoerer, McClure & Kriegeskorte 2017 ("BL"), without its
// local response normalisation.
//
//   cmake --build build --target example.09_publish_a_model && build/examples/09_publish_a_model
#include <dynvision/analysis/diagram.hpp>
#include <dynvision/connections/full.hpp>
#include <dynvision/connections/self.hpp>
#include <dynvision/families/area.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/run/run.hpp>

#include <cstdio>

using namespace dynvision;

// [areas]
namespace bl {

using namespace families;

// A default for each kind of policy that the model takes; without one a policy is refused when it is compiled.
using Defaults = List<ToOutput, Additive, NoSolver, Relu>;

template <class C>
struct Layer1 : Area<"layer1", C, Convolution<C, image_channels, 32, 3>, Step<C>, Nonlinearity<C>, Record, Delay,
                     MaxPool<2, 2, 0>> {};
template <class C>
struct Layer2
    : Area<"layer2", C, Convolution<C, 32, 32, 3>, Step<C>, Nonlinearity<C>, Record, Delay, MaxPool<2, 2, 0>> {};

template <class C> using Areas = ModelWith<LinearHead<As<"readout">>, Layer1<C>, Layer2<C>>;

}  // namespace bl
// [/areas]

// [model]
template <template <int...> class Recurrence = Full, class... Policies>
struct BL : bl::Areas<ChoiceOf<bl::Defaults, Recurrence, Policies...>> {
  static constexpr std::string_view model_name = "BL";
  using Base = bl::Areas<ChoiceOf<bl::Defaults, Recurrence, Policies...>>;

  static Options published() {  // dt: one sweep through the network [ms]
    return {.input_dims = {1, 32, 32}, .dt = 10, .tau = 10, .t_recurrence = 10};
  }
  BL(Options const& given = {}) : Base(given.over(published())) {}  // NOLINT: implicit on purpose
};
// [/model]

// [equation]
static_assert(std::is_same_v<
              bl::Layer1<ChoiceOf<bl::Defaults, Full>>::operations,
              List<Conv<image_channels, 32, 3>, Recur<Full<32, 3>, Additive>, Relu, Record, Delay, MaxPool<2, 2, 0>>>);
// [/equation]

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
  Tensor const outputs = run::run(published, randn({2, 1, 32, 32}), {.n_timesteps = 4}).outputs;
  std::printf("outputs (B,T,K): %s\n", shape_text(outputs.sizes()).c_str());
  return !run::run(other, randn({1, 3, 32, 32}), {.n_timesteps = 2}).outputs.defined();
}
