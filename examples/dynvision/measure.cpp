// dynvision measure: what is said over several networks, from the tables that experiments have left of each.
#include <dynvision/experiments/networks/curves_of_images.hpp>
#include <dynvision/experiments/networks/null_run.hpp>
#include <dynvision/experiments/networks/statistics_table.hpp>
#include <dynvision/records/progress.hpp>
#include <dynvision/records/text_table.hpp>

#include "all_commands.hpp"
#include "measured_kinds.hpp"
#include "option_number.hpp"
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <set>

namespace program {

namespace {

using namespace dynvision;
using Json = nlohmann::ordered_json;

struct Arguments {
  std::vector<std::string> folders;
  std::string out = "measured", reference, baseline, units = "drawn", classes, draws = "2000", permutations = "10000",
              seed = "0", threads = "0";
  bool json = false;
};

template <class Number> Number number_of(std::string const& text, char const* option, double least, double most) {
  auto const value = option_number<Number>(text);
  if (!value || static_cast<double>(*value) < least || static_cast<double>(*value) > most) {
    fail("program", 178, {option, " \"", text, "\": expected a whole number from ", least, " to ", most});
  }
  return *value;
}

class Measure {
 public:
  explicit Measure(Arguments const& arguments) : asked_(arguments), paths_(tables_in(arguments.folders)) {
    settings_.draws.n_draws = number_of<std::size_t>(arguments.draws, "--draws", 100, 1e6);
    settings_.draws.seed = number_of<std::uint64_t>(arguments.seed, "--seed", 0, 1e18);
    settings_.draws.n_threads = number_of<unsigned>(arguments.threads, "--threads", 0, 1024);
    settings_.permutations.n_permutations = number_of<std::size_t>(arguments.permutations, "--permutations", 100, 1e6);
    settings_.permutations.seed = settings_.draws.seed, settings_.permutations.n_threads = settings_.draws.n_threads;
    constexpr std::array<std::string_view, 2> units{"drawn", "images"};
    if (std::find(units.begin(), units.end(), arguments.units) == units.end())
      fail("program", 178, {"--units \"", arguments.units, "\": ", expected_one_of(arguments.units, units)});
    settings_.units = arguments.units == "images" ? Units::images : Units::as_drawn;
    if (!arguments.classes.empty()) classes_ = number_of<std::int64_t>(arguments.classes, "--classes", 2, 1e6);
  }

  int run() {
    {
      Progress progress("reading measures", std::ssize(paths_));
      for (fs::path const& path : paths_) {
        for (ImageNumbers& one : read_measures(path)) take(std::make_unique<ImageNumbers>(std::move(one)));
        progress.step();
      }
    }
    check_reference();
    if (!asked_.baseline.empty()) take_baseline();
    for (OneExperiment& one : experiments_) {
      for (Kind& kind : one.kinds) kind.measures = of_seeds(kind.members);
    }
    std::int64_t n_comparisons = 0;
    for (OneExperiment const& one : experiments_)
      n_comparisons += std::ssize(pairs_of(experiments_, one, asked_.reference));
    progress_ = std::make_unique<Progress>("measure", std::ssize(networks_) + n_comparisons);
    for (OneExperiment& one : experiments_) {
      courses_of(one);
      one.is_read = true;
      for (OneExperiment& other : experiments_) {
        if (other.is_read && !other.is_compared && may_be_compared(other)) compare(other);
      }
      release();
    }
    progress_->finish();
    for (OneExperiment& one : experiments_) write(one);
    report();
    return done;
  }

 private:
  void take(std::unique_ptr<ImageNumbers> one) {
    KeyCells const& keys = one->network;
    for (auto const& other : networks_) {
      if (other->network.is_network_of(keys)) {
        fail("experiments", 186,
             {one->file, ": ", keys.experiment, " of ", keys.model, ", ", keys.category_value, ", seed ", keys.seed,
              " is in ", other->file, " too: expected each network once"});
      }
    }
    if (keys.experiment.empty() || keys.experiment.front() == '.' ||
        keys.experiment.find_first_of("/\\") != std::string::npos) {
      fail("experiments", 187,
           {one->file, ": experiment \"", keys.experiment, "\": expected a name that can be a folder's, as duration"});
    }
    auto experiment = std::find_if(experiments_.begin(), experiments_.end(),
                                   [&](OneExperiment const& e) { return e.name == keys.experiment; });
    if (experiment == experiments_.end()) {
      experiments_.emplace_back();
      experiment = experiments_.end() - 1;
      experiment->name = keys.experiment;
    }
    Kind wanted{.network = networks::keys_over(keys)};
    auto kind = std::find_if(experiment->kinds.begin(), experiment->kinds.end(),
                             [&](Kind const& k) { return k.is_of(wanted); });
    if (kind == experiment->kinds.end()) {
      experiment->kinds.push_back(std::move(wanted));
      kind = experiment->kinds.end() - 1;
    }
    kind->members.push_back(one.get());
    for (std::int64_t const label : one->labels) largest_label_ = std::max(largest_label_, label);
    networks_.push_back(std::move(one));
  }

  static std::vector<ImageNumbers const*> networks_of(OneExperiment const& one) {
    std::vector<ImageNumbers const*> all;
    for (Kind const& kind : one.kinds) all.insert(all.end(), kind.members.begin(), kind.members.end());
    return all;
  }

  void check_reference() const {
    if (asked_.reference.empty()) return;
    std::set<std::string> values;
    for (OneExperiment const& one : experiments_) {
      for (Kind const& kind : one.kinds) values.insert(kind.name());
    }
    if (!values.contains(asked_.reference)) {
      fail("program", 178,
           {"--reference \"", asked_.reference,
            "\": ", expected_one_of(asked_.reference, std::vector(values.begin(), values.end()))});
    }
  }

  // Of every network the blank run that --baseline names.
  void take_baseline() {
    std::vector<std::string> names;
    for (OneExperiment const& one : experiments_) names.push_back(one.name);
    if (std::find(names.begin(), names.end(), asked_.baseline) == names.end())
      fail("program", 178, {"--baseline \"", asked_.baseline, "\": ", expected_one_of(asked_.baseline, names)});
    Progress progress("baselines", std::ssize(networks_));
    for (auto const& network : networks_) {
      progress.step();
      if (network->network.experiment == asked_.baseline) continue;
      KeyCells blank = network->network;
      blank.experiment = asked_.baseline;
      auto const found = std::find_if(networks_.begin(), networks_.end(),
                                      [&](auto const& other) { return other->network.is_network_of(blank); });
      for (ImageNumbers const* one : {network.get(), found == networks_.end() ? nullptr : found->get()}) {
        if (one != nullptr && has_courses(*one)) continue;
        fail("program", 178,
             {"--baseline ", asked_.baseline, ": ", network->file, ", seed ", network->network.seed,
              one == nullptr ? ": the network was not shown it" : ": test_data.csv and traces.csv are not beside it",
              ": expected time courses of both"});
      }
      take_null_run(*network, read_time_courses(fs::path(network->file).parent_path()),
                    read_time_courses(fs::path((*found)->file).parent_path()));
    }
  }

  static bool has_courses(ImageNumbers const& one) {
    fs::path const folder = fs::path(one.file).parent_path();
    std::error_code none;
    return fs::is_regular_file(folder / "test_data.csv", none) && fs::is_regular_file(folder / "traces.csv", none);
  }

  // What the networks of each kind did over time: rows of traces.csv and curves.csv; held is what is compared.
  void courses_of(OneExperiment& one) {
    one.tables = std::make_unique<OverNetworks>(fs::path(asked_.out) / one.name, settings_.draws);
    OverNetworks& tables = *one.tables;
    for (Kind& kind : one.kinds) {
      tables.add_measures(kind.measures);
      auto const without = std::find_if_not(kind.members.begin(), kind.members.end(),
                                            [](ImageNumbers const* network) { return has_courses(*network); });
      if (without != kind.members.end()) {
        notes_.insert(one.name + ": no test_data.csv and traces.csv beside " + (*without)->file +
                      ": no time courses, nor curves of them");
        progress_->step(std::ssize(kind.members));
      } else {
        read_courses(one, kind, tables);
      }
      tables.add_noise(kind.measures, 1.0 / static_cast<double>(n_classes_of(kind)));
    }
  }

  void read_courses(OneExperiment const& one, Kind& kind, OverNetworks& tables) {
    std::vector<ImageNumbers> courses, curves;
    for (ImageNumbers const* network : kind.members) {
      TimeCourses read = read_time_courses(fs::path(network->file).parent_path());
      if (!read.numbers.network.is_network_of(network->network)) {
        fail("experiments", 185,
             {read.numbers.file, ": of ", read.numbers.network.model, ", seed ", read.numbers.network.seed, ", beside ",
              network->file, " of ", network->network.model, ", seed ", network->network.seed,
              ": expected tables of one network"});
      }
      std::vector<TimeCourses> const singles = single_conditions(one, *network);
      std::vector<TimeCourses const*> others;
      for (TimeCourses const& other : singles) others.push_back(&other);
      curves.push_back(curves_of_images(read, others));
      progress_->step();
      if (kind.axes.empty()) kind.axes = read.courses;
      courses.push_back(std::move(read.numbers));
    }
    auto const pooled = [](std::vector<ImageNumbers> const& all) {
      std::vector<ImageNumbers const*> members;
      for (ImageNumbers const& each : all) members.push_back(&each);
      return of_seeds(members);
    };
    SeedNumbers all = pooled(courses);
    tables.add_courses(all, kind.axes);
    kind.courses = compared_columns(all);
    if (!curves[0].columns.empty()) {
      kind.curves = pooled(curves);
      tables.add_curves(*kind.curves);
    }
  }

  // Other experiments of a network that have one condition: what two pulses may need.
  std::vector<TimeCourses> single_conditions(OneExperiment const& one, ImageNumbers const& network) const {
    std::vector<TimeCourses> all;
    if (network.conditions[0].parameter != "interval" && one.name.find("interval") == std::string::npos) return all;
    for (auto const& other : networks_) {
      KeyCells keys = other->network;
      bool const is_single = other->conditions.size() == 1 && keys.experiment != one.name;
      keys.experiment = one.name;
      if (is_single && keys.is_network_of(network.network) && has_courses(*other))
        all.push_back(read_time_courses(fs::path(other->file).parent_path()));
    }
    return all;
  }

  static SeedNumbers compared_columns(SeedNumbers const& all) {
    SeedNumbers some = all;
    std::vector<std::size_t> kept;
    some.columns.clear(), some.values.clear();
    for (std::size_t c = 0; c < all.columns.size(); ++c) {
      NumberColumn const& column = all.columns[c];
      if (column.measure != (column.layer == "classifier" ? "accuracy" : "response_avg")) continue;
      kept.push_back(c), some.columns.push_back(column);
    }
    for (std::size_t row = 0; row < all.seeds.size() * all.images.size(); ++row) {
      for (std::size_t const c : kept) some.values.push_back(all.values[row * all.columns.size() + c]);
    }
    return some;
  }

  // Of experiments whose time courses are held.
  bool may_be_compared(OneExperiment const& one) const {
    OneExperiment const* const other = silenced_of(experiments_, one);
    return other == nullptr || other->is_read;
  }
  // Time courses that no comparison needs any more.
  void release() {
    for (OneExperiment& one : experiments_) {
      bool const is_needed =
          !one.is_compared || std::any_of(experiments_.begin(), experiments_.end(), [&](auto const& other) {
            return silenced_of(experiments_, other) == &one && !other.is_compared;
          });
      if (is_needed) continue;
      for (Kind& kind : one.kinds) kind.courses.reset(), kind.curves.reset();
    }
  }
  void compare(OneExperiment& one) {
    for (Pair const& pair : pairs_of(experiments_, one, asked_.reference)) {
      std::vector<ComparedRow> rows = compared(pair);
      if (pair.is_silenced) one.tables->add_gain(rows, rows.empty() ? 0 : rows[0].n_seeds);
      for (ComparedRow& row : rows) one.comparisons.push_back(std::move(row));
      progress_->step();
    }
    correct(one.comparisons);
    one.is_compared = true;
  }

  std::vector<ComparedRow> compared(Pair const& pair) const {
    Kind const &a = *pair.a, &b = *pair.b;
    Compared about = pair.about;
    std::vector<ComparedRow> all;
    auto const add = [&](std::vector<ComparedRow> rows) {
      for (ComparedRow& row : rows) all.push_back(std::move(row));
    };
    about.of_a = &a.measures;
    add(compared_measures(PairedNumbers(a.measures, b.measures), about, settings_));
    if (a.curves && b.curves) {
      about.of_a = &*a.curves;
      add(compared_measures(PairedNumbers(*a.curves, *b.curves), about, settings_));
    }
    if (a.courses && b.courses) {
      about.of_a = &*a.courses;
      std::vector<std::vector<std::string>> time;
      for (CourseOfCondition const& axis : a.axes) time.push_back(axis.time_ms);
      add(compared_courses(PairedNumbers(*a.courses, *b.courses), about, time, settings_));
    }
    return all;
  }

  void write(OneExperiment& one) {
    one.written = one.tables->commit();
    if (one.comparisons.empty()) return;
    fs::path const path = fs::path(asked_.out) / one.name / "statistics.csv";
    write_comparisons(path, one.comparisons);
    one.written.push_back(path.string());
  }

  // Where neither the option nor the table says it, those of the labels.
  std::int64_t n_classes_of(Kind const& kind) {
    if (classes_) return *classes_;
    if (kind.members[0]->n_classes) return *kind.members[0]->n_classes;
    std::int64_t const n = std::max<std::int64_t>(largest_label_ + 1, 2);
    if (!networks::noise_levels(kind.measures).empty())
      notes_.insert("chance is taken to be 1/" + number_text(n) +
                    ", of the largest label; --classes says another number");
    return n;
  }

  void report() const {
    Json all{{"out", asked_.out}, {"experiments", Json::array()}, {"notes", notes_}};
    TextTable table({"experiment", "kinds", "networks of each", "images", "comparisons", "p_holm <= 0.05"});
    for (OneExperiment const& one : experiments_) {
      std::size_t tested = 0, below = 0, fewest = one.kinds[0].measures.seeds.size(), most = 0, images = fewest;
      for (Kind const& kind : one.kinds) {
        fewest = std::min(fewest, kind.measures.seeds.size()), most = std::max(most, kind.measures.seeds.size());
        images = kind.measures.images.size();
      }
      for (ComparedRow const& row : one.comparisons) tested += !std::isnan(row.p), below += row.p_holm <= 0.05;
      std::string const seeds = fewest == most ? number_text(most) : number_text(fewest) + " to " + number_text(most);
      table.add({one.name, number_text(one.kinds.size()), seeds, number_text(images),
                 number_text(tested) + " of " + number_text(one.comparisons.size()) + " tested", number_text(below)});
      all["experiments"].push_back({{"name", one.name},
                                    {"kinds", one.kinds.size()},
                                    {"networks", networks_of(one).size()},
                                    {"comparisons", one.comparisons.size()},
                                    {"tested", tested},
                                    {"tables", one.written}});
    }
    if (asked_.json) {
      std::cout << all.dump(2) << std::endl;
      return;
    }
    std::cout << table;
    for (std::string const& note : notes_) std::cout << note << "\n";
    std::cout << asked_.out << "/" << std::endl;
  }

  Arguments const& asked_;
  std::vector<fs::path> paths_;
  std::unique_ptr<Progress> progress_{};
  ComparisonSettings settings_{};
  std::optional<std::int64_t> classes_{};
  std::int64_t largest_label_ = 0;
  std::vector<std::unique_ptr<ImageNumbers>> networks_{};
  std::deque<OneExperiment> experiments_{};
  std::set<std::string> notes_{};
};

}  // namespace

Command const measure_command{
    "measure", "what is said over several networks: intervals over seeds, comparisons, fits",
    "  dynvision measure runs/a/experiments runs/b/experiments --out measured\n"
    "  dynvision measure experiments --reference full --json\n",
    [](CommandLine& line) {
      auto const arguments = std::make_shared<Arguments>();
      line.arguments(
          "FOLDER", arguments->folders,
          "with tables of experiments, as dynvision experiment run leaves them, of one network each or of many");
      line.value("--out", arguments->out, "folder; the tables are in one folder for each experiment (measured)",
                 "FOLDER");
      line.value("--reference", arguments->reference,
                 "value of the category that others are compared with, beside none; without it, the first one",
                 "VALUE");
      line.value(
          "--baseline", arguments->baseline,
          "experiment that shows nothing (null), whose time courses are taken off, step by step; without it, the mean "
          "before the stimulus",
          "NAME");
      line.value("--units", arguments->units,
                 "of tests: drawn, which are networks where there are several; or images, which says nothing of other "
                 "networks",
                 "NAME");
      line.value("--classes", arguments->classes,
                 "chance of psychometric functions is one of so many; without it, what the tables say", "N");
      line.value("--draws", arguments->draws, "of images and networks, for intervals (2000)", "N");
      line.value("--permutations", arguments->permutations, "most flips of signs of a test (10000)", "N");
      line.value("--seed", arguments->seed, "of draws and flips (0)", "N");
      line.value("--threads", arguments->threads, "0: as many as the machine has; the numbers are the same", "N");
      line.flag("--json", arguments->json, "for programs");
      return [arguments] { return Measure(*arguments).run(); };
    }};

}  // namespace program
