// Three steps of Adam against the Python toolbox's: losses, gradient norms, accuracies and parameters.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/losses/cross_entropy.hpp>
#include <dynvision/records/metrics.hpp>
#include <dynvision/run/trial.hpp>
#include <dynvision/train/optimizer.hpp>

#include "../golden/golden_file.hpp"
#include "../io/failure.hpp"

using namespace dynvision;

namespace {

std::vector<std::filesystem::path> train3() {
  if (std::getenv("DYNVISION_GOLDEN") == nullptr) return {};
  auto all = golden::files("model");
  std::erase_if(all, [](auto const& path) { return path.filename().string().find("train3") == std::string::npos; });
  return all;
}

}  // namespace

TEST_CASE("three steps are those of the Python toolbox", "[train][golden]") {
  auto const all = train3();
  if (all.empty()) SKIP("no reference file model/*train3* (DYNVISION_GOLDEN)");
  golden::in_both_precisions(all, [](golden::File const& file, at::ScalarType dtype, golden::Check& check) {
    auto const& ctor = file.config.at("ctor");
    file.only_options(ctor, {"dt", "tau", "feedback", "input_dims", "n_classes", "n_timesteps",
                             "shuffle_presentation_pattern", "t_feedback", "t_recurrence"});
    if (file.config.at("cls") != "DyRCNNx2" || !ctor.at("feedback").get<bool>()) {
      golden::unknown(file.name + ": expected DyRCNNx2 with feedback");
    }
    auto const dims = ctor.at("input_dims").get<std::vector<int>>();
    DyRCNNx2<Full, Feedback<>> model({.n_classes = ctor.at("n_classes"),
                                      .input_dims = {dims[1], dims[2], dims[3]},
                                      .dt = ctor.at("dt"),
                                      .tau = ctor.at("tau"),
                                      .t_recurrence = ctor.at("t_recurrence"),
                                      .t_feedback = ctor.at("t_feedback"),
                                      .dtype = dtype});
    golden::put(file.parameters(dtype), model.parameters());
    LrParameterGroups keys;
    for (auto const& [key, group] : file.config.at("lr_parameter_groups").items()) {
      keys.push_back({key, group.at("lr_factor")});
    }
    Optimizer optimizer(model.parameters(), {.learning_rate = file.config.at("learning_rate"),
                                             .weight_decay = file.config.at("weight_decay"),
                                             .lr_parameter_groups = keys});
    for (auto const& group : optimizer.groups()) {
      for (auto const& expected : file.config.at("groups")) {
        if (expected.at("name") != group.name) continue;
        CHECK(std::abs(expected.at("lr").get<double>() - optimizer.learning_rate() * group.lr_factor) < 1e-12);
        auto const names = expected.at("params").get<std::vector<std::string>>();
        for (Parameter const& p : group.parameters) {
          CHECK(std::find(names.begin(), names.end(), p.name) != names.end());
        }
      }
    }
    auto const number = [](Tensor const& all_steps, std::int64_t k, double value) {
      return std::pair{dynvision::full({}, value, at::kDouble), all_steps.select(0, k)};
    };
    for (std::int64_t k = 0; k < 3; ++k) {
      std::string const index = std::to_string(k);
      run::Trial const trial = run::make_trial(file.number("x" + index, dtype), file.stored("labels" + index),
                                               {.n_timesteps = ctor.at("n_timesteps"), .dt = ctor.at("dt")});
      Tensor const outputs = run::unroll(model, trial.stimulus).outputs;
      Tensor const loss = CrossEntropy{}(outputs, trial.labels);
      optimizer.zero_grad();
      loss.backward();
      double const norm = optimizer.step();
      for (auto const& [name, value] :
           {std::pair{"losses", loss.item<double>()}, std::pair{"grad_norm_before_clip", norm},
            std::pair{"accuracy", accuracy(outputs, trial.labels)}}) {
        auto const [computed, reference] = number(file.stored(name), k, value);
        check.same(name, computed, reference);
      }
      for (Parameter const& p : model.parameters()) {
        std::string const step = "step" + std::to_string(k + 1);
        if (!file.contains(step + ".param_sample." + p.name)) {
          CHECK_FALSE(p.learned);
          continue;
        }
        Tensor const reference = file.stored(step + ".param_sample." + p.name);
        check.same(step + "." + p.name, golden::sample(p.tensor, reference.numel()), reference);
        Tensor const stored = file.stored(step + ".param_stats." + p.name);
        auto const found = golden::statistics(p.tensor);
        for (std::size_t i = 0; i < found.size(); ++i) {
          bool const a_size = i == 1 || i == 2 || i == 3;
          check.same(step + "." + p.name + " statistics " + std::to_string(i),
                     dynvision::full({}, found[i], at::kDouble), stored.select(0, static_cast<std::int64_t>(i)),
                     a_size ? 0.0 : stored.select(0, 1).item<double>());
        }
      }
    }
  });
}

TEST_CASE("settings of the optimiser are checked", "[train]") {
  Parameters const parameters{{"a", dynvision::zeros({2}).set_requires_grad(true)}};
  auto const with = [&](OptimizerSettings const& settings) {
    return failure([&] { Optimizer(parameters, settings); });
  };
  CHECK(with({}) == "none");
  CHECK(with({.learning_rate = 0}) == "train.111");
  CHECK(with({.beta1 = 1}) == "train.111");
  CHECK(with({.beta2 = -0.1}) == "train.111");
  CHECK(with({.eps = 0}) == "train.111");
  CHECK(with({.weight_decay = -1}) == "train.111");
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
