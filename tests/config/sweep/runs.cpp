// What is swept, in which order, under which names.
// covers: config/sweep/axes.hpp config/sweep/categories.hpp
#include <dynvision/config/sweep/runs.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace dynvision;
using namespace dynvision::config;

namespace {

std::vector<std::string> names(std::vector<SweepAxis> const& axes) {
  std::vector<std::string> all;
  for (SweepRun const& run : sweep_runs(axes)) all.push_back(run.name);
  return all;
}

template <class Act> std::string error(Act&& act) {
  try {
    act();
  } catch (Error const& e) {
    return e.what();
  }
  return "no error";
}
bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

SweepAxis tau() { return sweep_axis("model.tau", {"3", "5", "9"}); }
SweepAxis rctype() { return sweep_axis("model.rctype", {"\"self\"", "\"full\""}); }

}  // namespace

TEST_CASE("Every combination, as written, the last key fastest", "[sweep]") {
  REQUIRE(names({tau(), rctype()}) == std::vector<std::string>{"tau=3,rctype=self", "tau=3,rctype=full",
                                                               "tau=5,rctype=self", "tau=5,rctype=full",
                                                               "tau=9,rctype=self", "tau=9,rctype=full"});
  REQUIRE(names({}) == std::vector<std::string>{"run"});
  auto const runs = sweep_runs({tau(), rctype()});
  REQUIRE(runs[3].values ==
          std::vector<std::pair<std::string, std::string>>{{"model.tau", "5"}, {"model.rctype", "\"full\""}});
}

TEST_CASE("Seeds change fastest, wherever they are written", "[sweep]") {
  auto const all = names({sweep_axis("seed", {"0", "1"}), tau()});
  REQUIRE(all == std::vector<std::string>{"tau=3,seed=0", "tau=3,seed=1", "tau=5,seed=0", "tau=5,seed=1",
                                          "tau=9,seed=0", "tau=9,seed=1"});
}

TEST_CASE("Keys of a zip group vary together, where the first of them stood", "[sweep]") {
  SweepAxis const steps = sweep_axis("model.n_timesteps", {"4", "8", "14"});
  auto const joined = zipped({tau(), rctype(), steps}, {{"model.tau", "model.n_timesteps"}});
  REQUIRE(joined.size() == 2);
  REQUIRE(joined[0].keys == std::vector<std::string>{"model.tau", "model.n_timesteps"});
  REQUIRE(names(joined)[0] == "tau=3,n_timesteps=4,rctype=self");
  REQUIRE(names(joined)[5] == "tau=9,n_timesteps=14,rctype=full");
  // The order within the group is the order of its words, not of its place.
  auto const turned = zipped({tau(), rctype(), steps}, {{"model.n_timesteps", "model.tau"}});
  REQUIRE(turned[0].keys == std::vector<std::string>{"model.n_timesteps", "model.tau"});
  REQUIRE(names(turned)[5] == "n_timesteps=14,tau=9,rctype=full");
  // Three together, and two groups.
  auto const three = zipped({tau(), steps, sweep_axis("model.t_skip", {"0", "4", "8"}), rctype(),
                             sweep_axis("model.skip", {"true", "false"})},
                            {{"model.t_skip", "model.tau", "model.n_timesteps"}, {"model.skip", "model.rctype"}});
  REQUIRE(three.size() == 2);
  REQUIRE(names(three).size() == 6);
  REQUIRE(names(three)[3] == "t_skip=4,tau=5,n_timesteps=8,skip=false,rctype=full");
}

TEST_CASE("One name for keys of several sections is one axis, and stands once in a name", "[sweep]") {
  SweepAxis seeds = sweep_axis("model.seed", {"0", "1"});
  seeds.keys.push_back("data.seed");
  for (auto& point : seeds.values) point.push_back(point[0]);
  auto const runs = sweep_runs({seeds, tau()});
  REQUIRE(runs[1].name == "tau=3,seed=1");
  REQUIRE(runs[1].values.size() == 3);
  auto const joined = zipped({seeds, rctype(), tau()}, {{"model.rctype", "data.seed"}});
  REQUIRE(joined.size() == 2);
  REQUIRE(joined[0].keys == std::vector<std::string>{"model.rctype", "model.seed", "data.seed"});
}

TEST_CASE("What cannot be swept is refused, with its place", "[sweep]") {
  REQUIRE(has(error([] { sweep_axis("model.tau", {}, "study.json:3"); }), "config.301] study.json:3: model.tau"));
  REQUIRE(has(error([] { sweep_axis("seed", {"1", "2", "1"}); }), "config.302] seed: 1 is in the list twice"));
  auto const same = [](std::string name) { return name; };
  REQUIRE(has(error([&] { category_axis("rctyp", same, "study.json:4"); }),
              "config.303] study.json:4: category \"rctyp\""));
  REQUIRE(has(error([&] { category_axis("rctyp", same); }), "did you mean \"rctype\"?"));
  REQUIRE(has(error([] {
                zipped({tau(), rctype()}, {{"model.tau", "model.rctype"}});
              }),
              "config.306] zip: model.tau has 3 values, model.rctype has 2"));
  REQUIRE(has(error([] {
                zipped({tau(), rctype()}, {{"model.tau", "model.rctyp"}});
              }),
              "config.305] zip: model.rctyp has no list of values"));
  REQUIRE(has(error([] { zipped({tau(), rctype()}, {{"model.tau"}, {"model.tau"}}); }), "config.304"));
  std::vector<std::string> many;
  for (int i = 0; i < 1000; ++i) many.push_back(std::to_string(i));
  REQUIRE(has(error([&] { sweep_runs({sweep_axis("a", many), sweep_axis("b", many)}); }), "config.307"));
}

TEST_CASE("Categories of the Python toolbox by name", "[sweep]") {
  auto const full = [](std::string const& alias) { return "model." + alias; };
  REQUIRE(sweep_categories.size() == 18);
  REQUIRE(names({category_axis("rctype", full)}).size() == 7);
  REQUIRE(names({category_axis("feedback", full), category_axis("tau", full)}).size() == 9);
  REQUIRE(names({category_axis("feedback", full)})[0] == "feedback=false");
  REQUIRE(names({category_axis("pattern", full)})[1] == "pattern=1011");
  for (SweepCategory const& category : sweep_categories) REQUIRE(!names({category_axis(category.name, full)}).empty());
}

TEST_CASE("Names of runs are names of folders, and no two are the same", "[sweep]") {
  SweepAxis const odd = sweep_axis("data.data_name", {"\"a/b\"", "\"a_b\"", "\"../c d\"", "\"\"", "[1, 0]"});
  auto const all = names({odd});
  REQUIRE(std::set<std::string>(all.begin(), all.end()).size() == 5);
  for (std::string const& name : all) {
    REQUIRE(name.find_first_of("/ \"") == std::string::npos);
    REQUIRE(name.size() < 200);
  }
  REQUIRE(all[0] == "data_name=a_b");
  REQUIRE(all[4] == "data_name=1+0");
  std::vector<SweepAxis> many;
  for (int i = 0; i < 30; ++i) many.push_back(sweep_axis("key_number_" + std::to_string(i), {"1"}));
  REQUIRE(names(many)[0].size() < 140);
}

TEST_CASE("The identity of a run is of its lines in any order", "[sweep]") {
  REQUIRE(sweep_identity({"a=1", "b=2"}) == sweep_identity({"b=2", "a=1"}));
  REQUIRE(sweep_identity({"a=1", "b=2"}) != sweep_identity({"a=1", "b=3"}));
  REQUIRE(sweep_identity({"a=1b=2"}) != sweep_identity({"a=1", "b=2"}));
  REQUIRE(sweep_identity({}).size() == 16);
}
