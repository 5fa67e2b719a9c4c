// dn_fit.csv: the delayed normalisation that describes what a layer did in several experiments, all their conditions together.
//
//   write_normalisation(plan, images, {{"duration", {branches, out / "duration", 0, 8}}, {"contrast", {...}}}, keys, settings);
//
// Fitted is the mean over images of r minus its mean before the onset, to the contrast of each step (analysis/normalisation): bounded least
// squares from eight starts. The table stands in the folder of each of these experiments, with its name and the same numbers; a
// row for each layer, and for each model that conditions ask for. Conditions with noise, masks or other images than the sample are left out.
// Contrasts tell sigma and n, durations and intervals the times: without two contrasts and two time courses there is no fit.
//
// Batch by batch: held are means over images. Errors: experiments.137, experiments.173, those of files.
#pragma once
#include <dynvision/analysis/normalisation/derived_normalisation.hpp>
#include <dynvision/analysis/normalisation/normalisation_report.hpp>
#include <dynvision/analysis/order.hpp>
#include <dynvision/analysis/statistics/draws.hpp>
#include <dynvision/experiments/tables/write_tables.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

struct NormalisationSettings {
  std::int64_t batch_size = 50;  // as the plan was run
  double tau = 5;                // [ms] of the model: where the fits start
  unsigned n_threads = 0;        // 0: as many as the machine has
};

namespace normalisation {

// Contrast of each recorded step; empty: it shows something else than the image.
inline std::vector<double> contrasts(Plan const& plan, std::size_t condition) {
  Plan::Where const at = plan.where(condition);
  Schedule const& schedule = plan.conditions[condition].schedule;
  std::vector<Frame> const frames = schedule.frames(at.tree->settings.dt);
  auto const idle = static_cast<std::size_t>(schedule.idle_steps(at.tree->settings.dt));
  std::vector<double> all(at.condition->n_steps, 0);
  for (std::size_t t = idle; t < frames.size(); ++t) {
    if (frames[t].is_blank()) continue;
    if (!(frames[t] == Frame{.show = Show::image, .contrast = frames[t].contrast})) return {};
    all[t - idle] = frames[t].contrast;
  }
  return all;
}

// One condition: its stimulus, and of each layer the mean over images.
struct Course {
  std::size_t condition = 0;
  std::vector<double> contrast{};
  std::vector<std::vector<double>> response{};  // of layers: r - baseline
};

// Of one model.
struct Courses {
  std::vector<std::string> layers{};
  std::vector<Course> all{};

  std::vector<analysis::NormalisationData> data(std::size_t layer) const {
    std::map<std::size_t, std::vector<Course const*>> by_length;
    for (Course const& one : all) by_length[one.contrast.size()].push_back(&one);
    std::vector<analysis::NormalisationData> data;
    for (auto const& [n, some] : by_length) {
      auto const rows = static_cast<Eigen::Index>(n), columns = static_cast<Eigen::Index>(some.size());
      data.push_back({Eigen::MatrixXd(rows, columns), Eigen::MatrixXd(rows, columns)});
      for (Eigen::Index c = 0; c < columns; ++c) {
        Course const& one = *some[static_cast<std::size_t>(c)];
        data.back().stimulus.col(c) = Eigen::Map<Eigen::VectorXd const>(one.contrast.data(), rows);
        data.back().response.col(c) = Eigen::Map<Eigen::VectorXd const>(one.response[layer].data(), rows);
      }
    }
    return data;
  }
};

inline bool tells_all_numbers(std::vector<std::vector<double>> const& stimuli) {
  std::set<double> contrasts;
  std::set<std::vector<bool>> courses;
  for (std::vector<double> const& one : stimuli) {
    std::vector<bool> course;
    for (double const c : one) course.push_back(c > 0);
    double const most = one.empty() ? 0 : *std::max_element(one.begin(), one.end());
    if (most > 0) contrasts.insert(most), courses.insert(course);
  }
  return contrasts.size() > 1 && courses.size() > 1;
}

inline Courses courses_of(Plan const& plan, Images const& images, std::vector<NamedTables> const& experiments,
                          std::size_t tree, NormalisationSettings const& settings) {
  Courses courses;
  std::vector<std::vector<double>> seen;
  for (auto const& [name, of] : experiments) {
    std::size_t last = Branch::none;
    auto const add = [&](std::size_t number, ConditionRecords const& r, Tensor const&, std::int64_t) {
      if (plan.where(number).number != tree) return;
      auto const T = static_cast<std::size_t>(r.n_steps());
      if (number != last) {
        courses.layers = r.layers();
        courses.all.push_back({number, contrasts(plan, number), {}});
        courses.all.back().response.assign(r.layers().size(), std::vector<double>(T, 0));
        last = number;
      }
      Course& one = courses.all.back();
      for (std::size_t l = 0; l < one.response.size(); ++l) {
        for (std::size_t t = 0; t < T; ++t) {
          for (std::int64_t i = 0; i < r.n_images(); ++i) {
            one.response[l][t] += r.avg(l, i, static_cast<std::int64_t>(t)) / static_cast<double>(images.size());
          }
        }
      }
    };
    tables::each_batch(plan, images, of, settings.batch_size, add);
  }
  std::erase_if(courses.all, [&](Course const& one) {  // what is shown by several experiments counts once
    bool const again = std::find(seen.begin(), seen.end(), one.contrast) != seen.end();
    seen.push_back(one.contrast);
    return one.contrast.empty() || again;
  });
  for (Course& one : courses.all) {
    auto const onset = std::find_if(one.contrast.begin(), one.contrast.end(), [](double c) { return c > 0; });
    auto const before = onset - one.contrast.begin();
    for (std::vector<double>& r : one.response) {
      double const baseline = before > 0 && onset != one.contrast.end()
                                  ? std::accumulate(r.begin(), r.begin() + before, 0.0) / static_cast<double>(before)
                                  : 0;
      for (double& x : r) x -= baseline;
    }
  }
  return courses;
}

inline std::vector<Column> columns() {
  std::vector<Column> all{{"layer", "text", "", "layer of the model"}};
  for (auto const& one : analysis::normalisation_numbers) {
    if (std::string(one.name) == "sse") {
      for (auto const& derived : analysis::derived_normalisation_numbers) {
        all.push_back({derived.name, "float64", derived.unit, derived.meaning});
      }
    }
    all.push_back({one.name, "float64", one.unit, one.meaning});
  }
  all.push_back({"converged", "bool", "", "the fit"});
  all.push_back({"n_conditions", "int64", "", "that were fitted together"});
  all.push_back({"n_images", "int64", "", "over which responses are averaged"});
  all.push_back({"fitted_to", "text", "", "experiments whose conditions they are"});
  return columns_behind_keys(all);
}

struct Fitted {
  std::size_t condition;
  std::string layer;
  analysis::NormalisationReport report{};
  analysis::DerivedNormalisation derived{};
  std::size_t n_conditions = 0;
  bool has_answered = false;
};

}  // namespace normalisation

// Whether conditions [first, end) of these experiments tell all seven numbers.
inline bool tells_normalisation(Plan const& plan, std::vector<NamedTables> const& experiments) {
  std::vector<std::vector<double>> stimuli;
  for (auto const& [name, of] : experiments) {
    for (std::size_t i = of.first; i < of.end; ++i) stimuli.push_back(normalisation::contrasts(plan, i));
  }
  return normalisation::tells_all_numbers(stimuli);
}
inline void check_normalisation_of(Plan const& plan, std::vector<NamedTables> const& experiments) {
  if (tells_normalisation(plan, experiments)) return;
  std::string names;
  for (auto const& [name, of] : experiments) names += (names.empty() ? "" : ", ") + name;
  fail(
      "experiments", 173,
      {"delayed normalisation of ", names.empty() ? "no experiment" : names,
       ": expected images of two contrasts or more and of two time courses or more, which its seven numbers take: run ",
       "duration, contrast and interval together"});
}

inline void write_normalisation(Plan const& plan, Images const& images, std::vector<NamedTables> const& experiments,
                                TableKeys keys, NormalisationSettings const& settings) {
  check_normalisation_of(plan, experiments);
  std::vector<normalisation::Fitted> all;
  for (std::size_t tree = 0; tree < plan.trees.size(); ++tree) {
    normalisation::Courses const courses = normalisation::courses_of(plan, images, experiments, tree, settings);
    std::vector<std::vector<double>> stimuli;
    for (normalisation::Course const& one : courses.all) stimuli.push_back(one.contrast);
    if (!normalisation::tells_all_numbers(stimuli)) continue;
    double const dt = plan.trees[tree].settings.dt / 1000, tau = settings.tau / 1000;
    std::size_t const before = all.size();
    for (std::string const& layer : courses.layers) {
      all.push_back({.condition = courses.all.front().condition, .layer = layer, .n_conditions = courses.all.size()});
    }
    analysis::each_draw(courses.layers.size(), settings.n_threads, [&](std::size_t l) {
      std::vector<analysis::NormalisationData> const data = courses.data(l);
      double largest = 0;
      for (auto const& one : data) largest = std::max(largest, one.response.maxCoeff());
      if (!(largest > analysis::smallest_denominator)) return;  // a layer that has not answered
      normalisation::Fitted& one = all[before + l];
      one.has_answered = true;
      one.report = analysis::report_normalisation(data, 1 / dt, analysis::normalisation_starts(tau, dt, largest));
      one.derived = analysis::derived_normalisation(one.report.fit.numbers);
    });
  }
  std::string fitted_to;
  for (auto const& [name, of] : experiments) fitted_to += (fitted_to.empty() ? "" : "+") + name;
  for (auto const& [name, of] : experiments) {
    TableFile table(of.out / "dn_fit.csv", normalisation::columns());
    keys.experiment = name;
    for (normalisation::Fitted const& one : all) {
      Condition condition = plan.conditions[one.condition];
      condition.parameter = plan.conditions[of.first].parameter;
      condition.parameter_value.clear(), condition.parameter_duration.reset(), condition.id.clear();
      add_keys(table, keys, condition, plan.where(one.condition).tree->settings.dt);
      table.cell(one.layer);
      for (auto const& number : analysis::normalisation_numbers) {
        if (std::string(number.name) == "sse") {
          for (auto const& derived : analysis::derived_normalisation_numbers) {
            table.cell(one.has_answered ? derived.of(one.derived) : analysis::not_defined);
          }
        }
        table.cell(one.has_answered ? number.of(one.report) : analysis::not_defined);
      }
      table.cell(one.report.fit.converged).cell(one.n_conditions).cell(images.size()).cell(fitted_to).end_row();
    }
    table.commit();
  }
}

}  // namespace dynvision::experiments
