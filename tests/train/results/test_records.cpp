// covers: train/results/time_steps_table.hpp train/results/confusion_table.hpp
#include <dynvision/io/csv/table.hpp>
#include <dynvision/io/tensor_file.hpp>
#include <dynvision/train/results/confusion_table.hpp>
#include <dynvision/train/results/test_records.hpp>
#include <dynvision/train/results/time_steps_table.hpp>

#include "../../io/failure.hpp"
#include "../../io/temporary_folder.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision;

namespace {

// Five images of three classes; the output is the pixels, and the first step does not count. One layer is silent at first.
Images pixels() {
  Images set{zeros({5, 1, 1, 3}), zeros({5}, at::kLong), {"a", "b", "c"}};
  for (std::int64_t i = 0; i < 5; ++i) {
    set.labels.mutable_data_ptr<std::int64_t>()[i] = i % 3;
    set.images.mutable_data_ptr<float>()[3 * i + (i == 4 ? 2 : i % 3)] = 2;  // the last one is taken for a "c"
  }
  return set;
}

Presented shown(Batch const& batch, BatchContext const& context) {
  Tensor const z = batch.images.flatten(1);
  Presented all;
  all.activity.outputs = stack_along({z.mul(0), z}, 1);
  all.labels = batch.labels.unsqueeze(1).repeat({1, 2});
  all.labels.select(1, 0).fill_(-1);
  if (context.record) all.activity.responses = {{"V1", "record", {Signal{}, batch.images.neg()}}};
  return all;
}

WeightedSum cross_entropy() {
  WeightedSum objective;
  objective.add("CrossEntropyLoss", 1, CrossEntropy{});
  return objective;
}

double number(CsvTable const& table, std::size_t row, std::string const& column) {
  auto const found = std::find(table.columns.begin(), table.columns.end(), column);
  REQUIRE(found != table.columns.end());
  return std::stod(table.rows[row][static_cast<std::size_t>(found - table.columns.begin())]);
}

}  // namespace

TEST_CASE("every image of a test, step by step", "[train]") {
  TemporaryFolder const folder;
  TestRecords records({.outputs = folder / "test_outputs.csv",
                       .data = folder / "test_data.csv",
                       .responses = folder / "test_responses.safetensors",
                       .dtype = at::kFloat});
  Evaluation const result =
      evaluate(records.watching(shown), cross_entropy(), pixels(), {.batch_size = 2, .record = true, .progress = ""});
  CHECK(folder.n_files() == 2);  // both partial
  records.finish();
  CHECK(folder.n_files() == 3);

  CsvTable const outputs = read_csv(folder / "test_outputs.csv");
  CHECK(outputs.columns == std::vector<std::string>{"sample_index", "times_index", "label_index", "guess_index",
                                                    "image_index", "first_label_index", "guess_confidence",
                                                    "first_label_confidence"});
  REQUIRE(outputs.rows.size() == 10);
  CHECK(number(outputs, 5, "sample_index") == 2);
  CHECK(number(outputs, 5, "times_index") == 1);
  CHECK(number(outputs, 4, "label_index") == -1);
  CHECK(number(outputs, 4, "first_label_index") == 2);
  CHECK(number(outputs, 9, "guess_index") == 2);
  CHECK(number(outputs, 9, "first_label_confidence") == Catch::Approx(1 / (2 + std::exp(2.0))));

  CsvTable const data = read_csv(folder / "test_data.csv");
  REQUIRE(data.rows.size() == 10);
  double right = 0;
  for (std::size_t i = 1; i < 10; i += 2) right += number(data, i, "accuracy");
  CHECK(right / 5 == Catch::Approx(result.accuracy));
  CHECK(number(data, 9, "accuracy") == 0);
  CHECK(number(data, 9, "accuracy_top3") == 1);
  CHECK(std::isnan(number(data, 8, "V1_response_avg")));
  CHECK(number(data, 9, "V1_response_avg") == Catch::Approx(2.0 / 3));
  CHECK(number(data, 9, "V1_response_std") == Catch::Approx(std::sqrt(4.0 / 3)));
  CHECK(std::isnan(number(data, 8, "label_confidence")));

  TensorMap const responses = read_tensors(folder / "test_responses.safetensors");
  CHECK(responses.metadata.at("response_resolution") == "layer");
  CHECK(responses["classifier"].sizes() == at::IntArrayRef({5, 2, 3}));
  CHECK(responses["V1_response_avg"].sizes() == at::IntArrayRef({5, 2}));
  CHECK(responses["V1_response_avg"][4][1].item<float>() == Catch::Approx(2.0 / 3));

  write_time_steps(folder / "steps.csv", result, {true, true}, 2);
  CsvTable const steps = read_csv(folder / "steps.csv");
  CHECK(number(steps, 1, "time_ms") == 2);
  CHECK(number(steps, 1, "accuracy") == Catch::Approx(0.8));
  write_confusion(folder / "confusion.csv", result, {"a", "b"});
  CsvTable const confusion = read_csv(folder / "confusion.csv");
  CHECK(confusion.columns == std::vector<std::string>{"label", "a", "b", "2"});
  CHECK(number(confusion, 1, "2") == 1);
}

TEST_CASE("responses of every unit, of some images; without an end nothing is left", "[train]") {
  TemporaryFolder const folder;
  TestRecords records({.responses = folder / "units.npz", .unit = true, .response_images = 3});
  evaluate(records.watching(shown), cross_entropy(), pixels(), {.batch_size = 2, .record = true, .progress = ""});
  records.finish();
  TensorMap const responses = read_tensors(folder / "units.npz");
  CHECK(responses["V1"].sizes() == at::IntArrayRef({3, 2, 1, 1, 3}));
  CHECK(responses["V1"].scalar_type() == at::kHalf);
  {
    TestRecords const stopped({.outputs = folder / "test_outputs.csv"});
    stopped.watching(shown)({pixels().images, pixels().labels}, {});
  }
  CHECK(folder.n_files() == 1);
}
