// The runs that a configuration asks for.
#include <dynvision/config/study_sweep.hpp>

#include "../io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <set>

using namespace dynvision;
using namespace dynvision::config;

namespace {

struct OneFile {
  TemporaryFolder folder{};
  Request request{.files = {folder / "study.json"}, .shipped = std::nullopt, .cluster = ""};

  explicit OneFile(std::string const& text, std::vector<std::string> arguments = {}) {
    std::ofstream(folder / "study.json") << text;
    request.arguments = std::move(arguments);
  }
  StudySweep sweep(std::vector<std::string> const& categories = {},
                   std::vector<std::vector<std::string>> const& zip = {}) const {
    StudySweep found = study_sweep(request, categories, zip);
    found.problems.require_none();
    return found;
  }
  std::vector<std::string> names(std::vector<std::string> const& categories = {},
                                 std::vector<std::vector<std::string>> const& zip = {}) const {
    std::vector<std::string> all;
    for (SweptRun const& run : sweep(categories, zip).runs) all.push_back(run.name);
    return all;
  }
  template <class... Of> std::string error(Of const&... of) const {
    try {
      sweep(of...);
    } catch (Error const& e) {
      return e.what();
    }
    return "no error";
  }
};

bool says(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("lists for single values are swept, as they are written, arguments last", "[sweep]") {
  OneFile const file(R"({"model": {"recurrence_type": ["self", "full"]}, "tau": [3, 9],
    "pattern": "1011", "input_dims": [1, 28, 28]})",
                     {"--lr", "[1e-3, 0.01]"});
  CHECK(file.names() == Names{"rctype=self,tau=3,lr=0.001", "rctype=self,tau=3,lr=0.01", "rctype=self,tau=9,lr=0.001",
                              "rctype=self,tau=9,lr=0.01", "rctype=full,tau=3,lr=0.001", "rctype=full,tau=3,lr=0.01",
                              "rctype=full,tau=9,lr=0.001", "rctype=full,tau=9,lr=0.01"});
  StudySweep const sweep = file.sweep();
  // The file of a run gives its study, and asks for one run alone.
  std::ofstream(file.folder / "run.json") << sweep.runs[6].configuration;
  Request one{.files = {file.folder / "run.json"}, .shipped = std::nullopt, .cluster = ""};
  Resolved const resolved = resolve(one);
  resolved.problems.require_none();
  CHECK(resolved.study.structure.recurrence_type == "full");
  CHECK(resolved.study.options.tau == 9.0);
  CHECK(resolved.study.optimizer.learning_rate == 0.001);
  CHECK(resolved.sweeps.empty());
  StudySweep const again = study_sweep(one);
  REQUIRE(again.runs.size() == 1);
  CHECK(again.runs[0].name == "run");
  CHECK(again.runs[0].identity == sweep.runs[6].identity);
}

TEST_CASE("what is a list by itself is none of several values; lists of lists are", "[sweep]") {
  if (!sweep::whole_names("loss").empty()) {
    CHECK(OneFile(R"({"loss": ["CrossEntropyLoss", "ActivityLoss"]})").names() == Names{"run"});
  }
  CHECK(OneFile(R"({"input_dims": [1, 28, 28]})").names() == Names{"run"});
  CHECK(OneFile(R"({"input_dims": [[1, 28, 28], [3, 32, 32]]})").names() ==
        Names{"input_dims=1+28+28", "input_dims=3+32+32"});
  CHECK(OneFile(R"({"pattern": [1, 0, 1, 1]})").names() == Names{"run"});
  CHECK(OneFile(R"({"pattern": ["1", "1011"]})").names() == Names{"pattern=1", "pattern=1011"});
  CHECK(OneFile(R"({"tau": [9]})").names() == Names{"tau=9"});
}

TEST_CASE("a list for one value within an object is swept", "[sweep]") {
  std::string const task = R"("data_name": "perceptual_decision", "dt": 20, "t_recurrence": 20)",
                    still = task + R"(, "tau": 100)";
  OneFile const file("{" + still + R"(, "task": {"stimulus": [400, 800], "decision": 200, "coherences": [5, 10]}})");
  CHECK(file.names() == Names{"stimulus=400", "stimulus=800"});
  StudySweep const sweep = file.sweep();
  using Values = std::vector<std::pair<std::string, std::string>>;
  CHECK(sweep.runs[1].values == Values{{"data.task.stimulus", "800"}});
  Json const run = Json::parse(sweep.runs[1].configuration);
  CHECK(run["data"]["task"] == Json::parse(R"({"stimulus": 800, "decision": 200, "coherences": [5, 10]})"));
  CHECK(OneFile("{" + still + R"(, "task": {"coherences": [[5], [10]], "decision": [100, 200]}})").names() ==
        Names{"coherences=5,decision=100", "coherences=5,decision=200", "coherences=10,decision=100",
              "coherences=10,decision=200"});
  CHECK(OneFile("{" + task + "}", {"--task.stimulus", "400", "800", "--tau", "[50, 100]"}).names() ==
        Names{"stimulus=400,tau=50", "stimulus=400,tau=100", "stimulus=800,tau=50", "stimulus=800,tau=100"});
  CHECK(OneFile("{" + task + R"(, "task": {"stimulus": [400, 800]}, "tau": [50, 100]})")
            .names({}, {{"task.stimulus", "tau"}}) == Names{"stimulus=400,tau=50", "stimulus=800,tau=100"});
  CHECK(
      OneFile(R"({"loss": ["CrossEntropyLoss", "RatePenalty"], "loss_configs": {"RatePenalty": {"weight": [0.1, 1]}}})")
          .names() == Names{"weight=0.1", "weight=1"});
  CHECK(says(OneFile("{" + still + R"(, "task": {"stimulus": [400, "long"]}})").error(), "long"));
  CHECK(says(OneFile("{" + still + R"(, "task": {"stimulus": [400, 405]}})").error(), "expected 400 or 420 ms"));
}

TEST_CASE("a sweep with and without feedback has its delay in the runs with feedback", "[sweep]") {
  OneFile const file(R"({"feedback": [false, "add"], "t_feedback": 30})");
  StudySweep const sweep = file.sweep();
  REQUIRE(sweep.runs.size() == 2);
  CHECK(says(sweep.runs[0].configuration, R"("model.t_feedback": "default")"));
  CHECK_FALSE(says(sweep.runs[1].configuration, R"("model.t_feedback": "default")"));
  CHECK(OneFile(R"({"t_feedback": 30})").names({"feedback"}).size() == 3);
  CHECK(says(OneFile(R"({"t_feedback": 30, "tau": [3, 5]})").error(), "145"));
}

TEST_CASE("a list of numbers is an argument with commas", "[sweep]") {
  OneFile const file("{}", {"--input_dims", "3,64,64"});
  CHECK(file.names() == Names{"run"});
  CHECK(says(file.sweep().runs[0].configuration, "64"));
}

TEST_CASE("one name of several sections is one axis, seeds change fastest", "[sweep]") {
  OneFile const file(R"({"seed": [7000, 7001], "tau": [3, 5]})");
  CHECK(file.names() == Names{"tau=3,seed=7000", "tau=3,seed=7001", "tau=5,seed=7000", "tau=5,seed=7001"});
  StudySweep const sweep = file.sweep();
  CHECK(sweep.axes.size() == 2);
  CHECK(sweep.runs[1].seed == "7001");
}

TEST_CASE("keys vary together, in a file and by argument", "[sweep]") {
  CHECK(OneFile(R"({"tau": [3, 5], "tsteps": [8, 14], "sweep": {"zip": ["tau", "n_timesteps"]}})").names().size() == 2);
  CHECK(OneFile(R"({"tau": [3, 5], "tsteps": [8, 14], "sweep": {"zip": [["tau", "model.n_timesteps"]]}})")
            .names()
            .size() == 2);
  OneFile const file(R"({"tau": [3, 5], "tsteps": [8, 14]})");
  CHECK(file.names().size() == 4);
  CHECK(file.names({}, {{"tau", "tsteps"}}) == Names{"tau=3,tsteps=8", "tau=5,tsteps=14"});
  CHECK(says(file.error(Names{}, std::vector<Names>{{"tau", "trc"}}), "config.305"));
  CHECK(says(OneFile(R"({"tau": [3, 5], "tsteps": [8], "sweep": {"zip": ["tau", "tsteps"]}})").error(), "config.306"));
}

TEST_CASE("categories of the toolbox sweep by name; a list of one's own takes their place", "[sweep]") {
  CHECK(OneFile(R"({"sweep": {"category": "rctarget"}})").names() ==
        Names{"rctarget=output", "rctarget=input", "rctarget=middle"});
  CHECK(OneFile(R"({"category": ["rctarget", "tau"]})").names().size() == 9);
  CHECK(OneFile(R"({"category": "tau", "tau": [2, 4]})").names() == Names{"tau=2", "tau=4"});
  CHECK(OneFile(R"({"category": "tau", "tau": 4})").names() == Names{"tau=3", "tau=5", "tau=9"});
  CHECK(OneFile(R"({"sweep": {"category": "tau", "categories": {"tau": [4, 8]}}})").names() == Names{"tau=4", "tau=8"});
  CHECK(OneFile(R"({"experiment_config": {"categories": {"tau": [4, 8]}}, "category": "tau"})").names() ==
        Names{"tau=4", "tau=8"});
  CHECK(OneFile("{}").names({"pattern"}) == Names{"pattern=1", "pattern=1011", "pattern=1001", "pattern=1000"});
  CHECK(says(OneFile(R"({"category": "rctyp"})").error(), "did you mean \"rctype\""));
  for (SweepCategory const& known : sweep_categories) {
    CAPTURE(known.name);
    std::string const name(known.name);
    if (sweep::whole_names(name).empty()) {
      CHECK(says(OneFile("{}").error(Names{name}), "config.309"));
    } else {
      CHECK(OneFile("{}").names({name}).size() == known.n);
    }
  }
}

TEST_CASE("problems of all runs are found before any starts, each said once", "[sweep]") {
  OneFile const file(R"({"tau": [3, -5], "recurrence_type": ["self", "fulll"], "tua": 3})");
  std::string const message = file.error();
  CHECK(says(message, "tua"));
  CHECK(says(message, "-5"));
  CHECK(says(message, "did you mean \"full\""));
  CHECK(says(message, "study.json:1"));
  CHECK(says(OneFile(R"({"sweep": {"zipp": []}})").error(), "did you mean \"zip\""));
  CHECK(says(OneFile(R"({"sweep": [1]})").error(), "config.308"));
  CHECK(says(OneFile(R"({"category": 3})").error(), "config.308"));
  CHECK(says(OneFile(R"({"tau": [3, 3]})").error(), "config.302"));
}

TEST_CASE("the identity of a run is what can change its result", "[sweep]") {
  auto const identity = [](std::string const& text) { return OneFile(text).sweep().runs.at(0).identity; };
  std::string const plain = identity(R"({"tau": 9})");
  CHECK(identity(R"({"model": {"tau": 9.0}})") == plain);
  CHECK(identity(R"({"tau": 9, "log_level": "debug", "num_workers": 4})") == plain);
  CHECK(identity(R"({"tau": 8})") != plain);
  CHECK(identity(R"({"tau": 9, "seed": 5})") != plain);
}
