#include <dynvision/core/ops.hpp>
#include <dynvision/io/state.hpp>

#include "failure.hpp"
#include "temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

TEST_CASE("a state comes back as it was", "[io]") {
  TemporaryFolder const folder;
  run::State state{.step = 7, .dt = 1.0 / 3, .shown = 0, .frame = randn({2, 1, 4, 4}), .frame_age = 2};
  state.layers.push_back({"V1", {Signal{}, randn({2, 3, 4, 4}), randn({2, 3, 4, 4}).set_requires_grad(true)}});
  state.layers.push_back({"IT", {Signal{}}});
  write_state(folder / "state.safetensors", state);
  run::State const read = read_state(folder / "state.safetensors");
  CHECK(read.step == 7);
  CHECK(read.dt == 1.0 / 3);
  CHECK(read.shown == 0);
  CHECK(read.frame_age == 2);
  CHECK(read.frame.equal(state.frame));
  REQUIRE(read.layers.size() == 2);
  REQUIRE(read.layer("V1").past.size() == 3);
  CHECK_FALSE(read.layer("V1").past[0].defined());
  CHECK(read.layer("V1").past[1].equal(state.layers[0].past[1]));
  CHECK(read.layer("V1").past[2].equal(state.layers[0].past[2]));
  CHECK_FALSE(read.layer("V1").past[2].requires_grad());
  REQUIRE(read.layer("IT").past.size() == 1);
  CHECK_FALSE(read.response("IT").defined());
}

TEST_CASE("files that are no states are refused", "[io]") {
  TemporaryFolder const folder;
  auto const with = [&](std::map<std::string, std::string> about) {
    write_safetensors(folder / "x.safetensors", {{"V1.0", randn({1, 1, 1, 1})}}, about);
    return failure([&] { read_state(folder / "x.safetensors"); });
  };
  std::map<std::string, std::string> about{{"state.step", "3"},      {"state.dt", "2"},     {"state.shown", "0"},
                                           {"state.frame_age", "0"}, {"state.layers", "1"}, {"state.layer.0", "V1"},
                                           {"state.steps.0", "1"}};
  CHECK(with(about) == "none");
  for (auto const& [name, value] : about) {
    auto without = about;
    without.erase(name);
    CHECK(with(without) == "io.281");
    if (name == "state.layer.0") continue;
    auto other = about;
    other[name] = "many";
    CHECK(with(other) == "io.282");
  }
  about["state.steps.0"] = "2000000000";
  CHECK(with(about) == "io.282");
  about["state.layers"] = "-1";
  CHECK(with(about) == "io.282");
  CHECK(failure([&] { read_state(folder / "nothing.safetensors"); }).starts_with("io."));
}
