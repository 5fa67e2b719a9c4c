#include <dynvision/core/ops.hpp>
#include <dynvision/run/presentation.hpp>

#include "../io/failure.hpp"
#include "../io/golden.hpp"
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace dynvision;

namespace {

std::vector<std::int64_t> numbers(Tensor const& tensor) {
  Tensor const whole = tensor.contiguous();
  auto const* const data = whole.const_data_ptr<std::int64_t>();
  return {data, data + whole.numel()};
}
std::vector<std::int64_t> numbers(std::vector<bool> const& flags) { return {flags.begin(), flags.end()}; }

Tensor row(std::vector<std::int64_t> const& values) { return indices(values, zeros({})); }

using Numbers = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a pattern is stretched or subsampled", "[data]") {
  CHECK(numbers(stretch_pattern("1", 3)) == Numbers{1, 1, 1});
  CHECK(numbers(stretch_pattern("10", 5)) == Numbers{1, 1, 1, 0, 0});
  CHECK(numbers(stretch_pattern("0110", 2)) == Numbers{0, 1});
  CHECK(numbers(stretch_pattern("0", 2)) == Numbers{0, 0});
}

TEST_CASE("a shuffled pattern has the same characters", "[data]") {
  std::mt19937_64 generator(1);
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) seen.insert(shuffle_pattern("0011", generator));
  CHECK(seen == std::set<std::string>{"0011", "0101", "0110", "1001", "1010", "1100"});
}

TEST_CASE("reaction time in steps", "[data]") {
  CHECK(reaction_steps(0, 2) == 0);
  CHECK(reaction_steps(0.5, 2) == 1);
  CHECK(reaction_steps(2, 2) == 1);
  CHECK(reaction_steps(3, 2) == 2);
  CHECK(reaction_steps(6, 2) == 3);
  CHECK(reaction_steps(0.3, 0.1) == 3);
  CHECK(reaction_steps(0.7, 0.1) == 7);
  CHECK(reaction_steps(6.01, 2) == 4);
}

TEST_CASE("labels just after an onset do not count", "[data]") {
  CHECK(numbers(reaction_mask(stretch_pattern("101", 9), 2)) == Numbers{1, 1, 0, 0, 0, 0, 1, 1, 0});
  CHECK(numbers(reaction_mask(stretch_pattern("1", 3), 5)) == Numbers{1, 1, 1});
  CHECK(numbers(reaction_mask(stretch_pattern("0", 3), 2)) == Numbers{0, 0, 0});
  CHECK(numbers(reaction_mask(stretch_pattern("1", 3), 0)) == Numbers{0, 0, 0});
}

TEST_CASE("labels of every step", "[data]") {
  CHECK(numbers(step_labels(row({4, 7}), stretch_pattern("01", 4), 1, 2)) ==
        Numbers{-1, -1, -1, -1, -1, 4, -1, -1, -1, -1, -1, 7});
  CHECK(numbers(step_labels(row({4}), stretch_pattern("1", 3), 0, 0)) == Numbers{4, 4, 4});
  CHECK(numbers(step_labels(row({4}), {true}, 3, 0)) == Numbers{4});
  CHECK(numbers(step_labels(row({4}), {false}, 3, 0, -7)) == Numbers{-7});
  Tensor const changing = row({1, 2, 3, 4, -1, 6}).view({2, 3});
  CHECK(numbers(step_labels(changing, {true, false, true}, 0, 1)) == Numbers{-1, 1, -1, 3, -1, 4, -1, 6});
  CHECK(step_labels(zeros({0}, at::kLong), {true, true}, 0, 1).sizes() == at::IntArrayRef({0, 3}));
}

TEST_CASE("a single step of labels (B,1)", "[data]") {
  CHECK(numbers(step_labels(row({4, 5}).view({2, 1}), {true}, 0, 0)) == Numbers{4, 5});
}

TEST_CASE("presentations that cannot be", "[data]") {
  std::mt19937_64 generator(1);
  CHECK(failure([] { stretch_pattern("", 3); }) == "data.141");
  CHECK(failure([] { stretch_pattern("012", 3); }) == "data.142");
  CHECK(failure([] { stretch_pattern("1 0", 3); }) == "data.142");
  CHECK(failure([] { stretch_pattern("1", 0); }) == "data.143");
  CHECK(failure([&] { shuffle_pattern("", generator); }) == "data.141");
  CHECK(failure([] { reaction_steps(-1, 2); }) == "data.144");
  CHECK(failure([] { reaction_steps(std::nan(""), 2); }) == "data.144");
  CHECK(failure([] { reaction_steps(1, 0); }) == "data.145");
  CHECK(failure([] { reaction_steps(1, -2); }) == "data.145");
  CHECK(failure([] { reaction_mask({true}, -1); }) == "data.146");
  CHECK(failure([] { step_labels(Tensor{}, {true}, 0, 0); }) == "data.147");
  CHECK(failure([] { step_labels(zeros({2}), {true}, 0, 0); }) == "data.147");
  CHECK(failure([] { step_labels(zeros({2, 3}, at::kLong), {true}, 0, 0); }) == "data.147");
  CHECK(failure([] { step_labels(zeros({2}, at::kLong), {}, 0, 0); }) == "data.147");
  CHECK(failure([] { step_labels(zeros({2}, at::kLong), {true}, 0, -1); }) == "data.148");
  CHECK(failure([] { step_labels(zeros({2}, at::kLong), {true}, 0, 0, 3); }) == "data.148");
  CHECK(failure([] { step_labels(row({-2}), {true}, 0, 0); }) == "data.149");
}

TEST_CASE("patterns and reaction masks as the original computes them", "[data][golden]") {
  int n_patterns = 0, n_reactions = 0;
  for (auto const& [name, expected] : golden("data/presentation_patterns.safetensors")) {
    // pattern.<p>.T<T>, reaction.<p>.T<T>.rt<ms>
    std::size_t const first = name.find('.'), second = name.find('.', first + 1);
    std::string const pattern = name.substr(first + 1, second - first - 1);
    auto const shown = stretch_pattern(pattern, std::stoi(name.substr(second + 2)));
    INFO(name);
    if (name.starts_with("pattern.")) {
      CHECK(numbers(shown) == numbers(expected));
      ++n_patterns;
    } else {
      double const time = std::stod(name.substr(name.find(".rt") + 3));
      CHECK(numbers(reaction_mask(shown, reaction_steps(time, 2))) == numbers(expected));
      ++n_reactions;
    }
  }
  CHECK(n_patterns > 0);
  CHECK(n_reactions > 0);
}

TEST_CASE("labels of a batch as the original processes them", "[data][golden]") {
  for (int i = 0; i < 6; ++i) {
    TensorMap const file = golden("data/process_batch_" + std::to_string(i) + ".safetensors");
    auto const config = nlohmann::json::parse(file.metadata.at("config"));
    auto const& options = config.at("ctor");
    // Where the input has steps of its own the original ignores the pattern; dynvision does not.
    bool const original_ignores = file["x"].dim() == 5;
    auto const shown = stretch_pattern(original_ignores ? "1" : options.value("data_presentation_pattern", "1"),
                                       options.at("n_timesteps"));
    auto const n_reaction = reaction_steps(options.value("loss_reaction_time", 0.0), options.at("dt"));
    INFO("process_batch_" << i);
    CHECK(numbers(step_labels(file["labels"], shown, n_reaction, config.at("n_residual_timesteps"),
                              options.value("non_label_index", -1))) == numbers(file["proc_labels"]));
  }
}
