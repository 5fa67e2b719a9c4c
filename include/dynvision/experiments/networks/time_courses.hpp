// Time courses of one network in one experiment, image by image: from test_data.csv, and traces.csv beside it, which says what is when.
//
//   TimeCourses const all = read_time_courses("runs/latest/experiments/duration");
//   all.numbers.columns[c].step, all.courses[k].shown[t]
//
// Columns of all.numbers: for each condition, layer and quantity its steps, one after the other, as in traces.csv. The rows of test_data.csv
// are those of the conditions in the order of traces.csv, of each its images, and of each of these its steps.
//
// Errors: experiments.180, experiments.181, experiments.184, experiments.185 (the two tables are not of one run), those of io/csv.
#pragma once
#include <dynvision/experiments/networks/read_measures.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::experiments {

// Of a condition, by step.
struct CourseOfCondition {
  std::vector<std::string> time_ms{}, shown{}, label_valid{};
  std::vector<std::pair<std::string, std::string>> varied{};  // other parameters, and their values
  std::size_t first_column = 0;
  std::size_t idle = 0;  // steps before the first one

  std::size_t n_steps() const { return time_ms.size(); }
  bool is_shown(std::size_t t) const { return shown[t] != "0" && !shown[t].empty(); }
};

struct TimeCourses {
  ImageNumbers numbers{};
  std::vector<CourseOfCondition> courses{};                       // of each condition
  std::vector<std::pair<std::string, std::string>> quantities{};  // layer, quantity

  double dt() const {
    auto const& time = courses.at(0).time_ms;
    return time.size() > 1 ? *cell_number(time[1], ',') - *cell_number(time[0], ',') : 1;
  }
  std::size_t column(std::size_t condition, std::size_t quantity, std::size_t step = 0) const {
    return courses[condition].first_column + quantity * courses[condition].n_steps() + step;
  }
  std::span<double const> course(std::size_t image, std::size_t condition, std::size_t quantity) const {
    return std::span(numbers.values)
        .subspan(image * numbers.columns.size() + column(condition, quantity), courses[condition].n_steps());
  }
};

namespace networks {

// What traces.csv says: conditions, layers and quantities, steps. No numbers.
inline TimeCourses read_axes(std::filesystem::path const& path) {
  std::string const file = path.string();
  TimeCourses all;
  std::optional<KeyReader> keys_of;
  std::vector<std::size_t> places;
  std::size_t n = 0;
  each_csv_row(
      path,
      [&](std::vector<std::string> const& columns) {
        keys_of.emplace(columns, file);
        places = places_of({"layer", "quantity", "time_ms", "shown", "label_valid", "times_index"}, columns, file);
      },
      [&](std::vector<std::string> const& row) {
        KeyCells const keys = (*keys_of)(row);
        if (n++ == 0) all.numbers.network = keys;
        if (!all.numbers.network.is_network_of(keys)) {
          fail("experiments", 185,
               {file, ": row ", n, ": of seed ", keys.seed, ", ", keys.model, ", after seed ", all.numbers.network.seed,
                ", ", all.numbers.network.model, ": expected the traces of one network beside test_data.csv"});
        }
        std::vector<KeyCells>& conditions = all.numbers.conditions;
        if (conditions.empty() || !conditions.back().is_condition_of(keys)) {
          conditions.push_back(keys);
          all.courses.emplace_back();
        }
        std::pair<std::string, std::string> const quantity{row[places[0]], row[places[1]]};
        if (conditions.size() == 1 && (all.quantities.empty() || all.quantities.back() != quantity))
          all.quantities.push_back(quantity);
        if (quantity != all.quantities.front()) return;
        CourseOfCondition& course = all.courses.back();
        course.time_ms.push_back(row[places[2]]), course.shown.push_back(row[places[3]]);
        course.label_valid.push_back(row[places[4]]);
      });
  if (n == 0) fail("experiments", 181, {file, ": expected rows of a table of an experiment, found none"});
  for (std::size_t k = 0; k < all.courses.size(); ++k) {
    CourseOfCondition& course = all.courses[k];
    course.first_column = all.numbers.columns.size();
    for (auto const& [layer, quantity] : all.quantities) {
      for (std::size_t t = 0; t < course.n_steps(); ++t)
        all.numbers.columns.push_back({.condition = k, .layer = layer, .measure = quantity, .step = t});
    }
  }
  return all;
}

// Columns of test_data.csv that are neither of outputs nor of layers: what the experiment varies.
inline std::vector<std::size_t> varied_places(std::vector<std::string> const& columns) {
  constexpr std::array<std::string_view, 17> others{"sample_index",
                                                    "times_index",
                                                    "label_index",
                                                    "guess_index",
                                                    "image_index",
                                                    "first_label_index",
                                                    "guess_confidence",
                                                    "label_confidence",
                                                    "accuracy",
                                                    "accuracy_top3",
                                                    "accuracy_top5",
                                                    "seed",
                                                    "status",
                                                    "epoch",
                                                    "activityloss",
                                                    "idle_timesteps",
                                                    "first_label_confidence"};
  std::vector<std::size_t> places;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    bool const known = std::find(others.begin(), others.end(), columns[c]) != others.end() ||
                       columns[c].ends_with("_response_avg") || columns[c].ends_with("_response_std");
    if (!known) places.push_back(c);
  }
  return places;
}

}  // namespace networks

inline TimeCourses read_time_courses(std::filesystem::path const& folder) {
  TimeCourses all = networks::read_axes(folder / "traces.csv");
  ImageNumbers& numbers = all.numbers;
  std::string const file = numbers.file = (folder / "test_data.csv").string();
  std::size_t n_columns = numbers.columns.size(), n = 0, condition = 0, image = 0, step = 0;
  std::vector<std::size_t> places, about, varied;
  std::vector<std::string> names;
  auto const other_run = [&](std::string const& what) {
    fail("experiments", 185,
         {file, ": row ", n, ": ", what, ": expected the images and steps of the conditions that ",
          (folder / "traces.csv").string(), " has, in its order"});
  };
  each_csv_row(
      folder / "test_data.csv",
      [&](std::vector<std::string> const& columns) {
        names = columns;
        std::vector<std::string> wanted;
        for (auto const& [layer, quantity] : all.quantities)
          wanted.push_back(layer == "classifier" ? quantity : layer + "_" + quantity);
        places = places_of({wanted.begin(), wanted.end()}, columns, file);
        about = places_of({"sample_index", "times_index", "image_index", "first_label_index", "idle_timesteps"},
                          columns, file);
        varied = networks::varied_places(columns);
      },
      [&](std::vector<std::string> const& row) {
        auto const whole = [&](std::size_t k) { return networks::number_in(row[about[k]], names[about[k]], file, n); };
        ++n;
        bool const first_step = whole(1) == 0;
        if (n > 1 && first_step) {  // the image before this one is complete, or the condition
          if (step != all.courses[condition].n_steps())
            other_run("the image before has " + number_text(step) + " steps");
          step = 0, ++image;
          if (whole(0) == 0) {
            if (condition > 0 && image != numbers.images.size()) other_run("other images than in the first condition");
            image = 0, ++condition;
          }
        }
        if (condition >= all.courses.size()) other_run("more conditions than there are");
        CourseOfCondition& course = all.courses[condition];
        if (step >= course.n_steps() || whole(1) != static_cast<double>(step) || whole(0) != static_cast<double>(image))
          other_run("image " + number_text(image) + ", step " + number_text(step) + " is not here");
        if (condition == 0 && step == 0) {
          numbers.images.push_back(static_cast<std::int64_t>(whole(2)));
          numbers.labels.push_back(std::abs(whole(3)) < 9e15 ? static_cast<std::int64_t>(whole(3)) : -1);
          numbers.values.resize(numbers.images.size() * n_columns, analysis::not_defined);
        }
        if (image >= numbers.images.size()) other_run("more images than in the first condition");
        if (image == 0 && step == 0) {
          course.idle = static_cast<std::size_t>(whole(4));
          KeyCells const& keys = numbers.conditions[condition];
          for (std::size_t const c : varied) {
            if (names[c] != keys.parameter) {
              course.varied.emplace_back(names[c], row[c]);
            } else if (row[c] != keys.parameter_value) {
              other_run(keys.parameter + " is " + row[c] + ", not " + keys.parameter_value);
            }
          }
        }
        for (std::size_t q = 0; q < places.size(); ++q)
          numbers.values[image * n_columns + all.column(condition, q, step)] =
              networks::number_in(row[places[q]], names[places[q]], file, n);
        ++step;
      });
  if (n == 0) fail("experiments", 181, {file, ": expected rows of a table of an experiment, found none"});
  if (condition + 1 != all.courses.size() || image + 1 != numbers.images.size() || step != all.courses.back().n_steps())
    other_run("the table ends here");
  return all;
}

}  // namespace dynvision::experiments
