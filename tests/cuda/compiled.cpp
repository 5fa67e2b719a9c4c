// The compiled path on a GPU gives what the reference path gives on the CPU; its kernels what LibTorch's operations give.
#include <dynvision/run/compiled.hpp>

#include "device.hpp"
#include "run/drawn_runs.hpp"
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace property;

namespace {

template <class T> constexpr bool is_pipeline = false;
template <class... Roles> constexpr bool is_pipeline<kernels::Pipeline<Roles...>> = true;

// Whether every pipeline of a model has its kernels.
template <class P> bool available() {
  if constexpr (is_pipeline<P>) {
    kernels::PipelineLauncher const& kernel = kernels::pipeline_launcher<P>;
    return kernel.forward != nullptr && kernel.reverse != nullptr && kernel.workspace != nullptr;
  } else {
    return true;
  }
}
template <class... Stages> bool all_available(std::tuple<Stages...> const*);
template <class One> bool all_available(One const*) { return available<One>(); }
template <class... Stages> bool all_available(std::tuple<Stages...> const*) {
  return (all_available(static_cast<Stages const*>(nullptr)) && ...);
}

// Whether the same run with parameters that are rounded differently gives the same: no response lies at the kink of a
// nonlinearity or is one of two equal ones that are pooled. Convolutions of a GPU round differently.
template <class Net>
bool well_conditioned(Everything const& expected, std::uint64_t seed, at::ScalarType dtype, double tolerance) {
  double const rounding = dtype == at::kDouble ? 1e-15 : 2e-7;
  for (std::uint64_t draw = 1; draw <= 3; ++draw) {
    DrawnRun<Net> rounded(seed, dtype);
    {
      at::AutoGradMode const no_gradient(false);
      for (Parameter const& p : rounded.net.parameters()) {
        if (p.learned) p.tensor.mul_(normal(p.tensor.sizes().vec(), draw, dtype).mul(rounding).add(1));
      }
    }
    auto const found = rounded.everything(by_unroll);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (!(relative_distance(expected[i].second, found[i].second) <= tolerance / 10)) return false;
    }
  }
  return true;
}

// Whether the run was one to compare.
template <class Net> bool compare(std::uint64_t seed, at::ScalarType dtype, double tolerance) {
  DrawnRun<Net> run(seed, dtype);
  INFO("seed " << seed << ": " << run.text());
  auto const expected = run.everything(by_unroll);
  if (!well_conditioned<Net>(expected, seed, dtype, tolerance)) return false;
  run.to(at::kCUDA);
  for (kernels::Backend const backend : {kernels::Backend::device, kernels::Backend::tensors}) {
    CAPTURE(backend);
    auto const path = [&](auto&... all) { return dynvision::run::compiled_by(backend, all...); };
    agree(expected, run.everything(path), tolerance);
  }
  return true;
}

template <class Net> void compare_repeated(std::uint64_t seed) {
  DrawnRun<Net> run(seed, at::kFloat);
  run.to(at::kCUDA);
  auto const path = [&](auto&... all) { return dynvision::run::compiled(all...); };
  auto const once = run.everything(path), again = run.everything(path);
  // Outputs and responses: what comes after a convolution's gradient depends on cuDNN.
  for (std::size_t i = 0; i < once.size(); ++i) {
    if (once[i].first.starts_with("gradient")) continue;
    INFO(once[i].first);
    CHECK(relative_distance(once[i].second.cpu(), again[i].second.cpu()) == 0);
  }
}

}  // namespace

TEMPLATE_TEST_CASE("a .cu file that names a model makes its kernels available", "[cuda]", rich::Net, deep::Net,
                   derived::Net, family::Net) {
  CHECK(all_available(static_cast<typename run::LayerPipelines<TestType>::type const*>(nullptr)));
  CHECK(kernels::pooling_launcher.forward != nullptr);
  CHECK(kernels::pooling_launcher.adjoint != nullptr);
  CHECK(kernels::resize_launcher.forward != nullptr);
  CHECK(kernels::resize_launcher.adjoint != nullptr);
}

// odd, orders and noisy have no .cu file: LibTorch's operations.
TEMPLATE_TEST_CASE("on a GPU the compiled path equals the reference path on the CPU", "[cuda][property]", rich::Net,
                   deep::Net, family::Net, derived::Net, odd::Net, orders::Net, noisy::Net) {
  SKIP_WITHOUT_DEVICE();
  int n_double = 0, n_float = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) n_double += compare<TestType>(seed, at::kDouble, 1e-9);
  for (std::uint64_t seed = 101; seed <= 120; ++seed) n_float += compare<TestType>(seed, at::kFloat, 1e-4);
  CHECK(n_double >= 15);
  CHECK(n_float >= 10);
}

TEST_CASE("a GPU draws the numbers that a CPU draws", "[cuda]") {
  CHECK(kernels::normal_launcher.draw != nullptr);
  SKIP_WITHOUT_DEVICE();
  NoiseSource const source(3, 1);
  for (std::int64_t const channels : {1, 5, 36}) {
    std::vector<std::int64_t> const sizes{3, channels, 17, 9};
    Tensor const here = source.numbers(noise_place(2), 11, sizes, at::TensorOptions(at::kFloat), 5);
    Tensor const there = source.numbers(noise_place(2), 11, sizes, at::TensorOptions(at::kFloat).device(at::kCUDA), 5);
    CHECK(relative_distance(here, there.cpu()) < 2e-6);
  }
}

TEST_CASE("on a GPU a run can be repeated", "[cuda]") {
  SKIP_WITHOUT_DEVICE();
  for (std::uint64_t seed = 1; seed <= 5; ++seed) compare_repeated<rich::Net>(seed);
}

TEST_CASE("on a GPU bfloat16 signals are near the exact ones", "[cuda]") {
  SKIP_WITHOUT_DEVICE();
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    DrawnRun<rich::Net> run(seed, at::kFloat);
    auto const expected = run.everything([&](auto&... all) { return dynvision::run::compiled(all...); });
    run.to(at::kCUDA);
    run.settings.compute_bfloat16 = true;
    auto const found = run.everything([&](auto&... all) { return dynvision::run::compiled(all...); });
    CHECK(relative_distance(expected[0].second, found[0].second.cpu()) < 0.05);
  }
}
