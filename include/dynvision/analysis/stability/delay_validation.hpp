// delay_validation: when what happens in one place is first seen in another, measured against what is configured.
//
// A flash of one step, minus the run without it; the first step with a difference. For each layer, from the flash on (the
// sum of the feedforward delays before it, or a faster way by a skip), and for each connection from the first response of its
// source to its first arrival: lateral and feedback after max(1, n) steps, skips after n.
//
//   for (stability::MeasuredDelay const& d : stability::delay_validation(model, image)) ...      d.configured_ms == d.measured_ms
//
// Both are whole steps times dt, so they are equal or they are not. A delay that is learned between steps begins at its
// newest tap. An image that changes nothing of a layer (silent units) measures nothing there: NaN.
// Errors: analysis.150 (not one image).
#pragma once
#include <dynvision/analysis/facts.hpp>
#include <dynvision/run/run.hpp>

#include <limits>
#include <string>
#include <vector>

namespace dynvision::stability {

struct MeasuredDelay {
  std::string what;  // "V1", from the flash; "V4 <- V1 (skip)", from V1 on
  double configured_ms, measured_ms;
};

// The first step in which they differ; -1: none.
inline int first_difference(std::vector<Signal> const& a, std::vector<Signal> const& b) {
  for (std::size_t t = 0; t < a.size(); ++t) {
    if (a[t].defined() != b[t].defined() || (a[t].defined() && !a[t].equal(b[t]))) return static_cast<int>(t);
  }
  return -1;
}
inline int first_difference(Tensor const& a, Tensor const& b) {  // (1,T,...)
  if (!a.defined() || !b.defined()) return -1;
  for (std::int64_t t = 0; t < a.size(1); ++t) {
    if (!a.select(1, t).equal(b.select(1, t))) return static_cast<int>(t);
  }
  return -1;
}

template <class Model> std::vector<MeasuredDelay> delay_validation(Model const& model, Tensor const& image) {
  run::Stimulus const flash = run::present_to(model.options, image, 1, 0);
  if (flash.n_timesteps() != 1 || flash.frames.size(0) != 1) {
    fail("analysis", 150, {"a flash of shape ", shape_text(image.sizes()), ": expected one image"});
  }
  int longest = 1;
  for (int const n : model.memory) longest += n;
  int const before = longest + model.n_residual_timesteps(),
            n_steps = 2 * before + static_cast<int>(model.memory.size());
  auto const ms = [&](int steps) { return steps * model.options.dt.value(); };
  at::AutoGradMode const no_gradient(false);
  Facts const facts = facts_of(model, {static_cast<int>(flash.frames.size(2)), static_cast<int>(flash.frames.size(3)),
                                       static_cast<int>(flash.frames.size(4))});
  run::Settings settings{.record = true, .noise = false};
  for (ConnectionFacts const& c : facts.connections) {
    settings.probes.push_back({.where = facts.layers[static_cast<std::size_t>(c.to)].name + " <- " +
                                        facts.layers[static_cast<std::size_t>(c.from)].name});
  }
  auto const run_of = [&](bool with_flash) {  // the same operators on the same numbers up to the flash: the same bits
    run::Stimulus shown = flash;
    shown.shown.assign(static_cast<std::size_t>(n_steps), run::blank);
    if (with_flash) shown.shown[static_cast<std::size_t>(before)] = 0;
    return unroll(model, shown, settings);
  };
  run::Activity const dark = run_of(false), lit = run_of(true);
  auto const measured = [&](int from, int to) {
    return from < 0 || to < 0 ? std::numeric_limits<double>::quiet_NaN() : ms(to - from);
  };
  std::vector<MeasuredDelay> all;
  std::vector<int> first;
  for (std::size_t l = 0; l < dark.responses.size(); ++l) {
    first.push_back(first_difference(lit.responses[l].steps, dark.responses[l].steps));
    all.push_back({dark.responses[l].layer, ms(facts.layers[l].first_signal), measured(before, first.back())});
  }
  for (std::size_t k = 0; k < facts.connections.size(); ++k) {
    ConnectionFacts const& c = facts.connections[k];
    char const* const ways[] = {" (lateral)", " (skip)", " (feedback)"};
    all.push_back({settings.probes[k].where + ways[static_cast<std::size_t>(c.way)], ms(c.delay),
                   measured(first[static_cast<std::size_t>(c.from)],
                            first_difference(lit.probed[k].values, dark.probed[k].values))});
  }
  return all;
}

}  // namespace dynvision::stability
