// dynvision compare: a model's recording or answers beside those of neurons or observers.
#include <dynvision/experiments/observed/neural_recording.hpp>
#include <dynvision/experiments/observed/psychophysics.hpp>
#include <dynvision/io/csv/writer.hpp>

#include "all_commands.hpp"
#include "option_number.hpp"
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>

namespace program {

namespace {

using namespace dynvision;
using Json = nlohmann::ordered_json;

struct Arguments {
  std::string model, output, sigmoid = "weibull", chance = "0";
  std::vector<std::string> observed{};
  bool json = false;
};

// Answers have the columns x, k and n.
bool is_psychophysics(std::filesystem::path const& path) {
  std::vector<std::string> names;
  if (experiments::is_zip_file(path)) {
    for (auto const& entry : read_npz(path)) names.push_back(entry.first);
  } else {
    names = read_csv(path).columns;
  }
  auto const has = [&](char const* name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  return has("k") && has("n");
}

struct Report {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows{};
  Json summary = Json::object();
};

Report thresholds(Arguments const& arguments) {
  constexpr std::array<std::string_view, 2> sigmoids{"weibull", "logistic"};
  auto const kind = std::find(sigmoids.begin(), sigmoids.end(), arguments.sigmoid);
  if (kind == sigmoids.end()) {
    fail("program", 176, {"--sigmoid \"", arguments.sigmoid, "\": ", expected_one_of(arguments.sigmoid, sigmoids)});
  }
  double const chance = option_number<double>(arguments.chance).value_or(-1);
  if (!(chance >= 0 && chance < 1)) {
    fail("program", 176,
         {"--chance \"", arguments.chance, "\": expected a share of at least 0 and below 1, such as 0.1"});
  }
  auto const of = kind == sigmoids.begin() ? analysis::Sigmoid::weibull : analysis::Sigmoid::logistic;
  auto const both =
      experiments::compare_thresholds(experiments::read_psychophysics(arguments.model),
                                      experiments::read_psychophysics(arguments.observed.front()), of, chance);
  Report report{{"condition", "threshold_model", "threshold_observed"}};
  for (std::size_t i = 0; i < both.conditions.size(); ++i) {
    report.rows.push_back({both.conditions[i], number_text(both.model[i], 9), number_text(both.observers[i], 9)});
  }
  report.summary["spearman"] = both.spearman, report.summary["mean_difference"] = both.mean_difference;
  return report;
}

// A row for each file, layer and two time bins, with the ceiling of all files in that bin.
Report recordings(Arguments const& arguments) {
  experiments::NeuralRecording const model = experiments::read_recording(arguments.model);
  std::vector<experiments::NeuralRecording> observed;
  for (std::string const& path : arguments.observed) observed.push_back(experiments::read_recording(path));
  std::vector<analysis::NoiseCeiling> ceilings(observed.front().bins.size());
  if (observed.size() > 1) ceilings = experiments::recordings_ceiling(observed);
  Report report{{"observed", "layer", "model_bin_start", "model_bin_end", "observed_bin_start", "observed_bin_end",
                 "n_stimuli", "rsa", "cka", "cka_debiased", "ceiling_lower", "ceiling_upper"}};
  for (std::size_t i = 0; i < observed.size(); ++i) {
    std::vector<experiments::RecordingAgreement> const all = experiments::compare_recordings(model, observed[i]);
    for (std::size_t row = 0; row < all.size(); ++row) {
      experiments::RecordingAgreement const& one = all[row];
      analysis::NoiseCeiling const& ceiling = ceilings[row % ceilings.size()];  // a row's time bin is the innermost
      report.rows.push_back({arguments.observed[i], one.layer, number_text(one.model.start), number_text(one.model.end),
                             number_text(one.neurons.start), number_text(one.neurons.end), number_text(one.n_stimuli),
                             number_text(one.rsa, 9), number_text(one.cka, 9), number_text(one.cka_debiased, 9),
                             number_text(ceiling.lower, 9), number_text(ceiling.upper, 9)});
    }
  }
  return report;
}

int compare(Arguments const& arguments) {
  bool const answers = is_psychophysics(arguments.model);
  for (std::string const& observed : arguments.observed) {
    bool const many = answers && arguments.observed.size() > 1;
    if (is_psychophysics(observed) == answers && !many) continue;
    fail("program", 177,
         {arguments.model, " and ", observed,
          ": expected two tables of answers (x, k, n, condition), or recordings (responses, stimulus_id)",
          many ? ", found several tables of answers" : ""});
  }
  Report const report = answers ? thresholds(arguments) : recordings(arguments);
  if (!arguments.output.empty()) {
    CsvWriter table(arguments.output, report.columns, 0);
    for (auto const& row : report.rows) table.row(row);
  }
  if (arguments.json) {
    Json rows = Json::array();
    for (auto const& row : report.rows) {
      Json one = Json::object();
      for (std::size_t c = 0; c < row.size(); ++c) one[report.columns[c]] = row[c];
      rows.push_back(one);
    }
    Json all = report.summary;
    all["rows"] = rows;
    std::cout << all.dump(2) << std::endl;
    return done;
  }
  std::cout << CsvWriter::line(report.columns) << "\n";
  for (auto const& row : report.rows) std::cout << CsvWriter::line(row) << "\n";
  for (auto const& [name, value] : report.summary.items()) {
    std::cout << name << ": " << number_text(value.get<double>(), 4) << "\n";
  }
  std::cout << std::flush;
  return done;
}

}  // namespace

Command const compare_command{"compare", "compare a model's recording or answers with those of neurons or observers",
                              "  dynvision compare it.npz neurons.npz --output agreement.csv\n"
                              "  dynvision compare it.npz animal1.npz animal2.npz animal3.npz\n"
                              "  dynvision compare model.csv people.csv --chance 0.1\n"
                              "\nRecordings: NPZ of dynvision record or with responses and stimulus_id, or a table "
                              "with stimulus_id and a column for each "
                              "neuroid. Answers: a table of x (level), k (right answers), n (answers), condition.\n",
                              [](CommandLine& line) {
                                auto const arguments = std::make_shared<Arguments>();
                                line.argument("MODEL", arguments->model, "of the model", true);
                                line.arguments("OBSERVED", arguments->observed,
                                               "of neurons or observers; recordings of several: with their ceiling");
                                line.value("--sigmoid", arguments->sigmoid, "of answers: weibull or logistic", "NAME");
                                line.value("--chance", arguments->chance,
                                           "of answers: share that is right by chance, 1/classes", "SHARE");
                                line.value("--output", arguments->output, "table to write, CSV", "FILE");
                                line.flag("--json", arguments->json, "for programs");
                                return [arguments] { return compare(*arguments); };
                              }};

}  // namespace program
