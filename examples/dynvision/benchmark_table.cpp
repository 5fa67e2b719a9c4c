#include "benchmark_table.hpp"

#include <dynvision/analysis/order.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/csv/writer.hpp>
#include <dynvision/io/file/atomic_file.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

namespace program {

namespace {

using dynvision::number_text;

// Of one level: numbers by quantity and round.
struct Measured {
  std::string factor, level, machine, date;
  std::map<std::string, std::map<int, double>> values{};
  std::map<std::string, std::string> words{};

  double once(std::string const& quantity) const {
    auto const found = values.find(quantity);
    if (found == values.end()) return dynvision::analysis::not_defined;
    auto const said = found->second.find(0);
    return said == found->second.end() ? dynvision::analysis::not_defined : said->second;
  }
  std::string word(std::string const& quantity) const {
    auto const found = words.find(quantity);
    return found == words.end() ? "" : found->second;
  }
  std::vector<double> rounds(std::string const& quantity) const {
    std::vector<double> all;
    auto const found = values.find(quantity);
    if (found == values.end()) return all;
    for (auto const& [round, value] : found->second) {
      if (round > 0) all.push_back(value);
    }
    return all;
  }
};

std::vector<Measured> by_level(std::vector<BenchmarkSample> const& samples) {
  std::vector<Measured> all;
  for (BenchmarkSample const& s : samples) {
    auto at = std::find_if(all.begin(), all.end(),
                           [&](Measured const& m) { return m.factor == s.factor && m.level == s.level; });
    if (at == all.end()) at = all.insert(all.end(), {s.factor, s.level, s.machine, s.date});
    at->date = std::max(at->date, s.date);
    at->values[s.quantity][s.round] = s.value;
    if (!s.words.empty()) at->words[s.quantity] = s.words;
  }
  return all;
}

// Time for an image in a round, by what the factor is about; empty: it was not measured.
std::map<int, double> time_of_image(Measured const& level) {
  std::map<int, double> times;
  auto const take = [&](char const* quantity, auto const& per_image) {
    auto const found = level.values.find(quantity);
    if (found == level.values.end() || !times.empty()) return;
    for (auto const& [round, value] : found->second) {
      if (round > 0) times[round] = per_image(value);
    }
  };
  take("loader_images_per_s", [](double rate) { return 1 / rate; });
  take("one_pass_s", [](double seconds) { return seconds; });
  take("training_s", [&](double seconds) { return seconds / level.once("batch_size"); });
  return times;
}

std::vector<double> ratios(Measured const& level, Measured const* reference) {
  std::map<int, double> const mine = time_of_image(level);
  std::map<int, double> other = reference == nullptr ? std::map<int, double>{} : time_of_image(*reference);
  if (auto const separate = level.values.find("separate_s"); separate != level.values.end()) other = separate->second;
  std::vector<double> all;
  for (auto const& [round, time] : mine) {
    if (auto const same = other.find(round); same != other.end()) all.push_back(time / same->second);
  }
  return all;
}

struct Row {
  Measured const& level;
  Measured const* reference;
};

std::string cell(double value) { return std::isfinite(value) ? number_text(value, 9) : ""; }

std::string quantile(std::vector<double> const& values, double q, double factor = 1) {
  return cell(factor * dynvision::analysis::quantile(values, q));
}

using Text = std::function<std::string(Row const&)>;
struct Column {
  BenchmarkColumn is;
  Text text;
};

Text once(char const* quantity, double factor = 1) {
  return [=](Row const& row) { return cell(factor * row.level.once(quantity)); };
}
Text word(char const* quantity) {
  return [=](Row const& row) { return row.level.word(quantity); };
}
Text median(char const* quantity, double q, double factor = 1) {
  return [=](Row const& row) { return quantile(row.level.rounds(quantity), q, factor); };
}
// Of what a round's number is turned into.
Text median_of(char const* quantity, std::function<double(Measured const&, double)> const& turned, double q = 0.5) {
  return [=](Row const& row) {
    std::vector<double> values = row.level.rounds(quantity);
    for (double& value : values) value = turned(row.level, value);
    return quantile(values, q);
  };
}

std::size_t n_rounds(Measured const& level) {
  std::size_t most = 0;
  for (auto const& [quantity, values] : level.values) most = std::max(most, level.rounds(quantity).size());
  return most;
}

std::vector<Column> const& table() {
  auto const per_image = [](Measured const& m, double seconds) { return 1000 * seconds / m.once("batch_size"); };
  auto const rate = [](Measured const& m, double seconds) { return m.once("batch_size") / seconds; };
  auto const ratio = [](double q) {
    return [=](Row const& row) { return quantile(ratios(row.level, row.reference), q); };
  };
  static std::vector<Column> const all{
      {{"factor", "str", "", "what is changed from the default"}, [](Row const& r) { return r.level.factor; }},
      {{"level", "str", "", "to what"}, [](Row const& r) { return r.level.level; }},
      {{"seconds_per_training_step", "float", "s", "of a batch: run, loss, gradient, update; median of the rounds"},
       median("training_s", 0.5)},
      {{"seconds_per_training_step_q1", "float", "s", "lower quartile of the rounds"}, median("training_s", 0.25)},
      {{"seconds_per_training_step_q3", "float", "s", "upper quartile of the rounds"}, median("training_s", 0.75)},
      {{"images_per_s", "float", "1/s", "in training: batch_size over seconds_per_training_step"},
       median_of("training_s", rate)},
      {{"inference_ms_per_image", "float", "ms", "without gradient, in batches of batch_size; median of the rounds"},
       median_of("inference_s", per_image)},
      {{"inference_ms_per_image_q1", "float", "ms", "lower quartile of the rounds"},
       median_of("inference_s", per_image, 0.25)},
      {{"inference_ms_per_image_q3", "float", "ms", "upper quartile of the rounds"},
       median_of("inference_s", per_image, 0.75)},
      {{"memory_mb", "float", "MB",
        "most that a training step holds above parameters, inputs and what the step before "
        "has left (10^6 bytes of resident memory)"},
       once("memory_bytes", 1e-6)},
      {{"planned_memory_mb", "float", "MB", "the same as the plan of the compiled path foresees it"},
       once("planned_bytes", 1e-6)},
      {{"parameters", "int", "", "that learn"}, once("parameters")},
      {{"multiply_adds_per_step", "float", "", "of an image, in one time step, if every operation has a signal"},
       once("multiply_adds_per_step")},
      {{"compile_s", "float", "s", "to compile the model's type on first use; empty: it is built in"},
       once("compile_s")},
      {{"loader_images_per_s", "float", "1/s", "read and put in batches once; median of the rounds"},
       median("loader_images_per_s", 0.5)},
      {{"waiting_share", "float", "", "of a training's time, for batches of this loader in the first epoch"},
       [](Row const& row) {
         auto const loader = row.level.rounds("loader_images_per_s");
         if (loader.empty() || row.reference == nullptr) return std::string();
         auto const step = row.reference->rounds("training_s");
         double const batch = row.reference->once("batch_size");
         double const loading = batch / dynvision::analysis::quantile(loader, 0.5);
         return cell(loading / (loading + dynvision::analysis::quantile(step, 0.5)));
       }},
      {{"accuracy_equal_images", "float", "", "of test images, after as many training images as every level"},
       once("accuracy_equal_images")},
      {{"accuracy_equal_seconds", "float", "", "of test images, after as many seconds of training as every level"},
       once("accuracy_equal_seconds")},
      {{"ratio_to_default", "float", "",
        "of time for an image, to the default in the same round; median of the rounds"},
       ratio(0.5)},
      {{"ratio_to_default_q1", "float", "", "lower quartile of the rounds"}, ratio(0.25)},
      {{"ratio_to_default_q3", "float", "", "upper quartile of the rounds"}, ratio(0.75)},
      {{"step_ratio", "float", "", "of time steps, separate runs to one pass (factor plan)"}, once("step_ratio")},
      {{"is_default", "bool", "", "the level that ratios of its factor are to"}, once("is_default")},
      {{"rounds", "int", "", "in which it was measured"}, [](Row const& r) { return number_text(n_rounds(r.level)); }},
      {{"output_difference", "float", "", "relative norm of the outputs' difference to run::unroll, before the rounds"},
       once("output_difference")},
      {{"type", "str", "", "of the model, as it is written in C++"}, word("type")},
      {{"path", "str", "", "compiled, or step by step (run::unroll)"}, word("path")},
      {{"batch_size", "int", "", "images in a batch"}, once("batch_size")},
      {{"steps", "int", "", "of a trial, with idle and residual ones"}, once("steps")},
      {{"threads", "int", "", "of the computation"}, once("threads")},
      {{"note", "str", "", "why it was not run, or what is to be known of it"}, word("note")},
      {{"machine", "str", "", "processor, cores and LibTorch"}, [](Row const& r) { return r.level.machine; }},
      {{"date", "str", "", "of the last measurement"}, [](Row const& r) { return r.level.date; }}};
  return all;
}

}  // namespace

std::vector<BenchmarkColumn> const& benchmark_columns() {
  static std::vector<BenchmarkColumn> const all = [] {
    std::vector<BenchmarkColumn> columns;
    for (Column const& column : table()) columns.push_back(column.is);
    return columns;
  }();
  return all;
}

std::vector<std::vector<std::string>> benchmark_rows(std::vector<BenchmarkSample> const& samples) {
  std::vector<Measured> const levels = by_level(samples);
  std::vector<std::vector<std::string>> rows;
  for (Measured const& level : levels) {
    auto const reference = std::find_if(levels.begin(), levels.end(), [&](Measured const& other) {
      return other.factor == level.factor && other.once("is_default") == 1;
    });
    Row const row{level, reference == levels.end() ? nullptr : &*reference};
    std::vector<std::string>& cells = rows.emplace_back();
    for (Column const& column : table()) cells.push_back(column.text(row));
  }
  return rows;
}

void write_benchmark(std::filesystem::path const& folder, std::vector<BenchmarkSample> const& samples) {
  nlohmann::ordered_json described;
  std::vector<std::string> names;
  for (BenchmarkColumn const& column : benchmark_columns()) {
    names.push_back(column.name);
    described[column.name] = {{"dtype", column.dtype}, {"unit", column.unit}, {"description", column.description}};
  }
  dynvision::AtomicFile table(folder / "benchmark.csv"), columns(folder / "benchmark.columns.json");
  table.write(dynvision::CsvWriter::line(names) + "\n");
  for (auto const& row : benchmark_rows(samples)) table.write(dynvision::CsvWriter::line(row) + "\n");
  columns.write(described.dump(2) + "\n");
  columns.commit();
  table.commit();
}

}  // namespace program
