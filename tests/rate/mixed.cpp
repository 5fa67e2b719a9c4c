// covers: rate/rest.hpp
// Areas of images in front of an area of rates, as one model: both paths, in every way, with feedback from rates to images.
#include <dynvision/rate/rate_layer.hpp>
#include <dynvision/rate/rest.hpp>

#include "run/comparisons.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace property;

namespace {

namespace mixed {
struct V1 : Layer<"V1", Conv<image_channels, 4, 3, 2>, Recur<Full<4>>, AddFeedback<"decision">, AddInput, Evolve<Euler>,
                  Relu, Record, Delay> {};
struct V2 : Layer<"V2", Conv<4, 5, 3>, Evolve<Euler>, Tanh, Record, Delay, AdaptiveAvgPool<1>> {};
struct Decision : RateLayer<"decision", 5, 10, Sigmoid, LearnedStart, WithNoise<StationaryDrive>,
                            Recurrent<Masked<NoAutapses>, Dale<>>> {};
struct Net : Model<V1, V2, Decision> {
  Net(Options options) : Model<V1, V2, Decision>(std::move(options)) {}
  run::State start() const { return rate::at_rest(*this); }
  static constexpr int image_channels = 2;
};
}  // namespace mixed

}  // namespace

TEST_CASE("areas of images and of rates are one model, on both paths", "[rate][property]") {
  each_seed(
      1, [](std::uint64_t seed) { compare<mixed::Net>(seed, at::kDouble, 1e-10); }, 20);
  each_seed(
      2000, [](std::uint64_t seed) { compare<mixed::Net>(seed, at::kDouble, 1e-10, by_tensors); }, 6);
  each_seed(
      3000, [](std::uint64_t seed) { compare<mixed::Net>(seed, at::kFloat, 2e-5); }, 6);
  each_seed(
      4000, [](std::uint64_t seed) { compare_checkpoints<mixed::Net>(seed); }, 6);
  each_seed(
      5000, [](std::uint64_t seed) { compare_groups<mixed::Net>(seed); }, 6);
  each_seed(
      6000, [](std::uint64_t seed) { compare_pieces<mixed::Net>(seed, at::kDouble, 1e-10); }, 6);
}

TEST_CASE("rates behind images begin at rest, whatever the size of the images", "[rate]") {
  at::AutoGradMode const no_gradient(false);
  for (auto const& dims : {std::array{2, 0, 0}, std::array{2, 8, 8}}) {
    mixed::Net const net(Options{.input_dims = dims, .seed = 1, .dtype = at::kDouble});
    tensor_of(net.parameters(), "decision.start").copy_(normal({10}, 3));
    run::State const start = net.start();
    CHECK(distance(start.response("decision"),
                   tensor_of(net.parameters(), "decision.start").sigmoid().view({1, 10, 1, 1})) < 1e-14);
    CHECK(!start.response("V1").defined());
    CHECK(run::run(net, normal({2, 2, 8, 8}, 4), {.n_timesteps = 3}).outputs.size(1) == 3);
  }
}
