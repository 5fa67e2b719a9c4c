// covers: operations/delay_by.hpp
// Feedforward delays between steps: both paths give the same, with delays drawn at random.
#include "comparisons.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace property;

namespace {

struct Family : DyRCNNx2<Pointwise, FeedforwardDelay<LearnedDelay<Feature>>, Feedback<>> {
  Family(Options options)
      : DyRCNNx2<Pointwise, FeedforwardDelay<LearnedDelay<Feature>>, Feedback<>>(
            whole_but_forward(std::move(options))) {}
  static Options whole_but_forward(Options options) {
    for (auto* t : {&options.t_recurrence, &options.t_skip, &options.t_feedback}) *t = whole(*t, options.dt);
    return options;
  }
  static constexpr int image_channels = 1;
  static constexpr bool has_delays_between_steps = true, hands_on_between_steps = true;
};

}  // namespace

TEST_CASE("feedforward delays between steps: both paths", "[run][property][delays]") {
  compare_in_every_way<handed::Net>(5e-5);
}

TEST_CASE("feedforward delays between steps: layers that fall silent", "[run][property][delays]") {
  compare_in_every_way<handed_oddly::Silent>(5e-5);
}

TEST_CASE("feedforward delays between steps: operations step by step", "[run][property][delays]") {
  compare_in_every_way<handed_oddly::Net>(5e-5);
}

TEST_CASE("feedforward delays between steps: a family", "[run][property][delays]") {
  each_seed(
      8000, [](std::uint64_t seed) { compare<Family>(seed, at::kDouble, 1e-10); }, 15);
}
