// Layers, modes, scopes and arguments become one study, and every value says where it came from.
// covers: config/layers/arguments.hpp config/layers/assignment.hpp config/layers/fold.hpp config/layers/modes.hpp
// covers: config/layers/origin.hpp config/layers/resolved.hpp config/layers/shipped.hpp config/layers/stimulus.hpp
#include <dynvision/config/resolve.hpp>

#include "../io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <fstream>

using namespace dynvision;
using namespace dynvision::config;

namespace {

void write(std::filesystem::path const& file, std::string const& text) { std::ofstream(file) << text; }

// One file, no shipped ones, on no cluster.
struct OneFile {
  TemporaryFolder folder{};
  Request request{.files = {folder / "study.json"}, .shipped = std::nullopt, .cluster = ""};

  explicit OneFile(std::string const& text, std::vector<std::string> arguments = {}) {
    write(folder / "study.json", text);
    request.arguments = std::move(arguments);
  }
  Resolved resolved() const { return resolve(request); }
  std::vector<std::string> problems() const {
    std::vector<std::string> all;
    Resolved const now = resolved();
    for (Problem const& one : now.problems.all()) {
      std::string line = one.line();
      if (line.starts_with(folder.path.string())) line.erase(0, folder.path.string().size() + 1);
      all.push_back(number_text(one.number) + " " + line);
    }
    return all;
  }
};

}  // namespace

TEST_CASE("keys are found by section, command, dotted name and alias", "[config]") {
  OneFile const file(
      R"({"tau": 7, "model": {"tff": 2, "rctype": "self"}, "model.trc": 4, "train": {"data": {"shuffle": false}},
    "test.batch_size": 3, "precision": 32, "prec": "bf16-mixed", "optimizer_kwargs": {"weight_decay": 0.25}, "scheduler_kwargs.T_max": 9,
    "layers": {"IT": {"tau": 9}}, "model.layers.V1.tsk": 6})");
  Resolved const resolved = file.resolved();
  resolved.problems.require_none();
  Study const& study = resolved.study;
  CHECK(study.options.tau == 7.0);
  CHECK(study.options.t_feedforward == 2.0);
  CHECK(study.options.t_recurrence == 4.0);
  CHECK(study.structure.recurrence_type == "self");
  CHECK_FALSE(study.fit.batches.shuffle);
  CHECK(study.fit.batches.batch_size == BatchOptions{}.batch_size);  // test. is another command's
  CHECK(study.optimizer.optimizer_kwargs == Kwargs{{"weight_decay", 0.25}});
  CHECK(study.fit.scheduler.scheduler_kwargs == Kwargs{{"T_max", 9}});
  CHECK(study.fit.precision == "bf16-mixed");
  REQUIRE(study.options.layers.size() == 2);
  CHECK(study.options.layers[0].first == "IT");
  CHECK(study.options.layers[0].second.tau == 9);
  CHECK(study.options.layers[1].second.t_skip == 6);
  CHECK_FALSE(study.options.dt.given());
  CHECK(resolved.find("model.tau")->origin.place.line == 1);
}

TEST_CASE("a name without a section is that of every section that has it", "[config]") {
  Study const study = OneFile(R"({"seed": 5, "data.seed": 6})").resolved().study;
  CHECK(study.options.seed == 5U);
  CHECK(study.fit.batches.seed == 6);
  CHECK(study.data.seed == 6);
}

TEST_CASE("one key is the value of every struct that has it", "[config]") {
  Study const study = OneFile(R"({"n_timesteps": 12, "non_input_value": 0.5})").resolved().study;
  CHECK(study.trial.n_timesteps == 12);
  CHECK(study.run.n_timesteps == 12);
  CHECK(study.run.non_input_value == 0.5);
}

TEST_CASE("numbers of parts are given by their names", "[config]") {
  OneFile file(
      R"({"tau_adaptation": 50, "model.depression_use": 0.01, "numbers.own": 3, "model": {"semisaturation": 0.7}})");
  file.request.numbers = {"semisaturation"};
  Resolved const resolved = file.resolved();
  resolved.problems.require_none();
  CHECK(resolved.study.options.numbers ==
        GivenNumbers{{"tau_adaptation", 50}, {"own", 3}, {"depression_use", 0.01}, {"semisaturation", 0.7}});
  CHECK(OneFile(R"({"tau_adaptation": -1})").problems() ==
        std::vector<std::string>{"123 study.json:1:20: model.tau_adaptation = -1: expected a number above 0"});
  CHECK(OneFile(R"({"model.tau_adaption": 50})").problems().at(0).find("did you mean \"tau_adaptation\"?") !=
        std::string::npos);
}

TEST_CASE("arguments", "[config]") {
  OneFile const file("{}",
                     {"--model.tau",  "9",         "--lr=1e-3",  "--shuffle",   "false",           "--train.batch-size",
                      "32",           "--pattern", "010",        "--drop_last", "--layers.IT.tau", "4",
                      "--t_feedback", "-0",        "--feedback", "mul",         "--data_group",    "01",
                      "--input_dims", "[1,28,28]"});
  Resolved const resolved = file.resolved();
  resolved.problems.require_none();
  CHECK(resolved.study.options.tau == 9.0);
  CHECK(resolved.study.optimizer.learning_rate == 1e-3);
  CHECK_FALSE(resolved.study.fit.batches.shuffle);
  CHECK(resolved.study.fit.batches.drop_last);
  CHECK(resolved.study.fit.batches.batch_size == 32);
  CHECK(resolved.study.trial.presentation.pattern == "010");
  CHECK(resolved.study.options.layers[0].second.tau == 4);
  CHECK(resolved.study.structure.feedback == "mul");
  CHECK(resolved.study.data.data_group == "01");
  CHECK(resolved.study.options.input_dims == std::array<int, 3>{1, 28, 28});
  CHECK(resolved.find("model.tau")->origin.text() == "--model.tau (command line)");
}

TEST_CASE("all problems at once, each with its place", "[config]") {
  OneFile const file(
      "{\n  \"tua\": 4,\n  \"model\": {\"rctype\": \"sefl\", \"dt\": 0},\n  \"batch_size\": 2.5,\n"
      "  \"layers\": {\"IT\": {\"tau\": -9, \"tua\": 1}},\n  \"train\": {\"epochs\": \"many\"},\n"
      "  \"test.data.batch_size\": 0,\n  \"optimizer_kwargs\": {\"wd\": 1}\n}",
      {"--taus", "3", "--tau", "x", "7", "--epochs", "[1,2]"});
  Study scratch;
  std::string const of_kwargs =
      "expected " + catalog().find("model.optimizer_kwargs")->set(scratch, Value::of({{"wd", 1}}, {}))->expected;
  std::string const n_names = number_text(catalog().names("").size() + 7 + library_numbers().size());
  CHECK(
      file.problems() ==
      std::vector<std::string>{
          "121 study.json:2:3: there is no key \"tua\": expected one of " + n_names + " names (did you mean \"tau\"?)",
          "121 --taus: there is no key \"taus\": expected one of " + n_names + " names (did you mean \"tau\"?)",
          "123 study.json:3:23: model.recurrence_type = \"sefl\": expected full | self | depthwise | pointwise | "
          "depthpointwise | pointdepthwise | local | localdepthwise | none (did you mean \"self\"?)",
          "123 study.json:3:37: model.dt = 0 ms: expected a number above 0",
          "122 study.json:4:17: data.batch_size = 2.5: expected a whole number of at least 1",
          "123 study.json:5:28: model.layers.IT.tau = -9: expected a number above 0, or null",
          "122 study.json:6:23: trainer.epochs = \"many\": expected a whole number of at least 0",
          "123 study.json:7:27: data.batch_size = 0: expected a whole number of at least 1",
          "123 study.json:8:30: model.optimizer_kwargs.wd = 1: " + of_kwargs,
          "122 --tau: model.tau = \"x\" ms: expected a number above 0",
          "131 --tau: model.tau = [\"x\",7]: expected number; a list of them is for the command sweep",
          "131 --epochs: trainer.epochs = [1,2]: expected whole number; a list of them is for the command sweep"});
}

TEST_CASE("lists are swept where a command sweeps", "[config]") {
  OneFile file(R"({"rctype": ["full", "self"], "input_dims": [[1, 28, 28], [3, 32, 32]], "pattern": ["1", "011"],
                   "train": {"tau": [3, 5]}})");
  file.request.sweeps = true;
  Resolved const resolved = file.resolved();
  resolved.problems.require_none();
  std::vector<std::string> swept;
  for (Sweep const& sweep : resolved.sweeps)
    swept.push_back(sweep.key->whole_name() + number_text(sweep.values.size()));
  CHECK(swept == std::vector<std::string>{"model.recurrence_type2", "model.input_dims2", "model.tau2",
                                          "model.data_presentation_pattern2"});
  CHECK(resolved.study.structure.recurrence_type == "full");
  CHECK(resolved.study.options.tau == 3.0);
  CHECK(OneFile(R"({"pattern": [1, 0, 1]})").resolved().study.trial.presentation.pattern == "101");
}

TEST_CASE("modes: named or detected, and why", "[config]") {
  std::string const modes =
      R"("modes": {"debug": {"batch_size": 3}, "local": {"enable_progress_bar": true, "lr": 0.5}})";
  OneFile const detected("{\"use_debug_mode\": \"auto\", \"epochs\": 4, \"batch_size\": 64, " + modes + "}");
  Resolved const resolved = detected.resolved();
  resolved.problems.require_none();
  CHECK(resolved.study.fit.batches.batch_size == 3);
  REQUIRE(resolved.modes.size() == 2);
  CHECK(resolved.modes[0].name + ": " + resolved.modes[0].why == "local: detected: not on a cluster");
  CHECK(resolved.modes[1].name + ": " + resolved.modes[1].why == "debug: detected: epochs = 4");
  CHECK(resolved.find("data.batch_size")->origin.text().ends_with("(mode debug)"));
  CHECK(resolved.find("data.batch_size")->overrode.front().value == 64);

  OneFile off("{\"use_local_mode\": false, \"train.batch_size\": 9, " + modes + "}", {"--use_debug_mode"});
  CHECK(off.resolved().modes[0].why == "named");
  CHECK(off.resolved().study.fit.batches.batch_size == 9);  // an override of a command goes before modes
  OneFile cluster("{\"use_distributed\": true, \"use_distributed_mode\": \"auto\"}");
  cluster.request.cluster = "SLURM_JOB_ID";
  REQUIRE(cluster.resolved().modes.size() == 1);
  CHECK(cluster.resolved().modes[0].why == "detected: SLURM_JOB_ID is set");
}

TEST_CASE("keys without effect are checked, and said where they ask for something", "[config]") {
  OneFile const file(R"({"use_ffcv": false, "num_workers": 4, "strategy": "ddp"})");
  Resolved const resolved = file.resolved();
  resolved.problems.require_none();
  REQUIRE(resolved.notes.size() == 2);
  CHECK(resolved.notes[0].find("data.num_workers = 4 has no effect: there are no loader processes") !=
        std::string::npos);
  CHECK(OneFile(R"({"use_ffcv": 5})").problems().size() == 1);
}

TEST_CASE("a resolved study, read again, is the same study", "[config]") {
  OneFile const file(
      R"({"dt": 0.1, "tau": 0.7000000000000001, "seed": 18446744073709551615, "layers": {"V1": {"t_skip": 0.30000000000000004}},
                         "lr_parameter_groups": {"classifier": {"lr_factor": 60}}, "use_debug_mode": true,
                         "modes": {"debug": {"batch_size": 3}}, "model": {"numbers": {"own": 1e-7}}})");
  Resolved const first = file.resolved();
  first.problems.require_none();
  OneFile const again(first.json().dump(2));
  Resolved const second = again.resolved();
  second.problems.require_none();
  for (std::size_t i = 0; i < first.settings.size(); ++i) {
    Key const& key = *first.settings[i].key;
    INFO(key.whole_name());
    CHECK(key.get(first.study) == key.get(second.study));
    CHECK(first.settings[i].given() == second.settings[i].given());
  }
  CHECK(second.study.options.tau.given());
  CHECK(second.find("model.tau")->origin.text().ends_with("(study)"));

  OneFile over(first.json().dump(2), {"--lr", "0.5"});  // other files and arguments go before it
  over.request.files.push_back(over.folder.file("more.json", R"({"dt": 0.15, "tau": 3})"));
  Resolved const more = over.resolved();
  more.problems.require_none();
  CHECK((more.study.options.dt == 0.15 && more.study.options.tau == 3.0 && more.study.optimizer.learning_rate == 0.5));
  CHECK_FALSE(second.study.options.t_skip.given());
}
