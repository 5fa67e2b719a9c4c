// covers: train/optimizer_settings.hpp
// Steps against those of the Python toolbox are in tests/golden/training.cpp.
#include <dynvision/core/ops.hpp>
#include <dynvision/train/optimizer.hpp>

#include "../io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision;

TEST_CASE("settings of the optimiser are checked", "[train]") {
  Parameters const parameters{{"a", dynvision::zeros({2}).set_requires_grad(true)}};
  auto const with = [&](OptimizerSettings const& settings) {
    return failure([&] { Optimizer(parameters, settings); });
  };
  CHECK(with({}) == "none");
  CHECK(with({.learning_rate = 0}) == "train.201");
  CHECK(with({.optimizer_kwargs = {{"betas", {1, 0.9}}}}) == "train.201");
  CHECK(with({.optimizer_kwargs = {{"betas", {0.9, -0.1}}}}) == "train.201");
  CHECK(with({.optimizer_kwargs = {{"eps", -1}}}) == "train.201");
  CHECK(with({.optimizer_kwargs = {{"weight_decay", -1}}}) == "train.201");
}

TEST_CASE("a gradient that is not finite changes nothing", "[train]") {
  Parameters const parameters{{"first", dynvision::ones({2}).set_requires_grad(true)},
                              {"second", dynvision::ones({2}).set_requires_grad(true)}};
  Optimizer optimizer(parameters, {.learning_rate = 0.1});
  parameters[0].tensor.mutable_grad() = dynvision::ones({2});
  parameters[1].tensor.mutable_grad() = dynvision::full({2}, std::nan(""));
  std::string const text = message([&] { optimizer.step(1); });
  CHECK(text.starts_with("[dynvision.train.132]"));
  CHECK(text.find("second") != std::string::npos);
  CHECK(text.find("first") == std::string::npos);
  CHECK(parameters[0].tensor.equal(dynvision::ones({2})));
  CHECK(optimizer.state().empty());
}

TEST_CASE("a step without any gradient is an error", "[train]") {
  Parameters const parameters{{"first", dynvision::ones({2}).set_requires_grad(true)},
                              {"second", dynvision::ones({2}).set_requires_grad(true)}};
  Optimizer optimizer(parameters);
  CHECK(failure([&] { optimizer.step(); }) == "train.137");
  parameters[0].tensor.mutable_grad() = dynvision::ones({2});
  CHECK(failure([&] { optimizer.step(); }) == "none");
  optimizer.zero_grad();
  CHECK(failure([&] { optimizer.step(); }) == "train.137");
}

TEST_CASE("the state of the optimiser is loaded whole or not at all", "[train]") {
  Parameters const parameters{{"a", dynvision::ones({2}).set_requires_grad(true)},
                              {"b", dynvision::ones({3}).set_requires_grad(true)}};
  Optimizer optimizer(parameters, {.learning_rate = 0.1});
  for (Parameter const& p : parameters) p.tensor.mutable_grad() = dynvision::ones(p.tensor.sizes());
  optimizer.step();
  auto const entries = optimizer.state();
  REQUIRE(entries.size() == 6);

  Optimizer other(parameters);
  other.load(TensorMap(entries));
  auto const copied = other.state();
  REQUIRE(copied.size() == 6);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    CHECK(copied[i].first == entries[i].first);
    CHECK(copied[i].second.equal(entries[i].second));
  }

  auto const load = [&](auto&& change) {
    auto changed = entries;
    change(changed);
    return failure([&] { other.load(TensorMap(changed)); });
  };
  CHECK(load([](auto& e) { e.erase(e.begin()); }) == "train.112");
  CHECK(load([](auto& e) { e[0].second = dynvision::ones({5}); }) == "train.112");
  CHECK(load([](auto& e) { e[1].second = dynvision::full({2}, -1); }) == "train.112");
  CHECK(load([](auto& e) { e[2].second = dynvision::ones({}); }) == "train.112");
  CHECK(load([](auto& e) { e[3].second = dynvision::full({3}, std::nan("")); }) == "train.112");
  CHECK(load([](auto& e) { e.emplace_back("optimizer.exp_avg.c", dynvision::ones({1})); }) == "train.112");
  CHECK(other.state().size() == 6);
}
