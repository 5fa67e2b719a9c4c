// covers: experiments/recording/recorder.hpp experiments/recording/neuroids.hpp
#include <dynvision/dyrcnn.hpp>
#include <dynvision/experiments/recording/recorder.hpp>
#include <dynvision/records/process_memory.hpp>
#include <dynvision/variants/any_model_of.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace dynvision;
using namespace dynvision::experiments;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

using Net = DyRCNNx2<>;
Net net() { return Net({.n_classes = 5, .input_dims = {1, 12, 12}, .dt = 2, .tau = 5, .seed = 3}); }
Tensor images(std::int64_t n) {
  Tensor x = full({n, 1, 12, 12}, 0);
  for (std::int64_t i = 0; i < x.numel(); ++i)
    x.mutable_data_ptr<float>()[i] = static_cast<float>((i * 7919) % 101) / 50.0F - 1;
  return x;
}
bool same(Tensor const& a, Tensor const& b) { return a.sizes() == b.sizes() && a.equal(b); }
double largest(Tensor const& x) { return x.abs().max().item<double>(); }
RecordingSettings settings() {
  return {
      .layers = {"layer1", "layer2"}, .bins = {{10, 30}, {7, 13}, {0, 40}}, .presentation_ms = 20, .n_timesteps = 20};
}

// The same from a run that keeps every response, binned by hand.
double binned(run::Activity const& activity, Neuroid const& unit, std::int64_t image, double begin, double end) {
  Tensor const r = unit.layer == "outputs" ? activity.outputs : activity.response(unit.layer).stacked();
  double sum = 0, weight = 0;
  for (int t = 0; t < 20; ++t) {
    double const share = std::min(end, 2.0 * t + 2) - std::max(begin, 2.0 * t);
    if (share <= 0) continue;
    Tensor const c = r[image][t][unit.channel];
    sum += share * (c.dim() == 0 ? c : unit.y < 0 ? c.mean() : c[unit.y][unit.x]).item<double>(), weight += share;
  }
  return sum / weight;
}

}  // namespace

TEST_CASE("What is recorded are the responses of a run, binned by hand", "[recording]") {
  Net const model = net();
  at::AutoGradMode const no_gradient(false);
  Tensor const shown = images(3);
  auto stimulus = run::present(shown, 20);
  std::vector<bool> when(20, false);
  std::fill_n(when.begin(), 10, true);
  auto const activity = run::run(model, stimulus.masked(when), {.record = true});
  auto asked = settings();
  for (bool const over_space : {false, true}) {
    for (std::int64_t const n : {std::int64_t{0}, std::int64_t{4}}) {
      asked.layers = {"layer2", "outputs", "layer1"};
      asked.neuroids = {.n = n, .seed = 5, .over_space = over_space};
      auto const recorder = start_recording(model, asked);
      Tensor const rates = recorder.look_at(shown);
      std::vector<Neuroid> const units = recorder.neuroids();
      REQUIRE(rates.sizes() == at::IntArrayRef({3, static_cast<std::int64_t>(units.size()), 3}));
      CHECK(units.size() == recorder.n_neuroids());
      CHECK(rates.scalar_type() == at::kFloat);
      double worst = 0;
      for (std::size_t u = 0; u < units.size(); u += n == 0 ? 97 : 1) {
        for (std::size_t b = 0; b < 3; ++b) {
          double const mine = rates[2][static_cast<std::int64_t>(u)][static_cast<std::int64_t>(b)].item<double>();
          worst =
              std::max(worst, std::abs(mine - binned(activity, units[u], 2, asked.bins[b].start, asked.bins[b].end)));
        }
      }
      CHECK(worst < 1e-6);
    }
  }
}

TEST_CASE("A recording repeats itself, whatever the model's type and the groups of images", "[recording]") {
  Net const model = net();
  Tensor const shown = images(7);
  auto asked = settings();
  asked.neuroids = {.n = 6, .seed = 2};
  auto const recorder = start_recording(model, asked);
  Tensor const once = recorder.look_at(shown);
  CHECK(same(once, recorder.look_at(shown)));
  AnyModel const any = any_model(model);
  CHECK(same(once, start_recording(any, asked).look_at(shown)));
  asked.memory_budget = 1;
  auto const one_by_one = start_recording(model, asked);
  CHECK(one_by_one.batch_size() == 1);
  CHECK(largest(one_by_one.look_at(shown).sub(once)) < 1e-6);
  CHECK(one_by_one.neuroids() == recorder.neuroids());
  asked.neuroids.seed = 3;
  CHECK(start_recording(model, asked).neuroids() != recorder.neuroids());
}

TEST_CASE("Neuroids have the names of their units", "[recording]") {
  auto asked = settings();
  auto const all = start_recording(net(), asked).neuroids();
  CHECK(all[0] == Neuroid{"layer1.c000.y00.x00", "layer1", 0, 0, 0});
  CHECK(all[13].id == "layer1.c000.y01.x01");
  asked.neuroids.over_space = true;
  CHECK(start_recording(net(), asked).neuroids()[1] == Neuroid{"layer1.c001", "layer1", 1});
}

TEST_CASE("Time is that of the recording: scaled, and from the onset on", "[recording]") {
  Net const model = net();
  Tensor const shown = images(2);
  auto plain = settings(), scaled = settings();
  plain.bins = {{10, 30}}, plain.presentation_ms = 20;
  scaled.bins = {{130, 330}}, scaled.presentation_ms = 200, scaled.ms_per_model_ms = 10, scaled.onset_offset_ms = 30;
  Tensor const a = start_recording(model, plain).look_at(shown), b = start_recording(model, scaled).look_at(shown);
  CHECK(same(a, b));
  plain.run.idle_timesteps = 3;
  CHECK(start_recording(model, plain).look_at(shown).sizes() == a.sizes());
}

TEST_CASE("The memory of a recording does not depend on the number of images", "[recording]") {
  Net const model = net();
  auto asked = settings();
  asked.batch_size = 20;
  auto const recorder = start_recording(model, asked);
  auto const most = [&](std::int64_t n) {
    std::int64_t resident = 0;
    double sum = 0;
    recorder.look_at(
        n, [&](std::int64_t, std::int64_t count) { return images(count); },
        [&](std::int64_t, Tensor const& rates) {
          sum += rates.sum().item<double>();
          resident = std::max(resident, process_memory().resident);
        });
    CHECK(sum != 0);
    return static_cast<double>(resident);
  };
  double const few = most(200), many = most(2000);
  INFO(few << " and " << many << " bytes");
  CHECK(many < 1.05 * few);
}

TEST_CASE("What cannot be recorded is an error that says what can", "[recording]") {
  Net const model = net();
  auto const message = [&](auto change, char const* text) {
    auto asked = settings();
    change(asked);
    CHECK_THROWS_MATCHES(start_recording(model, asked), Error, MessageMatches(ContainsSubstring(text)));
  };
  message([](auto& s) { s.bins = {{70, 170}}; }, "n_timesteps of at least 85");
  message([](auto& s) { s.bins = {}; }, "no time bin");
  message([](auto& s) { s.layers = {"layer3"}; }, "layer1 | layer2");
  message([](auto& s) { s.layers = {}; }, "no layer to record");
  message([](auto& s) { s.layers = {"layer1", "layer1"}; }, "twice");
  message([](auto& s) { s.presentation_ms = 21; }, "expected 20 or 22 ms");
  message([](auto& s) { s.ms_per_model_ms = 0; }, "positive");
  message([](auto& s) { s.neuroids.n = 100000; }, "n_neuroids");
  auto const recorder = start_recording(model, settings());
  CHECK_THROWS_AS(recorder.look_at(zeros({2, 3, 12, 12})), Error);
  CHECK_THROWS_AS(recorder.look_at(zeros({0, 1, 12, 12})), Error);
}
