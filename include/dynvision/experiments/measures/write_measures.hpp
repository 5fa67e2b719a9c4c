// Measures of an experiment that has been run: measures.csv, summary.csv, curves.csv.
//
//   write_measures(plan, images, {.branches = out / "branches", .out = out}, keys, 50);
//
//   measures.csv   a row for each image, condition and layer: measures of its trace; of the classifier accuracy, confidence (last step
//                  with the stimulus) and reaction time
//   summary.csv    a row for each condition, layer and measure: mean over images, 95 % interval, standard deviation
//   curves.csv     a row for each layer and measure over the parameter (temporal summation, recovery, contrast, trains, noise); those
//                  of one value of the parameter name it
//
// A measure is of each image; its mean is over images, its interval by drawing images again (of one network). Batch by batch: of every
// image its measures are held, not its traces.
//
// Errors: experiments.137, those of files.
#pragma once
#include <dynvision/analysis/behaviour/reaction_time.hpp>
#include <dynvision/analysis/response/measure_table.hpp>
#include <dynvision/experiments/measures/batch_traces.hpp>
#include <dynvision/experiments/measures/curve_measures.hpp>
#include <dynvision/experiments/measures/measure_columns.hpp>
#include <dynvision/experiments/measures/noise_curves.hpp>
#include <dynvision/experiments/tables/write_tables.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

namespace measuring {

// Conditions that differ in the parameter alone.
struct CurveGroup {
  std::vector<std::size_t> conditions{};  // of the plan
  std::vector<ShownPulses> pulses{};
  CurveKind kind = CurveKind::none;
};

inline std::string apart_from_parameter(Condition const& c) {
  std::string all = c.model.status + (c.model.feedforward_only.value_or(false) ? " ffonly" : "");
  for (auto const& [key, value] : c.values) {
    if (key != c.parameter) all += "\n" + key + "=" + value;
  }
  for (auto const& [key, value] : c.model.options) all += "\n" + key + "=" + value;
  return all;
}

inline std::vector<CurveGroup> curve_groups(Plan const& plan, TablesOf const& of) {
  std::vector<std::string> names;
  std::vector<CurveGroup> all;
  for (std::size_t i = of.first; i < std::min(of.end, plan.conditions.size()); ++i) {
    std::string const name = apart_from_parameter(plan.conditions[i]);
    auto const at = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    if (at == names.size()) names.push_back(name), all.emplace_back();
    Plan::Where const where = plan.where(i);
    all[at].conditions.push_back(i);
    all[at].pulses.push_back(
        shown_pulses(plan.conditions[i].schedule, where.tree->settings.dt, where.condition->n_steps));
  }
  for (CurveGroup& one : all) one.kind = curve_kind(one.pulses);
  return all;
}

inline std::array<double, classifier_measures.size()> of_classifier(BatchTraces const& b, std::size_t image,
                                                                    analysis::Shown const& shown) {
  auto const at = [&](std::vector<double> const& all) { return analysis::accuracy_at(b.of_image(all, image), shown); };
  auto const reaction = analysis::reaction_row(b.of_image(b.guess_confidence, image), shown.t_on);
  double const ms = reaction ? static_cast<double>(*reaction + 1 - shown.t_on) * shown.dt : analysis::not_defined;
  return {at(b.accuracy), at(b.guess_confidence), at(b.first_label_confidence), ms};
}

}  // namespace measuring

// `single`: the condition of the plan with the first of two pulses alone, if it has one.
class ExperimentMeasures {
 public:
  ExperimentMeasures(Plan const& plan, TablesOf const& of, TableKeys const& keys, std::optional<std::size_t> single)
      : plan_(plan), of_(of), keys_(keys), single_(single), groups_(measuring::curve_groups(plan, of)) {}

  void read(Images const& images, std::int64_t batch_size) {
    int const n_others = plan_.other_images();
    n_classes_ = images.classes.size();
    std::optional<Derangement> const others = derangement_for(images, n_others);
    TableFile table(of_.out / "measures.csv", measures_columns());
    for (std::int64_t batch = 0; batch * batch_size < images.size(); ++batch) {
      std::int64_t const first = batch * batch_size, n = std::min(batch_size, images.size() - first);
      Tensor const labels = labels_of(images, first, n, n_others, others);
      std::map<std::size_t, BatchTraces> all;
      for (measuring::CurveGroup const& group : groups_) {
        for (std::size_t const i : group.conditions) all.emplace(i, traces(i, batch, labels));
      }
      std::optional<BatchTraces> single;
      if (single_) single.emplace(traces(*single_, batch, labels));
      for (std::size_t image = 0; image < static_cast<std::size_t>(n); ++image) {
        columns_.begin_image();
        for (measuring::CurveGroup const& group : groups_) {
          of_conditions(group, all, image, first, table);
          of_curves(group, all, single, image);
        }
      }
    }
    table.commit();
  }

  void write(double chance) const {
    std::vector<MeasuredMean> const means = columns_.means();
    summary(means);
    curves(means, chance);
  }

 private:
  BatchTraces traces(std::size_t condition, std::int64_t batch, Tensor const& labels) const {
    Plan::Where const at = plan_.where(condition);
    BranchFolder const folder(running::folder_of(of_.branches, at.number));
    return {ConditionRecords(plan_, *at.tree, *at.condition, folder, batch), labels};
  }
  double dt(std::size_t condition) const { return plan_.where(condition).tree->settings.dt; }

  void of_conditions(measuring::CurveGroup const& group, std::map<std::size_t, BatchTraces> const& all,
                     std::size_t image, std::int64_t first, TableFile& table) {
    for (std::size_t k = 0; k < group.conditions.size(); ++k) {
      std::size_t const i = group.conditions[k];
      BatchTraces const& b = all.at(i);
      auto const begin_row = [&](std::string const& layer) {
        add_keys(table, keys_, plan_.conditions[i], dt(i));
        table.cell(layer).cell(keys_.image_number(first + static_cast<std::int64_t>(image))).cell(b.first_label[image]);
        table.cell(n_classes_);
      };
      for (std::size_t l = 0; l < b.layers.size(); ++l) {
        begin_row(b.layers[l]);
        analysis::Evoked const response(b.layer(l, image), group.pulses[k].shown);
        for (auto const& measure : analysis::trace_measures) {
          double const value = measure.of(response);
          table.cell(value);
          columns_.add({i, b.layers[l], measure.name, measure.unit}, value);
        }
        for (std::size_t m = 0; m < classifier_measures.size(); ++m) table.cell("");
        table.end_row();
      }
      begin_row("classifier");
      for (std::size_t m = 0; m < analysis::trace_measures.size(); ++m) table.cell("");
      auto const values = measuring::of_classifier(b, image, group.pulses[k].shown);
      for (std::size_t m = 0; m < values.size(); ++m) {
        table.cell(values[m]);
        auto const& measure = classifier_measures[m];
        columns_.add({i, "classifier", measure.name, measure.unit}, values[m]);
      }
      table.end_row();
    }
  }

  void of_curves(measuring::CurveGroup const& group, std::map<std::size_t, BatchTraces> const& all,
                 std::optional<BatchTraces> const& single, std::size_t image) {
    if (group.kind == CurveKind::none) return;
    std::vector<std::string> const& layers = all.at(group.conditions[0]).layers;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      measuring::Traces traces;
      for (std::size_t const i : group.conditions) traces.push_back(all.at(i).layer(l, image));
      bool const equal =
          std::all_of(traces.begin(), traces.end(), [&](auto const& one) { return one.size() == traces[0].size(); });
      if (!equal) return;
      std::span<double const> alone;
      if (single && single->n_steps == traces[0].size()) alone = single->layer(l, image);
      std::size_t const before = columns_.columns().size();
      add_curve_measures(columns_, group.kind, group.pulses, traces, alone, layers[l]);
      if (columns_.n_images() == 1) columns_.number_conditions(before, group.conditions);
    }
  }

  void summary(std::vector<MeasuredMean> const& means) const {
    TableFile table(of_.out / "summary.csv", summary_columns());
    for (std::size_t c = 0; c < means.size(); ++c) {
      MeasuredColumn const& column = columns_.columns()[c];
      if (column.of_curve) continue;
      MeasuredMean const& m = means[c];
      add_keys(table, keys_, plan_.conditions[column.condition], dt(column.condition));
      table.cell(column.layer).cell(column.measure).cell(column.unit).cell(m.of_images.mean);
      table.cell(m.interval.low).cell(m.interval.high).cell(m.of_images.sd).cell("");
      table.cell(m.of_images.n).cell(1).cell(m.of_images.n_valid).cell(analysis::bootstrap_units(1)).end_row();
    }
    table.commit();
  }

  void curves(std::vector<MeasuredMean> const& means, double chance) const {
    TableFile table(of_.out / "curves.csv", curves_columns());
    bool any = false;
    auto const row = [&](MeasuredColumn const& column, double value, analysis::Interval const& interval, std::size_t n,
                         std::string const& flags) {
      Condition condition = plan_.conditions[column.condition];
      if (!column.has_parameter)
        condition.parameter_value.clear(), condition.parameter_duration.reset(), condition.id.clear();
      add_keys(table, keys_, condition, dt(column.condition));
      table.cell(column.layer).cell(column.measure).cell(column.unit).cell(value);
      table.cell(interval.low).cell(interval.high).cell(n).cell(1).cell(analysis::bootstrap_units(1)).cell(flags);
      table.end_row();
      any = true;
    };
    for (std::size_t c = 0; c < means.size(); ++c) {
      MeasuredColumn const& column = columns_.columns()[c];
      if (!column.of_curve) continue;
      analysis::ValidMean const& m = means[c].of_images;
      bool const truncated = column.measure == "truncated_fraction" && m.mean > analysis::most_truncated;
      row(column, m.mean, means[c].interval, m.n_valid,
          truncated ? "the last row has more than 5 % of the peak: more steps after the stimulus are needed" : "");
    }
    for (measuring::CurveGroup const& group : groups_) {
      if (group.kind != CurveKind::noise) continue;
      std::vector<std::size_t> const order =
          measuring::ascending(group.conditions.size(), [&](std::size_t i) { return group.pulses[i].ssnr; });
      std::vector<double> ssnr, accuracy(columns_.n_images() * order.size());
      for (std::size_t k = 0; k < order.size(); ++k) {
        ssnr.push_back(group.pulses[order[k]].ssnr);
        std::vector<double> const one = columns_.of(accuracy_of(group.conditions[order[k]]));
        for (std::size_t i = 0; i < one.size(); ++i) accuracy[i * order.size() + k] = one[i];
      }
      for (NoiseNumber const& one :
           noise_numbers({.ssnr = ssnr, .accuracy = accuracy, .n_images = columns_.n_images()}, chance)) {
        row({group.conditions[0], "classifier", one.measure, one.unit, true, false}, one.value, one.interval,
            columns_.n_images(), one.flags);
      }
    }
    if (any) table.commit();
  }
  std::size_t accuracy_of(std::size_t condition) const {
    auto const& all = columns_.columns();
    return static_cast<std::size_t>(std::find_if(all.begin(), all.end(),
                                                 [&](MeasuredColumn const& one) {
                                                   return !one.of_curve && one.condition == condition &&
                                                          one.layer == "classifier" && one.measure == "accuracy";
                                                 }) -
                                    all.begin());
  }

  Plan const& plan_;
  TablesOf const& of_;
  TableKeys const& keys_;
  std::optional<std::size_t> single_;
  std::vector<measuring::CurveGroup> groups_;
  MeasuredColumns columns_{};
  std::size_t n_classes_ = 0;
};

inline void write_measures(Plan const& plan, Images const& images, TablesOf const& of, TableKeys const& keys,
                           std::int64_t batch_size, std::optional<std::size_t> single = {}) {
  ExperimentMeasures all(plan, of, keys, single);
  all.read(images, batch_size);
  all.write(1.0 / static_cast<double>(images.classes.size()));
}

}  // namespace dynvision::experiments
