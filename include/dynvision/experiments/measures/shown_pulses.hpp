// What a condition shows, as the measures ask for it: pulses, their contrast, and which curve conditions make together.
//
//   ShownPulses const p = shown_pulses(schedule, dt);        p.pulses: [begin, end) of recorded rows; p.shown: for analysis/
//   CurveKind const kind = curve_kind(conditions, dt);       duration, contrast, interval, train, noise, or none
//
// The kind follows from what is shown, not from the experiment's name, so that an experiment of one's own has its curves.
#pragma once
#include <dynvision/analysis/response/trace_rows.hpp>
#include <dynvision/experiments/protocol/condition.hpp>

#include <algorithm>
#include <cstddef>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace dynvision::experiments {

struct ShownPulses {
  std::vector<std::pair<std::size_t, std::size_t>> pulses{};
  double contrast = 1;  // of the first step with an image
  double ssnr = 1;      // of the first step with noise; 1: without
  analysis::Shown shown{};
};

// `n_steps`: recorded ones, residual steps included.
inline ShownPulses shown_pulses(Schedule const& schedule, double dt, std::size_t n_steps) {
  ShownPulses all;
  std::vector<Frame> const frames = schedule.frames(dt);
  auto const idle = static_cast<std::size_t>(schedule.idle_steps(dt));
  for (std::size_t t = idle; t < frames.size(); ++t) {
    if (frames[t].is_blank()) continue;
    bool const goes_on = !all.pulses.empty() && all.pulses.back().second == t - idle;
    if (all.pulses.empty()) {
      all.contrast = frames[t].contrast;
      if (frames[t].noise.shows()) all.ssnr = frames[t].noise.ssnr;
    }
    if (goes_on) {
      ++all.pulses.back().second;
    } else {
      all.pulses.emplace_back(t - idle, t - idle + 1);
    }
  }
  std::size_t const none = n_steps;
  all.shown = {.dt = dt,
               .t_on = all.pulses.empty() ? none : all.pulses.front().first,
               .t_off = all.pulses.empty() ? none : all.pulses.front().second};
  return all;
}

enum class CurveKind { none, duration, contrast, interval, train, noise };

inline CurveKind curve_kind(std::span<ShownPulses const> all) {
  if (all.size() < 2) return CurveKind::none;
  auto const each = [&](auto const& f) { return std::all_of(all.begin(), all.end(), f); };
  auto const distinct = [&](auto const& f) {
    std::set<double> values;
    for (ShownPulses const& one : all) values.insert(f(one));
    return values.size();
  };
  auto const length = [](ShownPulses const& p) { return static_cast<double>(p.pulses[0].second - p.pulses[0].first); };
  if (!each([](ShownPulses const& p) { return !p.pulses.empty(); })) return CurveKind::none;
  if (distinct([](ShownPulses const& p) { return static_cast<double>(p.pulses[0].first); }) != 1)
    return CurveKind::none;
  std::size_t const n = all.size(), contrasts = distinct([](ShownPulses const&p) { return p.contrast; });
  std::size_t const lengths = distinct(length), levels = distinct([](ShownPulses const&p) { return p.ssnr; });
  bool const one_pulse = each([](ShownPulses const& p) { return p.pulses.size() == 1; });
  if (one_pulse && lengths == 1 && contrasts == 1 && levels == n) return CurveKind::noise;
  if (levels != 1) return CurveKind::none;
  if (one_pulse && contrasts == 1 && lengths == n) return CurveKind::duration;
  if (one_pulse && lengths == 1 && contrasts == n && n > 2) return CurveKind::contrast;
  if (contrasts != 1 || lengths != 1) return CurveKind::none;
  auto const equal_pulses = [&](ShownPulses const& p) {
    return std::all_of(p.pulses.begin(), p.pulses.end(), [&](auto const& one) {
      return one.second - one.first == p.pulses[0].second - p.pulses[0].first;
    });
  };
  if (!each(equal_pulses)) return CurveKind::none;
  if (each([](ShownPulses const& p) { return p.pulses.size() == 2; })) return CurveKind::interval;
  return each([](ShownPulses const& p) { return p.pulses.size() > 2; }) ? CurveKind::train : CurveKind::none;
}

}  // namespace dynvision::experiments
