// covers: run/compiled/functions/interpolated_states.hpp
// Delays between steps: both paths give the same, with delays drawn at random.
#include <dynvision/run/run.hpp>

#include "drawn_runs.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <cstdlib>
#include <string>

using namespace property;

namespace {

constexpr auto by_compiled = [](auto&... all) { return dynvision::run::run(all...); };
constexpr auto by_tensors = [](auto&... all) { return dynvision::run::compiled_by(kernels::Backend::tensors, all...); };

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

// A seed of one's own: DYNVISION_SEED=17 runs that one alone.
template <class F> void each_seed(std::uint64_t from, std::uint64_t n, F const& f) {
  if (char const* const own = std::getenv("DYNVISION_SEED")) return f(std::strtoull(own, nullptr, 10));
  for (std::uint64_t seed = from; seed < from + n; ++seed) f(seed);
}

template <class Net, class Path = decltype(by_compiled)>
void compare(std::uint64_t seed, at::ScalarType dtype, double tolerance, Path const& path = by_compiled) {
  DrawnRun<Net> run(seed, dtype);
  INFO("seed " << seed << ": " << run.text());
  auto const expected = run.everything(by_unroll);
  agree(expected, run.everything(path), tolerance);
}

// In groups and segments: the same to rounding; segments of the same groups: to the bit.
template <class Net> void compare_pieces(std::uint64_t seed) {
  DrawnRun<Net> run(seed, at::kFloat);
  INFO("seed " << seed << ": " << run.text());
  auto const expected = run.everything(by_unroll);
  run.settings.samples_at_once = 1 + static_cast<int>(seed % 3);
  auto const kept = run.everything(by_compiled);
  agree(expected, kept, 2e-5);
  run.settings.checkpoint_timesteps = 1 + static_cast<int>(seed % 5);
  agree(kept, run.everything(by_compiled), 0);
}

}  // namespace

TEST_CASE("delays between steps: the compiled path equals the reference path", "[run][property][delays]") {
  SECTION("float64") {
    each_seed(1, 80, [](std::uint64_t seed) { compare<between::Net>(seed, at::kDouble, 1e-10); });
    each_seed(1000, 60, [](std::uint64_t seed) { compare<early::Net>(seed, at::kDouble, 1e-10); });
  }
  SECTION("float32") {
    each_seed(5000, 60, [](std::uint64_t seed) { compare<between::Net>(seed, at::kFloat, 2e-5); });
    each_seed(6000, 40, [](std::uint64_t seed) { compare<early::Net>(seed, at::kFloat, 2e-5); });
  }
  SECTION("a family") {
    each_seed(7000, 15, [](std::uint64_t seed) { compare<Family>(seed, at::kDouble, 1e-10); });
  }
  SECTION("by LibTorch's operations") {
    each_seed(2000, 30, [](std::uint64_t seed) { compare<between::Net>(seed, at::kDouble, 1e-10, by_tensors); });
  }
  SECTION("in groups, with checkpoints") {
    each_seed(3000, 30, compare_pieces<between::Net>);
    each_seed(4000, 20, compare_pieces<early::Net>);
  }
}
