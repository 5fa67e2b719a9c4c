// covers: config/experiments/choices.hpp config/experiments/condition_reader.hpp config/experiments/object_reader.hpp
// covers: config/experiments/segments.hpp
#include <dynvision/config/experiments/read_experiments.hpp>
#include <dynvision/config/layers/shipped.hpp>
#include <dynvision/config/tree/read.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <map>
#include <set>
#include <tuple>

using namespace dynvision;
using namespace dynvision::config;
using Catch::Matchers::ContainsSubstring;
using experiments::Condition;
using experiments::Experiment;
using experiments::Frame;

namespace {

Value section_of(std::string const& text) {
  Problems problems;
  std::optional<Value> const root = parse(text, "mine.json", problems);
  problems.require_none();
  return *root;
}

Value const& shipped() {
  static Value const all = [] {
    Problems problems;
    std::vector<Document> const documents = read_file(*shipped_folder() / "experiments.json", problems, {});
    problems.require_none();
    return *documents.at(0).root.find("experiments");
  }();
  return all;
}

// One of the experiments, alone.
Experiment one(std::string const& name) {
  Problems problems;
  std::vector<Experiment> const all = read_experiments(shipped(), name, 2, problems, false);
  problems.require_none();
  REQUIRE(all.size() == 1);
  return all[0];
}

Experiment mine(std::string const& text) { return read_experiments(section_of("{\"e\": " + text + "}"), "e", 2)[0]; }

// What is wrong with it, all of it.
std::string wrong(std::string const& text) {
  Problems problems;
  read_experiments(section_of("{\"e\": " + text + "}"), "e", 2, problems);
  std::string all;
  for (Problem const& p : problems.all()) all += joined({"config.", p.number, " ", p.line(), "\n"});
  return all;
}

struct Numbers {
  std::size_t conditions, steps, nodes, image_nodes;
  bool operator==(Numbers const&) const = default;
};

// Conditions, steps, and different rows of frames so far: those in which an image was shown apart.
Numbers numbers(std::vector<Experiment> const& all) {
  using Node = std::tuple<bool, std::string, std::vector<Frame>>;
  auto const before = [](Node const& a, Node const& b) {
    if (std::get<0>(a) != std::get<0>(b)) return std::get<0>(a) < std::get<0>(b);
    if (std::get<1>(a) != std::get<1>(b)) return std::get<1>(a) < std::get<1>(b);
    auto const& x = std::get<2>(a);
    auto const& y = std::get<2>(b);
    if (x.size() != y.size()) return x.size() < y.size();
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (x[i] == y[i]) continue;
      return experiments::hash_of(x[i]) < experiments::hash_of(y[i]);
    }
    return false;
  };
  std::set<Node, decltype(before)> nodes(before);
  Numbers n{};
  for (Experiment const& experiment : all) {
    for (Condition const& condition : experiment.conditions) {
      ++n.conditions;
      std::string model = condition.model.status;
      for (auto const& [key, value] : condition.model.options) model += " " + key + "=" + value;
      Node node{condition.model.feedforward_only.value_or(false), model, {}};
      bool shown = false;
      for (Frame const& frame : condition.schedule.frames(2)) {
        ++n.steps;
        shown = shown || !frame.is_blank();
        std::get<2>(node).push_back(frame);
        if (nodes.insert(node).second) ++n.nodes, n.image_nodes += shown ? 1 : 0;
      }
    }
  }
  return n;
}

}  // namespace

TEST_CASE("The shipped experiments have the conditions and steps that are known of them", "[config][experiments]") {
  std::map<std::string, Numbers> const known{{"response", {1, 80, 80, 59}},
                                             {"responseffonly", {2, 8, 8, 8}},
                                             {"responseintermediate", {6, 480, 480, 354}},
                                             {"stabilityintermediate", {4, 580, 580, 496}},
                                             {"stability", {2, 290, 245, 225}},
                                             {"nullcondition", {1, 200, 200, 105}},
                                             {"idleresponse", {6, 256, 195, 150}},
                                             {"duration", {8, 400, 213, 192}},
                                             {"contrast", {7, 350, 224, 203}},
                                             {"interval", {7, 420, 240, 219}},
                                             {"uniformnoise", {5, 200, 120, 100}},
                                             {"uniformnoiseffonly", {5, 200, 120, 100}},
                                             {"saltpeppernoise", {5, 200, 120, 100}},
                                             {"poissonnoise", {5, 200, 120, 100}},
                                             {"poissonnoiseffonly", {6, 240, 140, 120}},
                                             {"gaussiannoise", {11, 440, 240, 220}},
                                             {"gaussiancorrnoise", {11, 440, 240, 220}},
                                             {"phasescramblednoise", {6, 240, 140, 120}},
                                             {"gaussiannoiseffonly", {11, 440, 240, 220}},
                                             {"gaussiancorrnoiseffonly", {11, 440, 240, 220}},
                                             {"phasescramblednoiseffonly", {6, 240, 140, 120}},
                                             {"hundred", {1, 300, 300, 200}},
                                             {"ten", {1, 10, 10, 10}},
                                             {"contrastduration", {30, 1500, 786, 765}},
                                             {"masking", {8, 480, 285, 264}},
                                             {"adaptationtrain", {3, 300, 241, 220}},
                                             {"adaptationrecovery", {7, 700, 391, 370}},
                                             {"noiseonset", {6, 360, 160, 140}},
                                             {"occlusion", {8, 400, 253, 232}},
                                             {"intervalsingle", {1, 60, 60, 39}},
                                             {"intervalsingle_paper", {1, 70, 70, 49}},
                                             {"null", {1, 60, 60, 0}},
                                             {"unrolling", {2, 140, 140, 140}},
                                             {"duration_paper", {8, 560, 333, 312}},
                                             {"contrast_paper", {5, 350, 266, 245}},
                                             {"interval_paper", {6, 420, 238, 217}}};
  for (std::string const& name : experiment_names(shipped())) {
    if (name == "noise") continue;
    INFO(name);
    REQUIRE(known.contains(name));
    Numbers const n = numbers({one(name)});
    Numbers const expected = known.at(name);
    CHECK(n.conditions == expected.conditions);
    CHECK(n.steps == expected.steps);
    CHECK(n.nodes == expected.nodes);
    CHECK(n.image_nodes == expected.image_nodes);
    CHECK_FALSE(one(name).question.empty());
  }
  CHECK(numbers(read_experiments(shipped(), "interval", 2)) == Numbers{8, 480, 264, 243});
  CHECK(read_experiments(shipped(), "noise", 2).size() == 11);
}

TEST_CASE("A condition says what is varied and what belongs to the model", "[config][experiments]") {
  Condition const c = one("duration").conditions[4];
  CHECK(c.id == "StimulusDuration:dsteps=30+intro=1+stim=5+idle=20");
  CHECK(c.parameter == "stim");
  CHECK(c.parameter_value == "5");
  CHECK(c.parameter_ms(2) == 10);
  CHECK(c.schedule.idle_steps(2) == 20);
  CHECK(c.schedule.onset(2) == 1);
  CHECK(c.schedule.offset(2) == 6);
  Experiment const off = one("responseffonly");
  CHECK(off.conditions[0].model.feedforward_only == true);
  CHECK(off.conditions[1].model.feedforward_only == false);
  CHECK(off.conditions[1].parameter_value == "false");
  CHECK_FALSE(off.conditions[1].parameter_ms(2).has_value());
  CHECK(one("responseintermediate").conditions[1].model.status == "trained-epoch=99");
  CHECK(one("saltpeppernoise").conditions[0].parameter_value == "0.2");
  CHECK(one("gaussiancorrnoise").conditions[0].schedule.segments[1].noise.spatially_correlated);
  Experiment const both = one("contrastduration");  // the last list fastest
  CHECK(both.conditions[1].values ==
        std::vector<std::pair<std::string, std::string>>{{"contrast", "0.1"}, {"stim", "2"}});
  CHECK(both.conditions[1].parameter_value == "0.1");
  Experiment const masking = one("masking");
  CHECK(masking.conditions.back().parameter_value == "none");
  CHECK_FALSE(masking.conditions.back().parameter_ms(2).has_value());
  CHECK(masking.conditions[0].parameter_ms(2) == 4);
  CHECK(masking.conditions[0].id.starts_with("Schedule:"));
  CHECK(masking.conditions[0].id.size() == 17);
  CHECK(masking.conditions[0].id != masking.conditions[1].id);
  Experiment const train = one("adaptationtrain");
  CHECK(train.conditions[2].parameter == "interval");
  CHECK(train.conditions[2].values[0] == std::pair<std::string, std::string>{"interval", "8"});
  CHECK(train.conditions[2].parameter_ms(2) == 16);

  Experiment const own = mine(R"({"parameter": "tff", "loader": "StimulusDurationDataLoader",
      "data_args": {"tsteps": "60 ms", "stim": "10 ms", "tff": [0, 10], "ffonly": "true", "rctype": "full"}})");
  CHECK(own.conditions[1].parameter_ms(2) == 10);
  CHECK(own.conditions[1].schedule.steps(2) == 30);
  CHECK(own.conditions[1].schedule.offset(2) == 6);
  CHECK(own.conditions[1].model.feedforward_only == true);
  CHECK(own.conditions[1].model.options == std::vector<std::pair<std::string, std::string>>{
                                               {"model.t_feedforward", "10"}, {"model.recurrence_type", "\"full\""}});
}

TEST_CASE("An experiment of one's own", "[config][experiments]") {
  Experiment const flash = mine(R"({
    "parameter": "contrast", "question": "Does contrast change when V1 answers?",
    "idle": 20, "n_timesteps": 30,
    "segments": [
      {"show": "void", "ms": 2},
      {"show": "image", "steps": 2, "contrast": [0.1, 0.2, 0.4, 0.8], "shift": {"dy": 1, "dx": -2}},
      {"show": "noise", "steps": 3, "noise": {"type": "gaussian", "temporal": "static", "seed": 3}}
    ]
  })");
  REQUIRE(flash.conditions.size() == 4);
  CHECK(flash.conditions[2].parameter_value == "0.4");
  std::vector<Frame> const frames = flash.conditions[2].schedule.frames(2);
  REQUIRE(frames.size() == 50);
  CHECK(frames[21].contrast == 0.4);
  CHECK(frames[21].shift == experiments::Shift{1, -2});
  CHECK(frames[23].show == experiments::Show::noise);
  CHECK(frames[23] == frames[25]);
  CHECK(frames[26].is_blank());
}

TEST_CASE("Values that belong together are objects of one list", "[config][experiments]") {
  Experiment const e = one("unrolling");
  REQUIRE(e.conditions.size() == 2);
  CHECK(e.conditions[0].parameter_value == "0");
  CHECK(e.conditions[1].parameter_value == "10");
  CHECK(e.conditions[1].parameter_ms(2) == 10);
  CHECK(e.conditions[1].id == "StimulusDuration:dsteps=70+intro=0+stim=35+idle=0+tff=10+tsk=20+tfb=10");
  CHECK(e.conditions[1].model.options == std::vector<std::pair<std::string, std::string>>{{"model.t_feedforward", "10"},
                                                                                          {"model.t_skip", "20"},
                                                                                          {"model.t_feedback", "10"}});
  Experiment const shown = mine(R"({"parameter": "stim", "data_loader": "StimulusDuration",
      "data_args": [{"dsteps": 10, "stim": 5}, {"dsteps": 20, "stim": 10}], "model_args": {"ffonly": [true, false]}})");
  REQUIRE(shown.conditions.size() == 4);
  CHECK(shown.conditions[3].schedule.steps(2) == 20);
  CHECK(shown.conditions[3].parameter_value == "10");
  CHECK(shown.conditions[3].model.feedforward_only == false);
}

TEST_CASE("What is wrong with an experiment is said with its place", "[config][experiments]") {
  CHECK_THAT(wrong(R"({"parameter": "tff", "data_loader": "StimulusDuration", "model_args": [{"tff": 0}, 10]})"),
             ContainsSubstring("config.162") && ContainsSubstring("model_args = 10"));
  CHECK_THAT(wrong(R"({"parameter": "stim", "data_loader": "StimulusDuration", "data_args": [{"stim": 5}, 10]})"),
             ContainsSubstring("config.162") && ContainsSubstring("data_args = 10"));
  CHECK_THAT(wrong(R"({"parameter": "stim", "data_loader": "StimulusDuration", "data_args": {"stin": 5}})"),
             ContainsSubstring("config.161 mine.json:1:") && ContainsSubstring("did you mean \"stim\"?"));
  CHECK_THAT(wrong(R"({"parameter": "stim", "data_loader": "StimulusDuratio", "data_args": {"stim": 5}})"),
             ContainsSubstring("did you mean \"StimulusDuration\"?"));
  CHECK_THAT(wrong(R"({"data_loader": "StimulusDuration", "data_args": {"dsteps": 30, "stim": [5, 40]}})"),
             ContainsSubstring("config.168") && ContainsSubstring("11 steps are missing"));
  CHECK_THAT(wrong(R"({"data_loader": "StimulusDuration", "data_args": {"stim": "5 ms"}})"),
             ContainsSubstring("expected 4 or 6 ms"));
  CHECK_THAT(wrong(R"({"data_loader": "StimulusDuration", "data_args": {"stim": -5}})"),
             ContainsSubstring("config.123") && ContainsSubstring("data.stimulus_duration = -5"));
  CHECK_THAT(wrong(R"({"n_timesteps": 10, "segments": [{"show": "imag", "steps": 5}]})"),
             ContainsSubstring("config.162") && ContainsSubstring("did you mean \"image\"?"));
  CHECK_THAT(wrong(R"({"n_timesteps": 10, "segments": [{"show": "image", "step": 5}]})"),
             ContainsSubstring("segments[1].step") && ContainsSubstring("did you mean \"steps\"?") &&
                 ContainsSubstring("found neither"));
  CHECK_THAT(wrong(R"({"n_timesteps": 10, "segments": [{"show": "image", "steps": 5, "ms": 10}]})"),
             ContainsSubstring("config.163") && ContainsSubstring("found both"));
  CHECK_THAT(wrong(R"({"n_timesteps": 10, "segments": [{"show": "image", "ms": 5}]})"),
             ContainsSubstring("expected 4 or 6 ms"));
  CHECK_THAT(wrong(R"({"n_timesteps": 10, "segments": []})"), ContainsSubstring("config.163"));
  CHECK_THAT(wrong(R"({"n_timesteps": 10, "segments": [{"show": "image", "steps": 5, "contrast": []}]})"),
             ContainsSubstring("config.164"));
  CHECK_THAT(wrong(R"({"data_loader": "StimulusDuration", "segments": [{"show": "image", "steps": 5}]})"),
             ContainsSubstring("config.165"));
  CHECK_THAT(wrong("{}"), ContainsSubstring("config.165"));
  CHECK_THAT(wrong(R"({"parameter": "soa", "n_timesteps": 10,
                       "segments": [{"show": "image", "steps": [1, 2], "contrast": [1, 2]}]})"),
             ContainsSubstring("config.167"));
  CHECK_THAT(wrong(R"({"with": "duration", "data_loader": "StimulusDuration"})"), ContainsSubstring("config.169"));
  std::string many = "[0";
  for (int i = 1; i < 101; ++i) many += "," + std::to_string(i);
  many += "]";
  CHECK_THAT(wrong(R"({"n_timesteps": 10, "segments": [{"show": "image", "steps": 1, "image": )" + many +
                   R"(, "contrast": )" + many + "}]}"),
             ContainsSubstring("config.164") && ContainsSubstring("10000"));
  CHECK_THROWS_WITH(read_experiments(shipped(), "intervall", 2),
                    ContainsSubstring("config.166") && ContainsSubstring("did you mean \"interval\"?"));
}
