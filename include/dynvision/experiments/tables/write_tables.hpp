// The tables of an experiment that has been run: test_outputs.csv of each condition, test_data.csv, traces.csv, plan.json.
//
//   write_tables(plan, images, {.branches = out / "branches", .out = out}, {.experiment = "duration", .model = "DyRCNNx4"}, 50);
//
// Of a plan of several experiments, conditions [first, end) can be written by themselves.
// test_outputs.csv (in a folder of each condition) and test_data.csv have a row for each image and step and the columns of the
// Python toolbox. test_data.csv is of all conditions, which columns of the varied parameters tell apart. traces.csv has a row for
// each condition, layer, step and quantity: mean over images, standard deviation, and the 95 % interval of the mean
// (experiments/tables/over_images.hpp). A row's time is the start of its step, counted from the onset; its value is that at the end.
// Read and written batch by batch: memory does not grow with the number of images.
//
// Errors: experiments.137 (branches are missing), those of files.
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/experiments/run/run_plan.hpp>
#include <dynvision/experiments/tables/over_images.hpp>
#include <dynvision/experiments/tables/toolbox_rows.hpp>

#include <algorithm>
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

struct TablesOf {
  std::filesystem::path branches, out;                        // what run_plan has left; where the tables come
  std::size_t first = 0, end = static_cast<std::size_t>(-1);  // conditions of the plan
};
using NamedTables = std::pair<std::string, TablesOf>;  // of an experiment

namespace tables {

// A name that every file system takes.
inline std::string folder_name(std::string const& id, std::size_t number) {
  std::string name;
  for (char const c : id) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("_=+.,-:").find(c) != std::string_view::npos;
    name += plain ? c : '_';
  }
  if (name.empty() || name.front() == '.') name = "condition-" + number_text(number) + name;
  if (name.size() > 120) name = name.substr(0, 110) + "-" + number_text(number);
  return name;
}

// Every (condition, batch), conditions in their order: f(number of the condition, records, labels, first image).
template <class F>
void each_batch(Plan const& plan, Images const& images, TablesOf const& of, std::int64_t batch_size, F const& f) {
  int const n_others = plan.other_images();
  std::optional<Derangement> const others = derangement_for(images, n_others);
  for (std::size_t number = of.first; number < std::min(of.end, plan.conditions.size()); ++number) {
    Plan::Where const at = plan.where(number);
    BranchFolder const folder(running::folder_of(of.branches, at.number));
    for (std::int64_t batch = 0; batch * batch_size < images.size(); ++batch) {
      std::int64_t const first = batch * batch_size, n = std::min(batch_size, images.size() - first);
      for (std::size_t const b : at.condition->branches) {
        if (at.tree->branches[b].is_recorded() && !folder.has({b, batch})) {
          fail("experiments", 137,
               {folder.path().string(), ": branch ", b, " of batch ", batch,
                " is missing: run the experiment to its end first"});
        }
      }
      ConditionRecords const records(plan, *at.tree, *at.condition, folder, batch);
      Tensor const labels = labels_of(images, first, n, n_others, others);
      f(number, records, labels, first);
    }
  }
}

}  // namespace tables

inline void write_plan(Plan const& plan, std::string const& experiment, std::filesystem::path const& out,
                       Forecast const& forecast = {}) {
  nlohmann::ordered_json all{{"experiment", experiment}};
  all.update(plan_json(plan, forecast));
  AtomicFile file(out / "plan.json");
  file.write(all.dump(2) + "\n");
  file.commit();
}

inline void write_tables(Plan const& plan, Images const& images, TablesOf const& of, TableKeys const& keys,
                         std::int64_t batch_size) {
  std::filesystem::path const& out = of.out;
  using tables::quantities;
  std::optional<TableFile> outputs, data, traces;
  std::vector<std::vector<OverImages>> sums;  // [step][quantity, then avg and std of each layer]
  std::size_t now = Branch::none;
  std::vector<bool> shown;
  std::vector<int> label;
  std::vector<std::string> layers;
  auto const write_traces = [&](std::size_t number) {
    Condition const& condition = plan.conditions[number];
    double const dt = plan.where(number).tree->settings.dt;
    int const onset = condition.schedule.onset(dt);
    auto const row = [&](std::string_view layer, std::string_view quantity, std::size_t t, OverImages const& sum) {
      add_keys(*traces, keys, condition, dt);
      traces->cell(layer).cell(static_cast<std::int64_t>(t)).cell((static_cast<double>(t) - onset) * dt);
      traces->cell(static_cast<bool>(shown[t])).cell(label[t] != no_label).cell(quantity).cell(sum.n());
      traces->cell(sum.mean()).cell(sum.sd()).cell(sum.mean() - sum.half_interval());
      traces->cell(sum.mean() + sum.half_interval()).end_row();
    };
    for (std::size_t l = 0; l < layers.size(); ++l) {
      for (std::size_t part = 0; part < 2; ++part) {
        for (std::size_t t = 0; t < sums.size(); ++t) {
          row(layers[l], part == 0 ? "response_avg" : "response_std", t, sums[t][quantities.size() + 2 * l + part]);
        }
      }
    }
    for (std::size_t q = 0; q < quantities.size(); ++q) {
      for (std::size_t t = 0; t < sums.size(); ++t) row("classifier", quantities[q], t, sums[t][q]);
    }
  };
  std::size_t const n_conditions = std::min(of.end, plan.conditions.size()) - of.first;
  auto const conditions = std::span(plan.conditions).subspan(of.first, n_conditions);
  std::vector<std::string> const parameters = tables::varied(conditions);
  auto const begin = [&](std::size_t number, ConditionRecords const& records) {
    if (outputs) outputs->commit();
    if (now != Branch::none) write_traces(now);
    now = number;
    if (!data) {
      layers = records.layers();
      data.emplace(out / "test_data.csv", tables::data_columns(conditions, keys, layers));
      traces.emplace(out / "traces.csv", traces_columns());
    }
    std::filesystem::path const folder = out / "conditions" / tables::folder_name(plan.conditions[number].id, number);
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) fail("experiments", 132, {folder.string(), ": the folder cannot be made: ", error.message()});
    outputs.emplace(folder / "test_outputs.csv", tables::output_columns());
    auto const n_steps = static_cast<std::size_t>(records.n_steps());
    sums.assign(n_steps, std::vector<OverImages>(quantities.size() + 2 * layers.size()));
    shown.clear(), label.clear();
    for (std::int64_t t = 0; t < records.n_steps(); ++t) {
      shown.push_back(records.shown(t)), label.push_back(records.label_of(t));
    }
  };
  tables::each_batch(
      plan, images, of, batch_size,
      [&](std::size_t number, ConditionRecords const& r, Tensor const& labels, std::int64_t first) {
        if (number != now) begin(number, r);
        Condition const& condition = plan.conditions[number];
        std::size_t const idle = plan.where(number).condition->idle;
        for (std::int64_t i = 0; i < r.n_images(); ++i) {
          for (std::int64_t t = 0; t < r.n_steps(); ++t) {
            tables::Row const row(r, labels, i, t);
            std::vector<OverImages>& sum = sums[static_cast<std::size_t>(t)];
            tables::add_outputs(*outputs, row, first + i, t, keys);
            data->cells(outputs->row());
            outputs->end_row();
            for (std::size_t q : {0U, 1U, 2U}) {
              if (std::isnan(row.of[q])) {
                data->cell("");
              } else {
                data->cell(row.of[q] != 0);
              }
            }
            data->cell(row.of[4]);
            for (std::size_t q = 0; q < quantities.size(); ++q) sum[q].add(row.of[q]);
            for (std::size_t l = 0; l < layers.size(); ++l) {
              double const avg = r.avg(l, i, t), std = r.std(l, i, t);
              data->cell(avg).cell(std);
              sum[quantities.size() + 2 * l].add(avg), sum[quantities.size() + 2 * l + 1].add(std);
            }
            for (std::string const& key : parameters) data->cell(tables::value_of(condition, key));
            if (!keys.category.empty()) data->cell(keys.category_value);
            data->cell(keys.seed).cell(condition.model.status.empty() ? keys.status : condition.model.status);
            data->cell(keys.epoch).cell(keys.activity_loss).cell(idle).end_row();
          }
        }
      });
  if (outputs) outputs->commit();
  if (now != Branch::none) write_traces(now);
  if (data) data->commit(), traces->commit();
}

}  // namespace dynvision::experiments
