// covers: run/compiled/sweep/storage.hpp
// Memory of whole runs: what is kept in bfloat16 leaves results as they are and gradients near them; a training step needs
// little beside what it keeps.
#include <dynvision/run/plan.hpp>

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include "drawn_runs.hpp"
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdlib>

using namespace property;

namespace {

constexpr auto by_compiled = [](auto&... all) { return dynvision::run::compiled(all...); };
constexpr auto by_tensors = [](auto&... all) { return dynvision::run::compiled_by(kernels::Backend::tensors, all...); };

double norm_of(Tensor const& x) { return x.to(at::kDouble).square().sum().item<double>(); }

// Results are the same numbers. Gradients: the distance of all of them, to their length.
double distance_of_gradients(Everything const& expected, Everything const& found) {
  REQUIRE(expected.size() == found.size());
  double apart = 0, length = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    auto const& [name, x] = expected[i];
    INFO(name);
    if (name.starts_with("gradient of")) {
      apart += norm_of(x.sub(found[i].second)), length += norm_of(x);
    } else {
      CHECK(x.equal(found[i].second));
    }
  }
  return std::sqrt(apart / std::max(length, 1e-30));
}

template <class Net, class Path> double compare_stored(std::uint64_t seed, Path const& path) {
  DrawnRun<Net> run(seed, at::kFloat);
  INFO("seed " << seed << ": " << run.text());
  auto const expected = run.everything(path);
  run.settings.store_bfloat16 = true;
  auto const stored = run.everything(path);
  double const apart = distance_of_gradients(expected, stored);
  run.settings.checkpoint_timesteps = 1 + static_cast<int>(seed % 4);
  agree(stored, run.everything(path), 0);
  return apart;
}

template <class Net, class Path> void compare_stored(std::uint64_t from, int n, Path const& path, double most) {
  if (char const* const chosen = std::getenv("DYNVISION_SEED")) from = std::strtoull(chosen, nullptr, 10), n = 1;
  double largest = 0;
  for (int i = 0; i < n; ++i) {
    double const apart = compare_stored<Net>(from + static_cast<std::uint64_t>(i), path);
    INFO("seed " << from + static_cast<std::uint64_t>(i));
    CHECK(apart <= most);
    largest = std::max(largest, apart);
  }
  UNSCOPED_INFO("at most " << largest);
  CHECK(largest > 0);  // it is in bfloat16
}

// Bytes of the CPU that tensors of this thread hold, at most.
class Highest : public c10::MemoryReportingInfoBase {
 public:
  std::int64_t now = 0, most = 0;
  void reportMemoryUsage(void*, std::int64_t size, std::size_t, std::size_t, c10::Device) override {
    now += size, most = std::max(most, now);
  }
  bool memoryProfilingEnabled() const override { return true; }
};

template <class Net> double highest(Net& net, Tensor const& images, run::Settings const& settings) {
  for (Parameter const& p : net.parameters()) p.tensor.mutable_grad() = Tensor{};
  auto const held = std::make_shared<Highest>();
  c10::DebugInfoGuard const reports(c10::DebugInfoKind::PROFILER_STATE, held);
  run::compiled(net, images, settings).outputs.square().sum().backward();
  return static_cast<double>(held->most);
}

}  // namespace

TEST_CASE("kept in bfloat16 results stay what they are and gradients are near", "[run][property]") {
  compare_stored<rich::Net>(1, 30, by_compiled, 0.06);
  compare_stored<deep::Net>(1000, 15, by_compiled, 0.06);
  compare_stored<odd::Net>(3000, 30, by_compiled, 0.06);
  compare_stored<orders::Net>(4000, 30, by_compiled, 0.06);
  compare_stored<wide::Net>(10000, 5, by_compiled, 0.06);
  compare_stored<between::Net>(12000, 30, by_compiled, 0.06);
  compare_stored<handed::Net>(13000, 30, by_compiled, 0.06);
  compare_stored<orders::Net>(4000, 10, by_tensors, 0.06);
}

TEST_CASE("a training step needs little beside what it keeps", "[run]") {
  DyRCNNx4<> net(Options{.input_dims = {3, 32, 32}, .t_recurrence = 6, .seed = 1});
  Tensor const images = normal({16, 3, 32, 32}, 1, at::kFloat);
  auto const step = [&](run::Settings const& settings) {
    run::Plan const plan = run::plan(net, {16, 3, 32, 32}, settings);
    double const found = highest(net, images, settings);
    INFO(plan.text() << "; " << found / 1e6 << " MB at most");
    CHECK(found > plan.kept_bytes);
    CHECK(std::abs(plan.peak_bytes - found) <= 0.3 * found);  // scratch depends on the CPU and on the threads
    return found;
  };
  double const states = 65088.0 * 4 * 16 * 20;
  run::Settings settings{.n_timesteps = 20};
  CHECK(step(settings) <= 1.5 * states);
  settings.store_bfloat16 = true;
  CHECK(step(settings) <= 1.1 * states);
  settings.checkpoint_timesteps = 5;
  step(settings);
  settings.store_bfloat16 = false;
  step(settings);
}
