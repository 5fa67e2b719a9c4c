// covers: train/gradient_norm.hpp, train/parameter_groups.hpp, train/lr_scaling.hpp
#include <dynvision/train/gradient_norm.hpp>
#include <dynvision/train/lr_scaling.hpp>
#include <dynvision/train/parameter_groups.hpp>

#include "../io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

namespace {

Parameters named(std::vector<std::string> const& names) {
  Parameters all;
  for (std::string const& name : names) all.push_back({name, zeros({2})});
  return all;
}

std::vector<std::string> names(ParameterGroup const& group) {
  std::vector<std::string> all;
  for (Parameter const& p : group.parameters) all.push_back(p.name);
  return all;
}

}  // namespace

TEST_CASE("a parameter belongs to the first key in its name", "[train]") {
  Parameters parameters = named(
      {"V1.conv.weight", "V1.recurrence.conv.weight", "addfeedback_V1.conv.bias", "feedback.recurrence", "tau_V1"});
  parameters.back().learned = false;
  auto const groups = parameter_groups(parameters);
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].name == "regular");
  CHECK(names(groups[0]) == std::vector<std::string>{"V1.conv.weight"});
  CHECK(groups[1].lr_factor == 0.2);
  CHECK(names(groups[1]) == std::vector<std::string>{"V1.recurrence.conv.weight", "feedback.recurrence"});
  CHECK(groups[2].lr_factor == 0.5);
  CHECK(names(groups[2]) == std::vector<std::string>{"addfeedback_V1.conv.bias"});
}

TEST_CASE("keys of groups may come in any order, and empty groups go", "[train]") {
  Parameters const parameters = named({"a", "b.recurrence"});
  auto const groups = parameter_groups(parameters, {{"recurrence", 0.1}, {"none", 3}, {"regular", 2}});
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].lr_factor == 2);
  CHECK(groups[1].name == "recurrence");
  CHECK(failure([&] { parameter_groups(parameters, {{"a", -1}}); }) == "train.101");
  CHECK(failure([&] { parameter_groups(parameters, {{"a", 1}, {"a", 1}}); }) == "train.102");
  CHECK(failure([&] { parameter_groups(parameters, {{"regular", 1}, {"regular", 1}}); }) == "train.102");
  CHECK(failure([&] { parameter_groups(parameters, {{"", 1}}); }) == "train.102");
  CHECK(failure([&] { parameter_groups({}); }) == "train.103");
  CHECK(failure([&] { parameter_groups(parameters, {{"recurrence", 0}, {"regular", 0}}); }) == "train.104");
  CHECK(parameter_groups(parameters, {{"regular", 0}, {"recurrence", 0.5}}).size() == 2);
}

TEST_CASE("the learning rate follows the batch size", "[train]") {
  CHECK(effective_learning_rate(2e-4, 64) == 2e-4);
  CHECK(effective_learning_rate(2e-4, 32) == 1e-4);
  CHECK(effective_learning_rate(2e-4, 32, 4) == 4e-4);
  CHECK(effective_learning_rate(2e-4, 256) == 4e-4);
  CHECK(effective_learning_rate(2e-4, 256, 4) == 8e-4);
  CHECK(failure([] { effective_learning_rate(1, 0); }) == "train.113");
  CHECK(effective_learning_rate(2e-4, 256, 1, {.enabled = false}) == 2e-4);
  CHECK(effective_learning_rate(2e-4, 256, 1, {.threshold_factor = 8}) == 8e-4);
  CHECK(effective_learning_rate(2e-4, 256, 1, {.ref_batch_size = 256}) == 2e-4);
  CHECK(failure([] { effective_learning_rate(1, 1, 1, {.ref_batch_size = 0}); }) == "train.113");
}

TEST_CASE("gradients are clipped by the length of all together", "[train]") {
  Parameters const parameters = named({"a", "b", "c"});
  for (Parameter const& p : parameters) p.tensor.set_requires_grad(true);
  CHECK(gradient_norm(parameters) == 0);
  parameters[0].tensor.mutable_grad() = full({2}, 2);
  parameters[1].tensor.mutable_grad() = full({2}, -2);
  CHECK(std::abs(gradient_norm(parameters) - 4) < 1e-5);
  clip_gradient(parameters, 5, 4);
  CHECK(std::abs(gradient_norm(parameters) - 4) < 1e-5);
  clip_gradient(parameters, 1, 4);
  CHECK(std::abs(gradient_norm(parameters) - 1) < 1e-5);
}
