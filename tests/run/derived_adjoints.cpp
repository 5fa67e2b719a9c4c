// Operations and integrations of numbers without adjoints: fused all the same, and what their derived adjoints give.
#include <dynvision/run/compiled.hpp>

#include "drawn_runs.hpp"
#include "laws/gradient.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace property;

namespace {

constexpr auto by_tensors = [](auto&... all) { return dynvision::run::compiled_by(kernels::Backend::tensors, all...); };
constexpr auto by_loops = [](auto&... all) { return dynvision::run::compiled(all...); };

template <class Path> void compare(std::uint64_t seed, at::ScalarType dtype, double tolerance, Path const& path) {
  DrawnRun<derived::Net> run(seed, dtype);
  INFO("seed " << seed << ": " << run.text());
  auto const expected = run.everything(by_unroll);
  agree(expected, run.everything(path), tolerance);
}

}  // namespace

TEST_CASE("what has no adjoint is fused", "[run][dual]") {
  STATIC_REQUIRE(run::PointwiseOperation<derived::NakaRushton>);
  STATIC_REQUIRE(kernels::CombineFunctor<derived::Divisive>);
  STATIC_REQUIRE(kernels::Map<derived::NakaRushtonOfOne>::needs() == kernels::Needs::input);
  STATIC_REQUIRE(!kernels::Combine<derived::Divisive>::additive());
  STATIC_REQUIRE(run::is_role<derived::Softsign>);
}

TEST_CASE("derived adjoints: the compiled path equals the reference path", "[run][property][dual]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    compare(seed, at::kDouble, 1e-10, by_loops);
    compare(seed, at::kFloat, 2e-5, by_loops);
  }
  for (std::uint64_t seed = 41; seed <= 60; ++seed) compare(seed, at::kDouble, 1e-10, by_tensors);
}

TEST_CASE("derived adjoints: gradients of the compiled path are those of finite differences", "[run][dual]") {
  derived::Net net({.input_dims = {2, 6, 5},
                    .t_feedforward = 2,
                    .t_recurrence = 4,
                    .t_feedback = 4,
                    .t_skip = 2,
                    .train_tau = true,
                    .seed = 3,
                    .dtype = at::kDouble});
  std::vector<Tensor> inputs{normal({2, 2, 6, 5}, 1)};
  for (Parameter p : net.parameters()) {
    if (!p.learned) continue;
    if (p.tensor.dim() > 0) assign(p.tensor, normal(p.tensor.sizes(), 7).mul(0.4));
    inputs.push_back(p.tensor);
  }
  auto const outputs = [&] { return run::compiled(net, inputs[0], {.n_timesteps = 8}).outputs; };
  CHECK(gradient_error(outputs, inputs) < 1e-6);
}
