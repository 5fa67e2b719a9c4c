// covers: run/blocks.hpp
// covers: run/block_signal.hpp
// The time loop in blocks gives what the time loop step by step gives: outputs, responses, monitored signals, gradients.
#include <dynvision/run/blocks.hpp>
#include <dynvision/run/trial.hpp>

#include "property/models.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace property;

namespace {

run::Stimulus stimulus_of(Dice& dice, Tensor const& images, int n_timesteps) {
  switch (dice.between(0, 3)) {
    case 0:
      return run::present(images, n_timesteps);
    case 1: {  // a still image with blanks
      std::vector<bool> mask;
      for (int t = 0; t < n_timesteps; ++t) mask.push_back(dice.coin());
      return run::present(images, n_timesteps, 0.3).masked(mask).then_blank(dice.between(0, 2));
    }
    case 2: {  // nothing at first, then the image
      run::Stimulus late = run::present(images, n_timesteps);
      for (int t = 0; t < dice.between(0, n_timesteps - 1); ++t) late.shown[static_cast<std::size_t>(t)] = run::nothing;
      return late;
    }
    default: {  // a movie
      std::vector<Tensor> frames;
      for (int t = 0; t < n_timesteps; ++t) frames.push_back(images.mul(dice.real(-1, 1)));
      return run::present(stack(frames, 1), n_timesteps);
    }
  }
}

// Everything a run gives, and all gradients of a loss over all of it.
std::vector<Tensor> everything(run::Activity const& activity, Parameters const& parameters) {
  std::vector<Tensor> all{activity.outputs.detach()};
  Tensor loss = activity.outputs.square().sum();
  for (auto const* traces : {&activity.responses, &activity.monitored}) {
    for (run::Trace const& trace : *traces) {
      Tensor const steps = trace.stacked();
      if (!steps.defined()) continue;
      all.push_back(steps.detach());
      loss = loss.add(steps.sin().sum());
    }
  }
  if (loss.requires_grad()) loss.backward();
  for (Parameter const& p : parameters) {
    if (!p.learned) continue;
    all.push_back(p.tensor.grad().defined() ? p.tensor.grad().clone() : zeros({}));
    p.tensor.mutable_grad() = Tensor{};
  }
  return all;
}

template <class Net> void check_seed(std::uint64_t seed) {
  Drawn<Net> drawn(seed);
  Dice& dice = drawn.dice;
  if (dice.coin()) {
    Options options = drawn.net.options;
    options.t_feedforward = options.dt * dice.between(0, 2);
    options.train_tau = true;
    drawn.net = Net(options);
    randomise_model(drawn.net, seed);
  }
  run::Settings const settings{.idle_timesteps = dice.between(0, 4),
                               .truncated_bptt_timesteps = dice.coin() ? dice.between(1, 5) : 0,
                               .feedforward_only = dice.between(0, 5) == 0,
                               .record = true,
                               .monitor = {"layer", "tstep"}};
  run::Stimulus const stimulus = stimulus_of(dice, drawn.images, drawn.n_timesteps);
  Parameters const parameters = drawn.net.parameters();
  std::vector<Tensor> const expected = everything(run::unroll(drawn.net, stimulus, settings), parameters);
  std::vector<Tensor> const found = everything(run::blocks(drawn.net, stimulus, settings), parameters);
  INFO("seed " << seed);
  REQUIRE(expected.size() == found.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    double const size = std::max(1.0, expected[i].abs().max().template item<double>());
    CHECK(distance(expected[i], found[i]) <= 1e-10 * size);
  }
}

struct Fatigue {  // a user's operation that reads the newest state
  Signal operator()(Signal const& x, Moment& now) const {
    Signal const r = now.memory().past(1);
    return x.defined() && r.defined() ? x.sub(r, 0.3) : x;
  }
};
struct Tired : Layer<"tired", Conv<2, 3, 3>, Recur<Full<3>>, Fatigue, Evolve<Euler>, Relu, Record, Delay> {};
struct TiredNet : Model<Tired> {
  TiredNet(Options options) : Model<Tired>(std::move(options)) {}
  static constexpr int image_channels = 2;
};

}  // namespace

TEST_CASE("blocks equal single steps", "[property]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    check_seed<rich::Net>(seed);
    check_seed<deep::Net>(1000 + seed);
    check_seed<family::Net>(2000 + seed);
    check_seed<TiredNet>(3000 + seed);
  }
}

TEST_CASE("a block is as long as the shortest lateral or feedback delay", "[property]") {
  rich::Net net(Options{.input_dims = {2, 0, 0}, .dt = 1, .t_recurrence = 4, .t_feedback = 3});
  CHECK(run::block_length(net, false, 50) == 3);
  CHECK(run::block_length(net, true, 50) == 50);
  rich::Net near(Options{.input_dims = {2, 0, 0}, .dt = 1, .t_recurrence = 0, .t_feedback = 3});
  CHECK(run::block_length(near, false, 50) == 1);
}
