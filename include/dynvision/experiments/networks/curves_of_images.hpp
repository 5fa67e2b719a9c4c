// Measures over the parameter of an experiment, of each image of one network: summation, recovery, contrast, trains, from time courses.
//
//   ImageNumbers const curves = curves_of_images(courses, {&single});          no columns where the experiment makes no curve
//
// The same as experiment run has in curves.csv, image by image: experiments/measures/curve_measures.hpp. What is shown when follows from
// traces.csv; contrast and ssnr from the parameters of that name. `others`: experiments of the same network; one with a single condition
// that shows the first of two pulses alone is what recovery needs.
#pragma once
#include <dynvision/experiments/measures/curve_measures.hpp>
#include <dynvision/experiments/networks/time_courses.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::experiments {

namespace networks {

inline double parameter_of(TimeCourses const& all, std::size_t condition, std::string_view name, double otherwise) {
  KeyCells const& keys = all.numbers.conditions[condition];
  std::optional<double> value;
  if (keys.parameter == name) value = cell_number(keys.parameter_value, ',');
  for (auto const& [key, text] : all.courses[condition].varied) {
    if (key == name) value = cell_number(text, ',');
  }
  return value && !std::isnan(*value) ? *value : otherwise;
}

inline ShownPulses pulses_of(TimeCourses const& all, std::size_t condition) {
  CourseOfCondition const& course = all.courses[condition];
  ShownPulses p{.contrast = parameter_of(all, condition, "contrast", 1),
                .ssnr = parameter_of(all, condition, "ssnr", 1)};
  for (std::size_t t = 0; t < course.n_steps(); ++t) {
    if (!course.is_shown(t)) continue;
    if (!p.pulses.empty() && p.pulses.back().second == t) {
      ++p.pulses.back().second;
    } else {
      p.pulses.emplace_back(t, t + 1);
    }
  }
  std::size_t const none = course.n_steps();
  p.shown = {.dt = all.dt(),
             .t_on = p.pulses.empty() ? none : p.pulses.front().first,
             .t_off = p.pulses.empty() ? none : p.pulses.front().second};
  return p;
}

// Conditions that differ in the parameter alone.
struct ConditionGroup {
  std::vector<std::size_t> conditions{};
  std::vector<ShownPulses> pulses{};
};

inline std::vector<ConditionGroup> condition_groups(TimeCourses const& all) {
  std::vector<ConditionGroup> groups;
  std::vector<std::string> names;
  for (std::size_t k = 0; k < all.courses.size(); ++k) {
    std::string name = all.numbers.conditions[k].status;
    for (auto const& [key, value] : all.courses[k].varied) name += "\n" + key + "=" + value;
    auto const at = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    if (at == names.size()) names.push_back(name), groups.emplace_back();
    groups[at].conditions.push_back(k), groups[at].pulses.push_back(pulses_of(all, k));
  }
  return groups;
}

// The run with the first of two pulses alone.
inline TimeCourses const* single_pulse(std::vector<TimeCourses const*> const& others, TimeCourses const& all,
                                       ConditionGroup const& group) {
  CourseOfCondition const& course = all.courses[group.conditions[0]];
  for (TimeCourses const* other : others) {
    if (other->courses.size() != 1 || other == &all) continue;
    ShownPulses const p = pulses_of(*other, 0);
    bool const same = p.pulses.size() == 1 && p.pulses[0] == group.pulses[0].pulses[0] &&
                      other->courses[0].n_steps() == course.n_steps() && other->courses[0].idle == course.idle &&
                      other->numbers.images == all.numbers.images && other->quantities == all.quantities;
    if (same) return other;
  }
  return nullptr;
}

}  // namespace networks

inline ImageNumbers curves_of_images(TimeCourses const& all, std::vector<TimeCourses const*> const& others) {
  ImageNumbers result{.network = all.numbers.network,
                      .file = all.numbers.file,
                      .conditions = all.numbers.conditions,
                      .images = all.numbers.images,
                      .labels = all.numbers.labels};
  MeasuredColumns columns;
  std::vector<networks::ConditionGroup> const groups = networks::condition_groups(all);
  for (std::size_t image = 0; image < result.images.size(); ++image) {
    columns.begin_image();
    for (networks::ConditionGroup const& group : groups) {
      CurveKind const kind = curve_kind(group.pulses);
      if (kind == CurveKind::none || kind == CurveKind::noise) continue;
      TimeCourses const* const single =
          kind == CurveKind::interval ? networks::single_pulse(others, all, group) : nullptr;
      for (std::size_t q = 0; q < all.quantities.size(); ++q) {
        if (all.quantities[q].second != "response_avg") continue;
        measuring::Traces traces;
        for (std::size_t const k : group.conditions) traces.push_back(all.course(image, k, q));
        if (std::any_of(traces.begin(), traces.end(), [&](auto const& one) { return one.size() != traces[0].size(); }))
          continue;
        std::size_t const before = columns.columns().size();
        add_curve_measures(columns, kind, group.pulses, traces,
                           single != nullptr ? single->course(image, 0, q) : std::span<double const>{},
                           all.quantities[q].first);
        if (columns.n_images() == 1) columns.number_conditions(before, group.conditions);
      }
    }
  }
  for (MeasuredColumn const& one : columns.columns()) {
    result.columns.push_back({.condition = one.condition,
                              .layer = one.layer,
                              .measure = one.measure,
                              .unit = one.unit,
                              .of_condition = one.has_parameter});
  }
  for (std::size_t c = 0; c < result.columns.size(); ++c) {
    std::vector<double> const values = columns.of(c);
    if (c == 0) result.values.resize(values.size() * result.columns.size());
    for (std::size_t i = 0; i < values.size(); ++i) result.values[i * result.columns.size() + c] = values[i];
  }
  return result;
}

}  // namespace dynvision::experiments
