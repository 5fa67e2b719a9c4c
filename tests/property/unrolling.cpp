// Biological time is engineering time, shifted (semantics 6.4): with d = t_feedforward/dt steps from layer to layer,
//
//   r_l(t) = r_l^eng(t - l d)     if t_skip = t_skip^eng + j t_feedforward and t_feedback = t_feedback^eng - j t_feedforward
//
// for connections over j layers. Outputs come (number of layers) d steps later, loss and gradients are the same.
#include <dynvision/losses/cross_entropy.hpp>
#include <dynvision/run/trial.hpp>

#include "models.hpp"
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace property;

namespace {

// A model in two layers' distance for every connection: one number t_skip, one t_feedback.
struct A : Layer<"A", Conv<image_channels, 3, 3>, Recur<Full<3>>, AddFeedback<"C">, Evolve<Euler>, Relu, Record, Delay,
                 MaxPool<3, 2>> {};
struct B
    : Layer<"B", Conv<3, 4, 3>, Recur<Local<4>>, AddFeedback<"D", Multiplicative>, Evolve<Euler>, Relu, Record, Delay> {
};
struct C : Layer<"C", Conv<4, 3, 3, 2>, Recur<Pointwise<3>>, AddSkip<"A">, Evolve<Euler>, Relu, Record, Delay> {};
struct D : Layer<"D", Conv<3, 2, 3>, Recur<Self<2>>, AddSkip<"B", Multiplicative>, Evolve<Euler>, Relu, Record, Delay> {
};
struct FourLayers : Model<A, B, C, D> {
  FourLayers(Options options) : Model<A, B, C, D>(std::move(options)) {}
  static constexpr int image_channels = 3, distance = 2;
};
struct ThreeLayers : deep::Net {
  using deep::Net::Net;
  static constexpr int distance = 2;
};
struct TwoLayers : family::Net {
  using family::Net::Net;
  static constexpr int distance = 1;
};

using Nets = std::tuple<FourLayers, ThreeLayers, TwoLayers>;

std::vector<Tensor> gradients(Parameters const& parameters) {
  std::vector<Tensor> all;
  for (Parameter p : parameters) {
    if (!p.learned) continue;
    all.push_back(p.tensor.grad());
    p.tensor.mutable_grad() = Tensor{};
  }
  return all;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("biological time is engineering time, shifted", "[property]", Nets) {
  every(TestType::distance == 1 ? 5 : 12, [](Dice& dice) {
    Drawn<TestType> drawn(dice);
    Options engineering = drawn.net.options;
    int const d = drawn.dice.between(1, 3), j = TestType::distance;
    // what remains of the feedback delay must be at least a step
    engineering.t_feedback = engineering.dt * (j * d + drawn.dice.between(1, 4));
    Options biological = engineering;
    biological.t_feedforward = d * engineering.dt;
    biological.t_skip = engineering.t_skip + j * biological.t_feedforward;
    biological.t_feedback = engineering.t_feedback - j * biological.t_feedforward;

    TestType slow(biological), fast(engineering);
    randomise_model(fast, drawn.dice.seed());
    copy_parameters(fast, slow);
    drawn.net = slow;
    int const L = TestType::n_layers, T = drawn.n_timesteps, shift = slow.n_residual_timesteps();
    drawn.must(shift == L * d, "outputs come " + std::to_string(shift) + " steps later");
    drawn.must(fast.n_residual_timesteps() == 0, "a delay in engineering time");

    std::vector<std::int64_t> classes;
    for (int b = 0; b < drawn.batch; ++b) classes.push_back(drawn.dice.between(0, engineering.n_classes - 1));
    Tensor const labels = indices(classes, drawn.images);
    run::TrialSettings settings{.n_timesteps = T, .dt = engineering.dt};
    settings.presentation.pattern = drawn.dice.of(std::vector<std::string>{"1", "101", "10"});
    settings.presentation.loss_reaction_time = drawn.dice.coin() ? 0 : engineering.dt * 1.5;
    settings.non_input_value = drawn.dice.coin() ? 0 : 0.4;
    auto const trial = run::make_trial(drawn.images, labels, settings);
    settings.n_residual_timesteps = shift;
    auto const later = run::make_trial(drawn.images, labels, settings);
    drawn.must(later.stimulus.n_timesteps() == T + shift, "the length of the later trial");

    auto const a = run::unroll(fast, trial.stimulus, {.record = true});
    auto const b = run::unroll(slow, later.stimulus, {.record = true});
    for (int l = 0; l < L; ++l) {
      auto const &x = a.responses[static_cast<std::size_t>(l)].steps,
                 &y = b.responses[static_cast<std::size_t>(l)].steps;
      for (int t = 0; t < T + l * d; ++t) {
        Signal const expected = t < l * d ? Signal{} : x[static_cast<std::size_t>(t - l * d)];
        drawn.must_be_near(distance(y[static_cast<std::size_t>(t)], expected), 1e-11,
                           "layer " + std::to_string(l) + " at step " + std::to_string(t));
      }
    }
    drawn.must_be_near(b.outputs.narrow(1, 0, shift).abs().max().template item<double>(), 0,
                       "outputs before the shift");
    drawn.must_be_near(distance(b.outputs.narrow(1, shift, T), a.outputs), 1e-11, "outputs");

    CrossEntropy const loss;
    Tensor const first = loss(a.outputs, trial.labels), second = loss(b.outputs, later.labels);
    drawn.must_be_near(distance(first, second), 1e-12, "the loss");
    first.backward();
    std::vector<Tensor> const expected = gradients(fast.parameters());
    second.backward();
    std::vector<Tensor> const found = gradients(slow.parameters());
    drawn.must(found.size() == expected.size(), "the number of gradients");
    for (std::size_t i = 0; i < found.size(); ++i) {
      // a connection that is too slow to arrive may have no gradient in one of the two and zeros in the other
      Tensor const like = expected[i].defined() ? expected[i] : found[i];
      if (!like.defined()) continue;
      Tensor const none = zeros(like.sizes(), like.options());
      drawn.must_be_near(distance(found[i].defined() ? found[i] : none, expected[i].defined() ? expected[i] : none),
                         1e-10, "gradient " + std::to_string(i));
    }
  });
}
