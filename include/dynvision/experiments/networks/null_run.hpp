// Measures of traces above a run in which nothing was shown, step by step, in place of the mean before the stimulus.
//
//   take_null_run(measures, courses, null);        // ImageNumbers of measures.csv; TimeCourses of the experiment and of the blank one
//
//   e = r - null        of the same network, as many steps after its state was nothing: idle steps count
//
// Where a network has not come to rest before the stimulus, the mean before it is no baseline of what follows; this one is.
//
// Errors: experiments.188 (the blank run shows something, has other layers, or is too short).
#pragma once
#include <dynvision/analysis/response/trace_measures.hpp>
#include <dynvision/experiments/networks/curves_of_images.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

namespace networks {

// The steps of the blank run that belong to those of a condition.
inline std::span<double const> null_steps(TimeCourses const& null, CourseOfCondition const& course,
                                          std::size_t quantity, std::string const& of) {
  std::size_t const idle = null.courses[0].idle, needed = course.idle + course.n_steps();
  if (course.idle < idle || needed > idle + null.courses[0].n_steps()) {
    fail("experiments", 188,
         {null.numbers.file, ": ", idle, " idle and ", null.courses[0].n_steps(), " recorded steps, for ", of, " of ",
          course.idle, " and ", course.n_steps(), ": expected a blank run with at most ", course.idle,
          " idle steps, and ", needed, " in all"});
  }
  return null.course(0, 0, quantity).subspan(course.idle - idle, course.n_steps());
}

}  // namespace networks

inline void take_null_run(ImageNumbers& measures, TimeCourses const& all, TimeCourses const& null) {
  bool const shows = std::any_of(null.courses.begin(), null.courses.end(), [](CourseOfCondition const& course) {
    for (std::size_t t = 0; t < course.n_steps(); ++t) {
      if (course.is_shown(t)) return true;
    }
    return false;
  });
  if (shows || null.quantities != all.quantities) {
    fail("experiments", 188,
         {null.numbers.file, ": ", shows ? "something is shown" : "other layers than in " + all.numbers.file,
          ": expected a run of the same network without a stimulus, as the experiment null"});
  }
  for (std::size_t c = 0; c < measures.columns.size(); ++c) {
    NumberColumn const& column = measures.columns[c];
    auto const measure = std::find_if(analysis::trace_measures.begin(), analysis::trace_measures.end(),
                                      [&](auto const& one) { return one.name == column.measure; });
    auto const quantity = std::find(all.quantities.begin(), all.quantities.end(),
                                    std::pair<std::string, std::string>(column.layer, "response_avg"));
    KeyCells const& keys = measures.conditions[column.condition];
    auto const condition = std::find_if(all.numbers.conditions.begin(), all.numbers.conditions.end(),
                                        [&](KeyCells const& one) { return one.is_condition_of(keys); });
    if (measure == analysis::trace_measures.end() || quantity == all.quantities.end() ||
        condition == all.numbers.conditions.end())
      continue;
    auto const q = static_cast<std::size_t>(quantity - all.quantities.begin());
    auto const k = static_cast<std::size_t>(condition - all.numbers.conditions.begin());
    analysis::Shown const shown = networks::pulses_of(all, k).shown;
    std::span<double const> const blank =
        networks::null_steps(null, all.courses[k], q, keys.experiment + ", " + keys.condition);
    for (std::size_t i = 0; i < measures.images.size(); ++i) {
      auto const image = std::find(all.numbers.images.begin(), all.numbers.images.end(), measures.images[i]);
      if (image == all.numbers.images.end()) continue;
      auto const row = static_cast<std::size_t>(image - all.numbers.images.begin());
      measures.values[i * measures.columns.size() + c] =
          measure->of(analysis::Evoked(all.course(row, k, q), shown, blank));
    }
  }
}

}  // namespace dynvision::experiments
