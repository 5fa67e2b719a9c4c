#include <dynvision/core/ops.hpp>
#include <dynvision/records/metrics.hpp>

#include "../io/failure.hpp"
#include "../io/golden.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace dynvision;

namespace {

Tensor labels_of(std::vector<std::int64_t> const& values) { return indices(values, zeros({})); }

Tensor logits_of(std::vector<double> const& values, at::IntArrayRef sizes) {
  Tensor tensor = host_tensor(sizes, at::kDouble);
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<double>());
  return tensor;
}

double distance(Tensor const& a, Tensor const& b) {
  return a.to(at::kDouble).sub(b.to(at::kDouble)).abs().max().item<double>();
}

double const not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("accuracy counts labels >= 0", "[records]") {
  Tensor const logits = logits_of({1, 0, 0, 1, 5, 5, 0, 1}, {4, 2});
  CHECK(accuracy(logits, labels_of({0, 1, 0, 0})) == 0.75);
  CHECK(accuracy(logits, labels_of({-1, 0, -100, 0})) == 0);
  CHECK(accuracy(logits, labels_of({-1, -1, -1, -1})) == 0);
  CHECK(accuracy(logits.to(at::kHalf), labels_of({0, -1, -1, -1})) == 1);
  CHECK(accuracy(zeros({0, 2}), zeros({0}, at::kLong)) == 0);
  CHECK(accuracy(logits, labels_of({7, 1, -1, -1})) == 0.5);
}

TEST_CASE("confidence is the softmax", "[records]") {
  Tensor const logits = logits_of({1000, 1000, 0, std::log(3.0)}, {2, 2});
  Tensor const found = confidences(logits, labels_of({0, 1}));
  CHECK(found.const_data_ptr<double>()[0] == 0.5);
  CHECK(found.const_data_ptr<double>()[1] == Catch::Approx(0.75));
  CHECK(confidences(logits, labels_of({-1, 2})).abs().max().item<double>() == 0);
}

TEST_CASE("logits without a number are wrong, not right by chance", "[records]") {
  Tensor const logits = logits_of({not_a_number, 0, 1, 0}, {2, 2});
  CHECK(accuracy(logits, labels_of({0, 0})) == 0.5);
  CHECK(top_k_accuracy(logits, labels_of({0, 0}), 2) == 0.5);
  CHECK(guesses(logits).const_data_ptr<std::int64_t>()[0] == -1);
  CHECK(std::isnan(confidences(logits, labels_of({1, 0})).const_data_ptr<double>()[0]));
  CHECK(confusion_matrix(logits, labels_of({0, 0})).sum().item<std::int64_t>() == 1);
}

TEST_CASE("curves over time", "[records]") {
  Tensor const logits = logits_of({1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0}, {2, 3, 2});
  Curve const curve = accuracy_over_time(logits, labels_of({0, 0, -1, 0, 0, -1}).view({2, 3}));
  CHECK(curve.accuracy[0] == 1);
  CHECK(curve.accuracy[1] == 0.5);
  CHECK(std::isnan(curve.accuracy[2]));
  CHECK(curve.confidence[0] == Catch::Approx(std::exp(1) / (std::exp(1) + 1)));
  CHECK(std::isnan(curve.confidence[2]));
}

TEST_CASE("confusion: rows are labels, columns guesses", "[records]") {
  Tensor const logits = logits_of({1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1}, {4, 3});
  Tensor const counts = confusion_matrix(logits, labels_of({0, 0, 0, -1}));
  auto const* const n = counts.const_data_ptr<std::int64_t>();
  CHECK(std::vector<std::int64_t>(n, n + 9) == std::vector<std::int64_t>{1, 2, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("metrics of impossible tensors", "[records]") {
  Tensor const logits = zeros({2, 3}), labels = labels_of({0, 1});
  CHECK(failure([&] { accuracy(Tensor{}, labels); }) == "records.141");
  CHECK(failure([&] { accuracy(labels, labels); }) == "records.141");
  CHECK(failure([&] { accuracy(zeros({2, 0}), labels); }) == "records.141");
  CHECK(failure([&] { guesses(Tensor{}); }) == "records.141");
  CHECK(failure([&] { accuracy(logits, Tensor{}); }) == "records.142");
  CHECK(failure([&] { accuracy(logits, zeros({2})); }) == "records.142");
  CHECK(failure([&] { accuracy(logits, labels_of({0})); }) == "records.142");
  CHECK(failure([&] { accuracy_over_time(logits, labels); }) == "records.143");
  CHECK(failure([&] { first_labels(labels); }) == "records.143");
  CHECK(failure([&] { top_k_accuracy(logits, labels, 0); }) == "records.144");
}

TEST_CASE("a trial is right if the right answer comes when it is wanted, and no other at any step", "[records]") {
  // Wanted is 2 in the third step, the fourth does not count.
  auto const answer = [](std::vector<std::int64_t> const& guesses, std::vector<std::int64_t> const& wanted) {
    Tensor const logits = zeros({1, 4, 3});
    for (std::int64_t t = 0; t < 4; ++t) {
      logits.select(1, t).select(1, guesses[static_cast<std::size_t>(t)]).fill_(1);
    }
    return trial_answer({logits, labels_of(wanted).reshape({1, 4})}, 0);
  };
  std::vector<std::int64_t> const two{0, 0, 2, -1}, none{0, 0, 0, -1};
  struct Case {
    std::vector<std::int64_t> guesses, labels;
    bool right;
    std::int64_t wanted, given;
  };
  for (Case const& one :
       {Case{{0, 0, 2, 0}, two, true, 2, 2}, Case{{0, 0, 2, 1}, two, true, 2, 2}, Case{{0, 0, 0, 2}, two, false, 2, 0},
        Case{{0, 0, 1, 0}, two, false, 2, 1}, Case{{0, 2, 2, 0}, two, false, 2, 0},
        Case{{1, 0, 2, 0}, two, false, 2, 1}, Case{{0, 0, 0, 0}, none, true, 0, 0},
        Case{{0, 0, 0, 1}, none, true, 0, 0}, Case{{0, 1, 0, 0}, none, false, 0, 1}}) {
    TrialAnswer const found = answer(one.guesses, one.labels);
    CHECK(found.counts);
    CHECK(found.right == one.right);
    CHECK(found.wanted == one.wanted);
    CHECK(found.given == one.given);
  }
  CHECK_FALSE(answer({0, 0, 0, 0}, {-1, -1, -1, -1}).counts);
  CHECK_FALSE(trial_answer({full({1, 4, 3}, std::nan("")), labels_of({0, 0, 0, 0}).reshape({1, 4})}, 0).right);
}

TEST_CASE("metrics as the original computes them", "[records][golden]") {
  TensorMap const file = golden("data/metrics.safetensors");
  Tensor const logits = file["outputs"], labels = file["labels"];
  CHECK(accuracy(logits, labels) == Catch::Approx(file["accuracy"].item<double>()).epsilon(1e-6));
  CHECK(accuracy(logits, full(labels.sizes(), -1, at::kLong)) == file["accuracy_all_masked"].item<double>());
  CHECK(distance(guesses(logits), file["guess"]) == 0);
  CHECK(distance(first_labels(labels), file["first_label"]) == 0);
  CHECK(distance(confidences(logits, labels), file["label_confidence"]) < 1e-12);
  CHECK(distance(confidences(logits, guesses(logits)), file["guess_confidence"]) < 1e-12);
  CHECK(distance(confidences(logits, first_labels(labels)), file["first_label_confidence"]) < 1e-12);
  auto const counted = labels.ge(0).sum().item<double>();
  CHECK(top_k_accuracy(logits, labels, 1) == Catch::Approx(file["top1"].sum().item<double>() / counted));
  CHECK(top_k_accuracy(logits, labels, 3) == Catch::Approx(file["top3"].sum().item<double>() / counted));
}
