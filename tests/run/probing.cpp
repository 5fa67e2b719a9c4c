// covers: run/probe.hpp run/probed.hpp run/probe_place.hpp
// Probes see what monitors give, reduced, on both paths.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/plan.hpp>
#include <dynvision/run/probing.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/run/stepper.hpp>

#include "drawn_runs.hpp"
#include "io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <map>
#include <string>

using namespace property;

namespace {

constexpr auto by_compiled = [](auto&... all) { return dynvision::run::run(all...); };

// A probe of any place of the model, with any statistic.
template <class Net> run::Probe draw_probe(DrawnRun<Net>& run, int index) {
  Dice& dice = run.dice;
  Parts const parts = run.net.parts();
  std::vector<std::string_view> const layers = layer_names(parts);
  auto const i = static_cast<std::size_t>(dice.between(0, static_cast<int>(parts.size()) - 2));
  Part const& part = parts[i];
  std::string const layer(part.layer_name), label(part.label());
  run::Probe probe{.where = dice.coin() ? layer + "." + label : label, .name = "p" + std::to_string(index)};
  int const kind = dice.between(0, 2);
  if (kind == 0) probe.where = layer;  // its response
  if (kind == 1 && part.source() >= 0) {
    probe.where = layer + " <- " + (dice.coin() ? label : std::string(layers[static_cast<std::size_t>(part.source())]));
  }
  if (std::string_view(probe.where).find('.') == std::string::npos && probe.where == label && dice.coin()) {
    probe.where = layer + "." + label;
  }
  probe.statistic = static_cast<run::Statistic>(dice.between(0, 2));
  probe.over = {dice.coin(), dice.coin(), dice.coin(), dice.coin()};
  if (dice.between(0, 3) == 0) {
    probe.over.channels = probe.over.space = false;
    for (int k = dice.between(1, 3); k > 0; --k) probe.units.push_back({dice.between(0, 2), 0, 0});
  }
  double const dt = run.options.dt;
  int const first = run.settings.idle_timesteps, T = run.stimulus.n_timesteps();
  probe.every = dt * dice.between(0, 3);
  if (dice.coin()) probe.from = dt * (first + dice.between(0, T - 1));
  if (dice.coin()) {
    int const from = probe.from ? static_cast<int>(std::round(*probe.from / dt)) : first;
    probe.to = dt * dice.between(from + 1, first + T);
  }
  return probe;
}

// One that the run takes: it has a Record, and a step that is looked at.
template <class Net> void draw_probes(DrawnRun<Net>& run, int n) {
  run.settings.probes.clear();
  while (n > 0) {
    run::Probe const probe = draw_probe(run, n);
    std::string const refused = failure([&] {
      run::Settings one = run.settings;
      one.probes = {probe};
      run::Probing(run.net.parts(), run.net.options, run.stimulus, one);
    });
    // No Record, or no step, or no such unit.
    if (refused == "run.165" || refused == "run.167" || refused == "run.168") continue;
    REQUIRE(refused == "none");
    run.settings.probes.push_back(probe);
    --n;
  }
}

// What a probe must have seen, from the signals themselves.
Tensor expected_values(run::Probe const& probe, run::Probed const& found, run::Trace const& trace, double dt, int first,
                       std::int64_t batch) {
  Signal like;
  std::vector<Tensor> steps;  // (B,C,H,W), or (B,U,1,1)
  std::vector<bool> present;
  for (double const time : found.times) {
    Signal x = trace.steps[static_cast<std::size_t>(std::lround(time / dt) - first)];
    present.push_back(x.defined());
    if (x.defined()) {
      x = x.detach().expand({batch, -1, -1, -1});
      if (!probe.units.empty()) {
        std::vector<Tensor> units;
        for (run::Unit const& u : probe.units) {
          units.push_back(x.select(1, u.channel).select(1, u.row).select(1, u.column));
        }
        x = stack_along(units, 1).unsqueeze(2).unsqueeze(3);
      }
      like = x;
    }
    steps.push_back(x);
  }
  CHECK(present == found.present);
  if (!like.defined()) return {};
  std::vector<Tensor> there;
  for (Tensor const& x : steps) {
    if (x.defined()) there.push_back(x);
    if (!probe.over.time && !x.defined()) there.push_back(zeros(like.sizes(), like.options()));
  }
  Tensor all = stack_along(there, 1);  // (B,T,C,H,W)
  std::vector<std::int64_t> axes;
  bool const over[] = {probe.over.samples, probe.over.time, probe.over.channels, probe.over.space, probe.over.space};
  for (std::int64_t axis = 0; axis < 5; ++axis) {
    if (over[axis]) axes.push_back(axis);
  }
  if (!axes.empty() && probe.statistic == run::Statistic::mean) all = all.mean(axes);
  if (!axes.empty() && probe.statistic == run::Statistic::max) all = all.amax(axes);
  if (probe.statistic == run::Statistic::standard_deviation) {
    all = axes.empty() ? zeros(all.sizes(), all.options()) : all.sub(all.mean(axes, true)).square().mean(axes).sqrt();
  }
  return probe.units.empty() ? all : all.squeeze(-1).squeeze(-1);
}

template <class Net> void compare_with_monitors(std::uint64_t seed) {
  DrawnRun<Net> run(seed, at::kDouble);
  draw_probes(run, 4);
  run::Settings monitoring = run.settings;
  monitoring.monitor.clear();
  for (run::Probe const& probe : run.settings.probes) {
    if (probe.where.find("<-") == std::string::npos) monitoring.monitor.push_back(probe.where);
  }
  auto const is_response = [&](std::string const& name) {
    for (std::string_view const layer : layer_names(run.net.parts())) {
      if (layer == name) return true;
    }
    return false;
  };
  std::erase_if(monitoring.monitor, is_response);
  run::Activity const activity = run::unroll(run.net, run.stimulus, monitoring);
  for (run::Probe const& probe : run.settings.probes) {
    if (probe.where.find("<-") != std::string::npos) continue;
    std::map<std::string, std::size_t> seen;  // several places of one name are in the order of the model
    for (run::Probed const& found : activity.probed) {
      if (found.name != probe.name && !found.name.starts_with(probe.name + " ")) continue;
      INFO("seed " << seed << ": " << run.text() << "; " << probe.where << " at " << found.layer << "."
                   << found.operation);
      std::vector<run::Trace const*> traces;
      for (auto const* all : {&activity.responses, &activity.monitored}) {
        for (run::Trace const& t : *all) {
          if (t.layer == found.layer && t.operation == found.operation) traces.push_back(&t);
        }
        if (!traces.empty()) break;
      }
      std::size_t const k = seen[found.layer + found.operation]++;
      REQUIRE(k < traces.size());
      Tensor const expected = expected_values(probe, found, *traces[k], run.options.dt, run.settings.idle_timesteps,
                                              run.stimulus.frames.size(0));
      REQUIRE(expected.defined() == found.values.defined());
      if (!expected.defined()) continue;
      CHECK(found.values.sizes() == expected.sizes());
      CHECK_FALSE(found.values.requires_grad());
      CHECK(relative_distance(expected, found.values) < 1e-10);
    }
  }
}

void agree(std::vector<run::Probed> const& expected, std::vector<run::Probed> const& found, double tolerance) {
  REQUIRE(expected.size() == found.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    run::Probed const &a = expected[i], &b = found[i];
    INFO(a.name << ": " << a.layer << "." << a.operation << " <- " << a.source);
    CHECK((a.name == b.name && a.layer == b.layer && a.operation == b.operation && a.source == b.source));
    CHECK((a.times == b.times && a.present == b.present));
    REQUIRE(a.values.defined() == b.values.defined());
    if (!a.values.defined()) continue;
    CHECK(a.values.sizes() == b.values.sizes());
    CHECK(a.values.scalar_type() == b.values.scalar_type());
    CHECK(relative_distance(a.values, b.values) <= tolerance);
  }
}

template <class Net> void compare_paths(std::uint64_t seed, at::ScalarType dtype, double tolerance) {
  DrawnRun<Net> run(seed, dtype);
  draw_probes(run, 6);
  if (seed % 2 == 0) run.settings.monitor.clear(), run.settings.record = false;
  at::AutoGradMode const gradient(seed % 3 != 0);
  INFO("seed " << seed << ": " << run.text());
  auto const expected = by_unroll(run.net, run.stimulus, run.settings).probed;
  agree(expected, by_compiled(run.net, run.stimulus, run.settings).probed, tolerance);
  INFO("in groups and with checkpoints");
  run.settings.samples_at_once = 1 + static_cast<int>(seed % 3);
  run.settings.checkpoint_timesteps = static_cast<int>(seed % 4);
  run::Activity const grouped = by_compiled(run.net, run.stimulus, run.settings);
  agree(expected, grouped.probed, tolerance);
  if (grouped.outputs.requires_grad()) grouped.outputs.sum().backward();  // what is computed again is not seen again
  agree(expected, grouped.probed, tolerance);
}

// A run in two pieces: what every step gives, one after the other, and what is taken over time, by its number of steps.
template <class Net> void compare_pieces(std::uint64_t seed) {
  DrawnRun<Net> run(seed, at::kDouble);
  run.settings.record = false, run.settings.monitor.clear(), run.settings.external.clear();
  draw_probes(run, 3);
  for (run::Probe& probe : run.settings.probes) {
    probe.from.reset(), probe.to.reset(), probe.every = 0;
    if (probe.over.time) probe.statistic = run::Statistic::max;
  }
  int const T = run.stimulus.n_timesteps(), n = run.dice.between(1, T - 1);
  INFO("seed " << seed << ": " << run.text() << "; the first of " << n << " steps");
  auto const whole = by_unroll(run.net, run.stimulus, run.settings).probed;
  for (bool const compiled : {false, true}) {
    auto const path = [&](run::Stimulus const& shown, run::Settings const& settings) {
      return compiled ? run::run(run.net, shown, settings) : run::unroll(run.net, shown, settings);
    };
    auto const& [frames, shown, value] = run.stimulus;
    run::Settings settings = run.settings;
    settings.keep_state = true;
    run::Activity const a = path({frames, {shown.begin(), shown.begin() + n}, value}, settings);
    settings.start = a.state, settings.idle_timesteps = 0;
    run::Activity const b = path({frames, {shown.begin() + n, shown.end()}, value}, settings);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      run::Probe const& probe = [&]() -> run::Probe const& {
        for (run::Probe const& one : run.settings.probes) {
          if (whole[i].name == one.name || whole[i].name.starts_with(one.name + " ")) return one;
        }
        return run.settings.probes[0];
      }();
      auto times = a.probed[i].times;
      times.insert(times.end(), b.probed[i].times.begin(), b.probed[i].times.end());
      CHECK(times.size() == whole[i].times.size());
      for (std::size_t k = 0; k < times.size(); ++k) CHECK(std::abs(times[k] - whole[i].times[k]) < 1e-9);
      Tensor const x = a.probed[i].values, y = b.probed[i].values;
      if (!x.defined() || !y.defined()) continue;
      std::int64_t const axis = probe.over.samples ? 0 : 1;
      Tensor const both = probe.over.time ? x.maximum(y) : cat({x, y}, axis);
      CHECK(relative_distance(whole[i].values, both) < 1e-10);
    }
  }
}

}  // namespace

TEST_CASE("probes see what monitors give, reduced", "[run][probes][property]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    compare_with_monitors<rich::Net>(seed);
    compare_with_monitors<orders::Net>(1000 + seed);
    compare_with_monitors<odd::Net>(2000 + seed);
  }
}

TEST_CASE("probes see the same on both paths", "[run][probes][property]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    compare_paths<rich::Net>(seed, at::kDouble, 1e-10);
    compare_paths<deep::Net>(1000 + seed, at::kDouble, 1e-10);
    compare_paths<odd::Net>(2000 + seed, at::kDouble, 1e-10);
    compare_paths<orders::Net>(3000 + seed, at::kDouble, 1e-10);
    compare_paths<gated::Net>(4000 + seed, at::kDouble, 1e-10);
    compare_paths<rich::Net>(5000 + seed, at::kFloat, 1e-4);
    compare_paths<noisy::Net>(6000 + seed, at::kDouble, 1e-10);
    compare_paths<between::Net>(7000 + seed, at::kDouble, 1e-10);
    compare_paths<early::Net>(8000 + seed, at::kDouble, 1e-10);
  }
}

TEST_CASE("probes of a run in two pieces", "[run][probes][property]") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    compare_pieces<rich::Net>(seed);
    compare_pieces<deep::Net>(1000 + seed);
  }
}

TEST_CASE("what arrives over a connection is what its operation adds", "[run][probes]") {
  rich::Net net({.input_dims = {2, 12, 12},
                 .dt = 1,
                 .tau = 5,
                 .t_feedforward = 1,
                 .t_recurrence = 2,
                 .t_feedback = 3,
                 .t_skip = 1,
                 .seed = 3,
                 .dtype = at::kDouble});
  randomise_model(net, 3);
  Tensor const images = normal({2, 2, 12, 12}, 1, at::kDouble);
  // Operations of C and A, and what is before each of those to which something arrives.
  std::vector<std::array<std::string, 3>> const connections = {{"C <- C", "C.recurrence", "C.conv"},
                                                               {"C <- A", "C.addskip", "C.recurrence"},
                                                               {"D <- recurrence", "D.recurrence", "D.conv"}};
  run::Settings settings{.n_timesteps = 12, .idle_timesteps = 2};
  for (auto const& [where, after, before] : connections) {
    settings.probes.push_back({.where = where});
    settings.monitor.push_back(after), settings.monitor.push_back(before);
  }
  for (bool const compiled : {false, true}) {
    CAPTURE(compiled);
    run::Activity const a = compiled ? run::run(net, images, settings) : run::unroll(net, images, settings);
    auto const monitored = [&](std::string const& name) -> run::Trace const& {
      for (run::Trace const& trace : a.monitored) {
        if (trace.layer + "." + trace.operation == name) return trace;
      }
      throw std::runtime_error(name);
    };
    for (std::size_t i = 0; i < connections.size(); ++i) {
      auto const& [where, after, before] = connections[i];
      INFO(where);
      Tensor const expected = monitored(after).stacked().sub(monitored(before).stacked());
      CHECK(relative_distance(expected, a.probed[i].values) < 1e-12);
      CHECK(a.probed[i].n_present() > 0);
    }
    CHECK(a.probe("C <- A").source == "A");
    CHECK(a.probe("D <- D").operation == "recurrence");
    CHECK(a.probe("C <- C").times.front() == a.time(0));
  }
}

TEST_CASE("probes of signals in bfloat16 are near the exact ones, and in the dtype of the parameters",
          "[run][probes]") {
  DyRCNNx2<> net({.n_classes = 3, .input_dims = {1, 12, 12}, .t_recurrence = 4, .seed = 1});
  Tensor const images = normal({3, 1, 12, 12}, 1, at::kFloat);
  run::Settings settings{.n_timesteps = 8,
                         .probes = {{.where = "layer2", .over = {.time = true}},
                                    {.where = "layer2 <- recurrence", .over = {.channels = true, .space = true}}}};
  auto const exact = run::run(net, images, settings).probed;
  settings.store_bfloat16 = true;
  agree(exact, run::run(net, images, settings).probed, 1e-6);
  settings.store_bfloat16 = false, settings.compute_bfloat16 = true;
  agree(exact, run::run(net, images, settings).probed, 0.02);
}

TEST_CASE("a memory budget does not change what probes see", "[run][probes]") {
  DyRCNNx2<> net({.n_classes = 3, .input_dims = {1, 12, 12}, .t_recurrence = 4, .seed = 1});
  Tensor const images = normal({5, 1, 12, 12}, 1, at::kFloat);
  run::Settings settings{.n_timesteps = 12,
                         .probes = {{.where = "layer2",
                                     .statistic = run::Statistic::standard_deviation,
                                     .over = {.samples = true, .space = true, .time = true}}}};
  auto const all = run::run(net, images, settings);
  settings.memory_budget = static_cast<std::int64_t>(run::plan(net, {5, 1, 12, 12}, settings).kept_bytes / 3);
  run::Activity const part = run::run(net, images, settings);
  part.outputs.sum().backward();
  agree(all.probed, part.probed, 1e-5);
}

TEST_CASE("what arrives over connections that are switched off is absent, not zero", "[run][probes]") {
  DyRCNNx2<> net({.n_classes = 3, .input_dims = {1, 8, 8}, .seed = 1});
  Tensor const images = zeros({1, 1, 8, 8});
  run::Settings const settings{
      .n_timesteps = 4, .feedforward_only = true, .probes = {{.where = "layer2 <- layer2"}, {.where = "layer2"}}};
  for (bool const compiled : {false, true}) {
    run::Activity const a = compiled ? run::run(net, images, settings) : run::unroll(net, images, settings);
    CHECK_FALSE(a.probed[0].values.defined());
    CHECK(a.probed[0].n_present() == 0);
    CHECK(a.probed[1].n_present() > 0);
  }
}

TEST_CASE("probes that there cannot be are refused", "[run][probes]") {
  DyRCNNx4<> net({.n_classes = 3, .input_dims = {1, 16, 16}, .dt = 2, .seed = 1});
  Tensor const images = zeros({1, 1, 16, 16});
  auto const with = [&](run::Probe const& probe) {
    return message([&] { run::run(net, images, {.n_timesteps = 10, .idle_timesteps = 5, .probes = {probe}}); });
  };
  auto const says = [](std::string const& text, std::string const& number, std::string const& what) {
    INFO(text);
    CHECK(text.find("run." + number) != std::string::npos);
    CHECK(text.find(what) != std::string::npos);
  };
  says(with({.where = "V5"}), "165", "V4");
  says(with({.where = "V5.tstep"}), "165", "V4");
  says(with({.where = "V4.tsetp"}), "165", "did you mean \"tstep\"");
  says(with({.where = "V4 <- IT"}), "165", "connection \"IT\"");  // no feedback
  says(with({.where = "V9 <- IT"}), "165", "layer \"V9\"");
  says(with({.where = ""}), "165", "");
  says(with({.where = "V4", .every = 3}), "166", "expected 2 or 4 ms");
  says(with({.where = "V4", .every = 1}), "166", "expected 2 ms");
  says(with({.where = "V4", .from = 13}), "166", "expected 12 or 14 ms");
  says(with({.where = "V4", .from = -2}), "166", "at least 0");
  says(with({.where = "V4", .every = std::nan("")}), "166", "finite");
  says(with({.where = "V4", .from = 6}), "167", "within [10, 30) ms");
  says(with({.where = "V4", .to = 32}), "167", "within [10, 30) ms");
  says(with({.where = "V4", .from = 20, .to = 20}), "167", "within [10, 30) ms");
  says(with({.where = "V4", .units = {{0, 99, 0}}}), "168", "such as (0, ");
  says(with({.where = "V4", .over = {.space = true}, .units = {{0, 0, 0}}}), "169", "time alone");
  CHECK(failure([&] {
          run::unroll(net, images, {.probes = {{.where = "V4"}, {.where = "V4", .statistic = run::Statistic::max}}});
        }) == "run.170");
  run::Activity const a = run::run(net, images, {.probes = {{.where = "V4", .name = "rate"}}});
  CHECK(a.probe("rate").layer == "V4");
  CHECK(failure([&] { (void)a.probe("rats"); }) == "run.171");
  CHECK(failure([&] { run::Stepper(net, {.probes = {{.where = "V4"}}}); }) == "run.162");
}

TEST_CASE("a probe of several places has a result for each", "[run][probes]") {
  deep::Net net({.input_dims = {3, 8, 8}, .seed = 1, .dtype = at::kDouble});
  run::Settings const settings{.n_timesteps = 4,
                               .probes = {{.where = "A.conv"},
                                          {.where = "tstep", .over = {.time = true}, .name = "r"},
                                          {.where = "layer", .over = {.time = true}}}};
  std::vector<std::string> names;
  for (run::Probed const& one : run::run(net, zeros({1, 3, 8, 8}, at::TensorOptions(at::kDouble)), settings).probed) {
    names.push_back(one.name);
  }
  CHECK(names == std::vector<std::string>{"A.conv", "A.conv 2", "r A.tstep", "r B.tstep", "r C.tstep", "A.layer",
                                          "B.layer", "C.layer"});
}

TEST_CASE("a long run without gradient, whose classifier is applied block by block, gives what it gives",
          "[run][probes]") {
  DyRCNNx2<> net({.n_classes = 3, .input_dims = {1, 6, 6}, .t_recurrence = 4, .seed = 1});
  randomise_model(net, 1);
  run::Stimulus late = run::present(normal({8, 1, 6, 6}, 1, at::kFloat), 600);
  for (std::size_t t = 0; t < 5; ++t) late.shown[t] = run::nothing;
  for (int const samples : {0, 3}) {
    run::Settings const settings{.idle_timesteps = 2, .samples_at_once = samples};
    Tensor const expected = run::run(net, late, settings).outputs.detach();
    at::AutoGradMode const no_gradient(false);
    CHECK(relative_distance(expected, run::run(net, late, settings).outputs) < 1e-5);
    CHECK(relative_distance(expected, run::unroll(net, late, settings).outputs) < 2e-5);
  }
}

TEST_CASE("probes are results of the plan", "[run][probes]") {
  DyRCNNx2<> net({.n_classes = 3, .input_dims = {1, 8, 8}, .seed = 1});
  auto const bytes = [&](int T, bool time) {
    return run::plan(net, {2, 1, 8, 8},
                     {.n_timesteps = T, .probes = {{.where = "layer2", .over = {.space = true, .time = time}}}})
        .result_bytes;
  };
  CHECK(bytes(10, true) == bytes(20, true));
  CHECK(2 * bytes(10, false) == bytes(20, false));
}
