// covers: run/compiled/functions/interpolated_states.hpp
// Delays between steps: both paths give the same, with delays drawn at random.
#include "comparisons.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <vector>

using namespace property;

namespace {

// A family takes the policy for its lateral connections.
Options whole_skips(Options options) {
  options.t_skip = std::round(options.t_skip / options.dt) * options.dt;
  options.t_feedback = std::round(options.t_feedback / options.dt) * options.dt;
  return options;
}
struct Family : DyRCNNx2<DepthPointwise, ToInput, LearnedDelay<Feature>, Feedback<>> {
  Family(Options const& options)
      : DyRCNNx2<DepthPointwise, ToInput, LearnedDelay<Feature>, Feedback<>>(whole_skips(options)) {}
  static constexpr int image_channels = 1;
  static constexpr bool has_delays_between_steps = true;
};

// Segments of the same groups: to the bit.
template <class Net> void compare_segments(std::uint64_t seed) {
  DrawnRun<Net> run(seed, at::kFloat);
  INFO("seed " << seed << ": " << run.text());
  auto const expected = run.everything(by_unroll);
  run.settings.samples_at_once = 1 + static_cast<int>(seed % 3);
  auto const kept = run.everything(by_compiled);
  agree(expected, kept, 2e-5);
  run.settings.checkpoint_timesteps = 1 + static_cast<int>(seed % 5);
  agree(kept, run.everything(by_compiled), 0);
}

template <class Net> void cut_in_seven_places(std::uint64_t seed) {
  DrawnRun<Net> run(seed, at::kDouble);
  run.settings.truncated_bptt_timesteps = 0;  // it counts from each start
  int const T = run.stimulus.n_timesteps();
  if (T < 8) return;
  INFO("seed " << seed << ": " << run.text());
  std::vector<int> lengths(8, 1);
  lengths[2] += T - 8;
  auto const whole = run.everything(by_unroll);
  agree(whole, run.everything(in_pieces(by_unroll, lengths)), 1e-10);
  agree(whole, run.everything(in_pieces(by_compiled, lengths)), 1e-10);
}

}  // namespace

TEST_CASE("delays between steps: the compiled path equals the reference path", "[run][property][delays]") {
  SECTION("float64") {
    each_seed(
        1, [](std::uint64_t seed) { compare<between::Net>(seed, at::kDouble, 1e-10); }, 80);
    each_seed(1000, [](std::uint64_t seed) { compare<early::Net>(seed, at::kDouble, 1e-10); });
  }
  SECTION("float32") {
    each_seed(5000, [](std::uint64_t seed) { compare<between::Net>(seed, at::kFloat, 5e-5); });
    each_seed(
        6000, [](std::uint64_t seed) { compare<early::Net>(seed, at::kFloat, 1e-4); }, 40);
  }
  SECTION("a family") {
    each_seed(
        7000, [](std::uint64_t seed) { compare<Family>(seed, at::kDouble, 1e-10); }, 15);
  }
  SECTION("by LibTorch's operations") {
    each_seed(
        2000, [](std::uint64_t seed) { compare<between::Net>(seed, at::kDouble, 1e-10, by_tensors); }, 30);
  }
}

TEST_CASE("delays between steps: groups, checkpoints, pieces", "[run][property][delays]") {
  each_seed(3000, compare_segments<between::Net>, 30);
  each_seed(4000, compare_segments<early::Net>, 20);
  each_seed(8000, cut_in_seven_places<between::Net>, 30);
  each_seed(9000, cut_in_seven_places<early::Net>, 20);
}
