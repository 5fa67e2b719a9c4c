// dynvision benchmark: what training and inference cost, one thing at a time changed from a default.
#include <dynvision/config/layers/shipped.hpp>
#include <dynvision/io/file/atomic_file.hpp>
#include <dynvision/io/file/input_file.hpp>
#include <dynvision/records/interrupt.hpp>
#include <dynvision/records/run_lock.hpp>
#include <dynvision/records/text_table.hpp>

#include <torch/version.h>

#include "all_commands.hpp"
#include "benchmark_forecast.hpp"
#include "benchmark_run.hpp"
#include "benchmark_subject.hpp"
#include "benchmark_table.hpp"
#include "option_number.hpp"
#include "prepare.hpp"
#include "this_machine.hpp"

#include <algorithm>
#include <iostream>
#include <optional>
#include <system_error>
#include <thread>

namespace program {

namespace {

using namespace dynvision;
namespace fs = std::filesystem;

struct Arguments {
  StudyWords study;
  WantedFactors wanted;
  std::string out = "benchmark", rounds = "5";
  bool quick = false, compile_times = false, again = false, dry_run = false, json = false;
};

int rounds_of(std::string const& text) {
  auto const n = option_number<int>(text);
  if (!n || *n < 5 || *n > 1000) {
    fail("program", 180, {"--rounds ", text, ": expected a whole number from 5 to 1000: quartiles need as many"});
  }
  return *n;
}

// The benchmark's own configuration first, what is quicker after it, then the user's.
StudyWords with_defaults(Arguments const& arguments) {
  std::optional<fs::path> const shipped = config::shipped_folder();
  std::error_code ignored;
  if (!shipped || !fs::exists(*shipped / "benchmark.json", ignored)) {
    fail("program", 188,
         "benchmark.json: expected it among the configurations of the library, found none: name their folder in "
         "DYNVISION_CONFIGS");
  }
  StudyWords words = arguments.study;
  words.files.insert(words.files.begin(), (*shipped / "benchmark.json").string());
  if (arguments.quick) words.keys.insert(words.keys.begin(), {"--batch_size=4"});
  return words;
}

std::string machine() {
  return joined({processor(), ", ", static_cast<int>(std::thread::hardware_concurrency()), " cores, LibTorch ",
                 TORCH_VERSION, ", " __VERSION__});
}

// What rows of one table have in common: the default, and how it is measured.
std::string identity_text(Study const& base, Arguments const& arguments) {
  Json all;
  all["machine"] = machine();
  all["quick"] = arguments.quick;
  all["threads"] = threads_at_start();
  for (auto const& [key, value] : base.identity()) all["default"][key] = value;
  return all.dump(1) + "\n";
}

void take_folder(fs::path const& out, std::string const& identity, bool again) {
  std::error_code error;
  fs::create_directories(out, error);
  if (error) fail("program", 185, {out.string(), ": cannot be made: ", error.message()});
  fs::path const file = out / "benchmark.json";
  if (again) {
    for (char const* const name :
         {"benchmark.json", "benchmark_samples.csv", "benchmark.csv", "benchmark.columns.json"})
      fs::remove(out / name, error);
  }
  if (fs::exists(file, error)) {
    std::string const before = InputFile(file).text();
    if (before == identity) return;
    Json const old = Json::parse(before, nullptr, false), now = Json::parse(identity);
    std::string different;
    for (auto const& one : Json::diff(old.is_discarded() ? Json() : old, now)) {
      different += "\n  " + one.value("path", std::string());
    }
    fail("program", 183,
         {out.string(), ": another benchmark was begun in this folder, with another machine or default:", different,
          "\nGive another --out, or --again to begin anew"});
  }
  AtomicFile text(file);
  text.write(identity);
  text.commit();
}

void print_table(std::vector<BenchmarkSample> const& samples) {
  std::vector<std::string> const shown{"factor",
                                       "level",
                                       "seconds_per_training_step",
                                       "inference_ms_per_image",
                                       "memory_mb",
                                       "loader_images_per_s",
                                       "ratio_to_default",
                                       "note"};
  std::vector<std::string> const heads{
      "factor", "level", "training step [s]", "inference [ms/image]", "memory [MB]", "loaded [images/s]",
      "ratio",  "note"};
  std::vector<BenchmarkColumn> const& columns = benchmark_columns();
  TextTable table(heads);
  for (auto const& row : benchmark_rows(samples)) {
    std::vector<std::string> cells;
    for (std::string const& name : shown) {
      auto const at = std::find_if(columns.begin(), columns.end(), [&](auto const& c) { return c.name == name; });
      std::string cell = row[static_cast<std::size_t>(at - columns.begin())];
      if (at->dtype == "float" && !cell.empty()) cell = number_text(std::stod(cell), 4);
      cells.push_back(cell);
    }
    table.add(cells);
  }
  std::cout << table << std::flush;
}

int benchmark(Arguments const& arguments) {
  int const rounds = rounds_of(arguments.rounds);
  std::vector<Factor> const factors = chosen_factors(arguments.wanted, arguments.quick);
  StudyWords const words = with_defaults(arguments);
  Study const base(words, "train");
  prepare_process(base);
  BenchmarkSettings const settings{.rounds = rounds,
                                   .least_seconds = arguments.quick ? 0.02 : 0.2,
                                   .n_loaded = arguments.quick ? 2000 : 10000,
                                   .compile_times = arguments.compile_times};
  if (arguments.dry_run) return print_forecast(words, factors, settings, arguments.json);
  fs::path const out = arguments.out;
  take_folder(out, identity_text(base, arguments), arguments.again);
  RunLock const lock(out);
  BenchmarkSamples samples(out / "benchmark_samples.csv", machine());
  Interrupt const interrupt;
  bool const whole = run_benchmark(words, factors, settings, out, samples, [&] { return interrupt.requested(); });
  write_benchmark(out, samples.all());
  if (arguments.json) {
    Json rows = Json::array();
    for (auto const& row : benchmark_rows(samples.all())) {
      Json& one = rows.emplace_back();
      for (std::size_t i = 0; i < row.size(); ++i) {
        std::string const& dtype = benchmark_columns()[i].dtype;
        one[benchmark_columns()[i].name] = dtype == "str"   ? Json(row[i])
                                           : row[i].empty() ? Json()
                                                            : Json::parse(row[i]);
      }
    }
    std::cout << rows.dump(2) << std::endl;
  } else {
    print_table(samples.all());
  }
  std::cerr << (out / "benchmark.csv").string() << (whole ? "" : ": not all of it: the same command goes on")
            << std::endl;
  return whole ? done : interrupted;
}

}  // namespace

Command const benchmark_command{
    "benchmark", "measure what training and inference cost, one thing at a time changed from a default",
    "  dynvision benchmark --dry-run                        what it would measure, and how long that takes\n"
    "  dynvision benchmark --quick                          batches of 4, in benchmark/benchmark.csv\n"
    "  dynvision benchmark --factors \"recurrence type,T\"    some factors; --model_name, --batch_size ... of the "
    "default\n"
    "  dynvision benchmark --levels T=5,20 --levels tau=3,5,9      some levels; any key is a factor\n"
    "\nAn interrupted benchmark goes on when it is started again. docs/how-to/computational-benchmark.md\n",
    [](CommandLine& line) {
      auto const arguments = std::make_shared<Arguments>();
      take_study(line, arguments->study);
      line.value("--factors", arguments->wanted.factors, "of these factors alone", "NAME,NAME");
      line.values("--levels", arguments->wanted.levels, "of a factor these levels alone, or a key and its values",
                  "FACTOR=LEVEL,LEVEL");
      line.value("--rounds", arguments->rounds, "in which all levels take turns (5)", "N");
      line.value("--out", arguments->out, "folder of the tables (benchmark)", "FOLDER");
      line.flag("--quick", arguments->quick, "batches of 4 images, single steps");
      line.flag("--compile-times", arguments->compile_times, "compile every type anew, and say how long it takes");
      line.flag("--again", arguments->again, "begin anew in this folder");
      line.flag("-n,--dry-run", arguments->dry_run, "say what would be measured, and how long it takes");
      line.flag("--json", arguments->json, "the table for programs");
      return [arguments] { return benchmark(*arguments); };
    }};

}  // namespace program
