// covers: train/optimizers/kinds.hpp, train/optimizers/optimizer_kwargs.hpp, train/optimizers/rule.hpp
// covers: train/optimizers/rules.hpp, train/optimizers/state_fields.hpp
// covers: train/schedulers/scheduler.hpp, train/schedulers/scheduler_kwargs.hpp, train/scheduler_settings.hpp
// covers: train/loop/loss_scaler.hpp
// Optimisers, schedulers and the loss scaler against PyTorch's numbers, which torch_numbers.py writes.
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/train/loop/loss_scaler.hpp>
#include <dynvision/train/optimizer.hpp>
#include <dynvision/train/schedulers/scheduler.hpp>

#include "../io/failure.hpp"
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

using namespace dynvision;
using Json = nlohmann::json;

namespace {

Json const& torch_numbers() {
  static Json const numbers = Json::parse(
#include "torch_numbers.inc"
  );
  return numbers;
}

Kwargs kwargs_of(Json const& given) {
  Kwargs all;
  for (auto const& [name, value] : given.items()) {
    KwargValue one;
    if (value.is_boolean()) one = value.get<bool>();
    if (value.is_number()) one = value.get<double>();
    if (value.is_string()) one = value.get<std::string>();
    if (value.is_array()) one = value.get<std::vector<double>>();
    all.emplace_back(name, one);
  }
  return all;
}

Tensor of(std::vector<double> const& numbers, std::size_t first, std::size_t n) {
  Tensor const x = host_tensor({static_cast<std::int64_t>(n)}, at::kDouble);
  std::copy_n(numbers.begin() + static_cast<std::ptrdiff_t>(first), n, x.mutable_data_ptr<double>());
  return x;
}

struct Two {  // six numbers in two groups
  Parameters parameters{{"a", of({-1, -0.6, -0.2, 0.2}, 0, 4).set_requires_grad(true)},
                        {"recurrence.b", of({0.6, 1}, 0, 2).set_requires_grad(true)}};
  Optimizer optimizer;

  explicit Two(Json const& one) : optimizer(parameters, settings(one)) {}
  static OptimizerSettings settings(Json const& one) {
    return {.optimizer = one.at("optimizer"),
            .learning_rate = one.at("learning_rate"),
            .optimizer_kwargs = kwargs_of(one.at("optimizer_kwargs"))};
  }
  void step(std::size_t i) {
    auto const g = torch_numbers().at("gradients").at(i).get<std::vector<double>>();
    parameters[0].tensor.mutable_grad() = of(g, 0, 4);
    parameters[1].tensor.mutable_grad() = i == 6 ? Tensor{} : of(g, 4, 2);
    optimizer.update();
  }
  std::vector<double> weights() const {
    std::vector<double> all;
    for (Parameter const& p : parameters) {
      auto const* const x = p.tensor.const_data_ptr<double>();
      all.insert(all.end(), x, x + p.tensor.numel());
    }
    return all;
  }
};

}  // namespace

TEST_CASE("optimisers take PyTorch's steps, and go on from their state to the bit", "[train]") {
  for (Json const& one : torch_numbers().at("optimizers")) {
    INFO(one.at("optimizer") << " " << one.at("optimizer_kwargs"));
    std::size_t const n = one.at("weights").size(), cut = 5;
    Two all(one), first(one), second(one);
    double furthest = 0;
    for (std::size_t i = 0; i < n; ++i) {
      all.step(i);
      if (i < cut) first.step(i);
      auto const expected = one.at("weights").at(i).get<std::vector<double>>();
      std::vector<double> const found = all.weights();
      for (std::size_t k = 0; k < found.size(); ++k) {
        furthest = std::max(furthest, std::abs(found[k] - expected[k]) / std::max(std::abs(expected[k]), 1e-3));
      }
    }
    CHECK(furthest < 1e-10);

    at::AutoGradMode const no_gradient(false);
    for (std::size_t k = 0; k < 2; ++k) second.parameters[k].tensor.copy_(first.parameters[k].tensor);
    second.optimizer.load(TensorMap(first.optimizer.state()));
    for (std::size_t i = cut; i < n; ++i) second.step(i);
    CHECK(second.weights() == all.weights());
  }
}

TEST_CASE("states of optimisers that do not fit are refused, whole", "[train]") {
  for (Json const& one : torch_numbers().at("optimizers")) {
    INFO(one.at("optimizer") << " " << one.at("optimizer_kwargs"));
    Two of_one(one);
    of_one.step(0);
    auto const entries = of_one.optimizer.state();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      auto changed = entries;
      changed[i].second =
          dynvision::full(changed[i].second.sizes(), std::nan(""), changed[i].second.options().dtype(at::kDouble));
      CHECK(failure([&] { of_one.optimizer.load(TensorMap(changed)); }) == "train.112");
      changed[i] = {"optimizer.another.a", entries[i].second};
      CHECK(failure([&] { of_one.optimizer.load(TensorMap(changed)); }) == "train.112");
    }
    auto const same = of_one.optimizer.state();
    for (std::size_t i = 0; i < entries.size(); ++i) CHECK(same[i].second.equal(entries[i].second));
  }
}

TEST_CASE("schedulers have PyTorch's rates and momenta, one after the other", "[train]") {
  for (Json const& one : torch_numbers().at("schedulers")) {
    INFO(one.at("scheduler") << " " << one.at("scheduler_kwargs"));
    Scheduler const scheduler(
        {.scheduler = one.at("scheduler"), .scheduler_kwargs = kwargs_of(one.at("scheduler_kwargs"))}, 0.1);
    auto const rates = one.at("rates").get<std::vector<double>>(),
               momenta = one.at("momenta").get<std::vector<double>>();
    std::map<std::string, double> numbers;
    for (std::size_t t = 0; t < rates.size(); ++t) {
      INFO("t = " << t);
      Rates const found = scheduler.at(static_cast<std::int64_t>(t), numbers);
      CHECK(std::abs(found.learning_rate - rates[t]) < 1e-13);
      CHECK(std::abs(found.momentum.value_or(0.9) - momenta[t]) < 1e-13);
      CHECK(found.momentum.has_value() == scheduler.sets_momentum());
      if (scheduler.is_plateau()) scheduler.look(one.at("monitored").at(t).get<double>(), numbers);
    }
  }
}

TEST_CASE("a schedule goes on once in so many epochs", "[train]") {
  Scheduler const scheduler({.scheduler = "StepLR",
                             .scheduler_kwargs = {{"step_size", 1}, {"gamma", 0.5}},
                             .scheduler_configs = {.frequency = 3}},
                            1);
  CHECK(scheduler.at(2).learning_rate == 1);
  CHECK(scheduler.at(3).learning_rate == 0.5);
  CHECK(scheduler.at(8).learning_rate == 0.25);
}

TEST_CASE("a cycle takes the length of the training where it has none of its own", "[train]") {
  SchedulerSettings const settings{.scheduler = "OneCycleLR", .scheduler_kwargs = {{"max_lr", 0.5}}};
  SchedulerSettings whole = settings;
  whole.scheduler_kwargs.emplace_back("total_steps", 40);
  CHECK(Scheduler(settings, 0.1, 40).at(17).learning_rate == Scheduler(whole, 0.1).at(17).learning_rate);
  CHECK(failure([&] { Scheduler(settings, 0.1); }) == "train.204");
  CHECK(failure([&] { Scheduler(whole, 0.1).at(41); }) == "train.204");
}

TEST_CASE("the loss scaler has PyTorch's scales, drawn overflows included", "[train]") {
  Json const& one = torch_numbers().at("scaler");
  fitting::LossScaler const scaler{.growth_interval = one.at("growth_interval")};
  std::map<std::string, double> numbers;
  for (std::size_t i = 0; i < one.at("scales").size(); ++i) {
    scaler.update(numbers, !one.at("overflows").at(i).get<bool>());
    CHECK(scaler.scale(numbers) == one.at("scales").at(i).get<double>());
  }
}

TEST_CASE("names and arguments of optimisers and schedulers are checked, all at once", "[train]") {
  auto const of_optimizer = [](OptimizerSettings const& settings) { return optimizers::problems_of(settings); };
  auto const of_scheduler = [](SchedulerSettings const& settings) { return schedulers::problems_of(settings); };
  using Lines = std::vector<std::string>;
  CHECK(of_optimizer({}).empty());
  CHECK(of_optimizer({.optimizer = "RMSProp"}) == Lines{"optimizer \"RMSProp\": expected Adadelta | Adagrad | Adam | "
                                                        "AdamW | Adamax | ASGD | NAdam | RAdam | RMSprop | "
                                                        "Rprop | SGD (did you mean \"RMSprop\"?)"});
  CHECK(of_optimizer({.optimizer = "LBFGS"})
            .front()
            .starts_with("optimizer LBFGS: it asks for the loss of the same batch"));
  CHECK(of_optimizer({.optimizer = "SparseAdam"}).front().find("sparse gradients") != std::string::npos);
  Lines const several = of_optimizer(
      {.optimizer = "SGD", .learning_rate = -1, .optimizer_kwargs = {{"momentun", 0.9}, {"nesterov", 1}, {"lr", 3}}});
  REQUIRE(several.size() == 4);
  CHECK(several[0] == "learning_rate = -1: expected a number > 0");
  CHECK(several[1] == "optimizer SGD: lr is the learning_rate: expected that in place of it");
  CHECK(several[2].ends_with("(did you mean \"momentum\"?)"));
  CHECK(several[3].starts_with("optimizer SGD: nesterov = 1: expected true or false"));
  CHECK(of_optimizer({.optimizer = "SGD", .optimizer_kwargs = {{"nesterov", true}}}).size() == 1);
  CHECK(of_optimizer({.optimizer = "Rprop", .optimizer_kwargs = {{"etas", {1.2, 0.5}}}}).size() == 1);

  CHECK(of_scheduler({}).empty());
  CHECK(of_scheduler({.scheduler = "none"}).empty());
  CHECK(of_scheduler({.scheduler = "CosineAnealingLR"}).front().find("did you mean \"CosineAnnealingLR\"?") !=
        std::string::npos);
  CHECK(of_scheduler({.scheduler = "LambdaLR"}).front().find("Optimizer::set_learning_rate") != std::string::npos);
  CHECK(of_scheduler({.scheduler = "StepLR"}) == Lines{"scheduler StepLR needs \"step_size\": expected a whole number: "
                                                       "a number of at least 1 (between two changes)"});
  CHECK(of_scheduler({.scheduler = "OneCycleLR", .scheduler_kwargs = {{"max_lr", 1}, {"epochs", 3}}}).size() == 1);
  CHECK(of_scheduler({.scheduler = "ReduceLROnPlateau", .scheduler_configs = {.interval = "step"}}).size() == 1);
  CHECK(of_scheduler({.scheduler = "LinearWarmupCosineAnnealingLR",
                      .scheduler_kwargs = {{"warmup_epochs", 9}, {"max_epochs", 9}}})
            .size() == 1);
  CHECK(of_scheduler({.scheduler_configs = {.interval = "batch", .frequency = 0}}).size() == 2);
}
