// covers: io/weights/report.hpp
#include <dynvision/core/ops.hpp>
#include <dynvision/io/torch/writer.hpp>
#include <dynvision/io/weights.hpp>

#include "failure.hpp"
#include "temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>

using namespace dynvision;

namespace {

Parameters some() {
  return {{"layer1.conv.weight", randn({2, 3, 1, 1}).set_requires_grad(true)},
          {"layer1.conv.bias", randn({2}).set_requires_grad(true)},
          {"tstep_layer1.tau", full({}, 5), false}};
}

bool same(Parameters const& a, Parameters const& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!a[i].tensor.equal(b[i].tensor)) return false;
  }
  return a.size() == b.size();
}

bool holds(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("weights come back as they were", "[io][weights]") {
  TemporaryFolder const folder;
  Parameters const saved = some(), loaded = some();
  REQUIRE_FALSE(same(saved, loaded));
  save_weights(folder / "w.safetensors", saved, {{"model_name", "test"}});
  WeightsReport const report = load_weights(folder / "w.safetensors", loaded);
  CHECK(same(saved, loaded));
  CHECK(report.fits());
  CHECK(report.loaded.size() == 3);
  CHECK(loaded[0].tensor.requires_grad());
  CHECK(loaded[0].tensor.is_leaf());
  CHECK(read_safetensors(folder / "w.safetensors").metadata.at("model_name") == "test");
}

TEST_CASE("weights are converted to the dtype of the model", "[io][weights]") {
  TemporaryFolder const folder;
  Parameters const saved = some();
  save_weights(folder / "w.safetensors", saved);
  Parameters wide{{"layer1.conv.weight", zeros({2, 3, 1, 1}, at::kDouble)},
                  {"layer1.conv.bias", zeros({2}, at::kDouble)},
                  {"tstep_layer1.tau", zeros({}, at::kDouble)}};
  load_weights(folder / "w.safetensors", wide);
  CHECK(wide[0].tensor.scalar_type() == at::kDouble);
  CHECK(wide[0].tensor.equal(saved[0].tensor.to(at::kDouble)));
}

TEST_CASE("everything that does not fit is listed at once, and nothing is copied", "[io][weights]") {
  TemporaryFolder const folder;
  Parameters const parameters = some();
  Tensor const before = parameters[2].tensor.clone();
  write_safetensors(folder / "w.safetensors", {{"layer1.conv.weigth", randn({2, 3, 1, 1})},
                                               {"layer1.conv.bias", randn({3})},
                                               {"tstep_layer1.tau", full({}, 9)},
                                               {"layer7.conv.bias", randn({3})}});
  auto const load = [&] { load_weights(folder / "w.safetensors", parameters); };
  CHECK(failure(load) == "io.181");
  std::string const text = message(load);
  CHECK(holds(text, "1 missing"));
  CHECK(holds(text, "\n    layer1.conv.weight\n"));
  CHECK(holds(text, "2 unexpected"));
  CHECK(holds(text, "layer1.conv.weigth (did you mean \"layer1.conv.weight\"?)"));
  CHECK(holds(text, "layer7.conv.bias"));
  CHECK(holds(text, "1 of another shape"));
  CHECK(holds(text, "layer1.conv.bias: expected 2, found 3"));
  CHECK(parameters[2].tensor.equal(before));

  WeightsReport const report = load_weights(folder / "w.safetensors", parameters, false);
  CHECK(report.loaded == std::vector<std::string>{"tstep_layer1.tau"});
  CHECK(report.missing == std::vector<std::string>{"layer1.conv.weight"});
  CHECK(report.unexpected == std::vector<std::string>{"layer1.conv.weigth", "layer7.conv.bias"});
  CHECK(report.misshapen == std::vector<std::string>{"layer1.conv.bias: expected 2, found 3"});
  CHECK(parameters[2].tensor.item<double>() == 9);
}

TEST_CASE("numbers that are none are an error, strict or not", "[io][weights]") {
  TemporaryFolder const folder;
  for (double const bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    Parameters saved = some();
    saved[1].tensor = full({2}, bad);
    save_weights(folder / "w.safetensors", saved);
    Parameters const parameters = some(), before = {{"", parameters[0].tensor.clone()}};
    for (bool const strict : {true, false}) {
      auto const load = [&] { load_weights(folder / "w.safetensors", parameters, strict); };
      CHECK(failure(load) == "io.182");
      CHECK(holds(message(load), "layer1.conv.bias"));
    }
    CHECK(parameters[0].tensor.equal(before[0].tensor));
  }
}

TEST_CASE("what Python files hold beside the parameters is passed over", "[io][weights]") {
  TemporaryFolder const folder;
  Parameters const parameters = some();
  std::vector<TensorMap::Entry> entries = named_tensors(parameters);
  entries.emplace_back("n_residual_timesteps", full({}, 3, at::kInt));
  entries.emplace_back("addskip_layer2.source.conv.weight", randn({2, 3}));
  entries.emplace_back("addfeedback_layer1.source.recurrence.conv.bias", randn({2}));
  write_safetensors(folder / "w.safetensors", entries);
  WeightsReport const report = load_weights(folder / "w.safetensors", parameters);
  CHECK(report.ignored.size() == 3);
  CHECK(report.fits());
  entries.emplace_back("addskip_layer2.conv.weight", randn({2, 3}));
  write_safetensors(folder / "w.safetensors", entries);
  CHECK(failure([&] { load_weights(folder / "w.safetensors", parameters); }) == "io.181");
}

TEST_CASE("weights from any format, under other names", "[io][weights]") {
  TemporaryFolder const folder;
  Parameters const saved = some();
  std::vector<TensorMap::Entry> entries;
  for (Parameter const& p : saved) entries.emplace_back("module." + p.name, p.tensor);
  entries[0].first = "module.features.0.weight";
  entries.emplace_back("module.features.1.num_batches_tracked", full({}, 3, at::kLong));
  WeightOptions options;
  options.names = {"test", {{"features.0", "layer1.conv"}}, {}};
  write_torch(folder / "a", entries, {{"epoch", "3"}});
  write_torch(folder / "b", entries, {}, TorchFormat::legacy);
  write_npz(folder / "c", entries);
  write_safetensors(folder / "d", entries);
  for (std::string const name : {"a", "b", "c", "d"}) {
    Parameters const loaded = some();
    WeightsReport const report = load_weights(folder / name, loaded, options);
    CHECK(same(saved, loaded));
    CHECK(report.ignored == std::vector<std::string>{"features.1.num_batches_tracked"});
    CHECK(holds(report_text(report), "3 loaded"));
  }
  CHECK(failure([&] { load_weights(folder / "a", some()); }) == "io.181");
  WeightOptions elsewhere = options;
  elsewhere.key = "ema";
  CHECK(failure([&] { load_weights(folder / "a", some(), elsewhere); }) == "io.235");
}

TEST_CASE("a published table that fits is named", "[io][weights]") {
  TemporaryFolder const folder;
  write_torch(folder / "a", {{"features.0.weight", randn({2, 3, 1, 1})}, {"features.0.bias", randn({2})}});
  auto const load = [&] { load_weights(folder / "a", some()); };
  CHECK(failure(load) == "io.181");
  CHECK(holds(message(load), "AlexNet of torchvision 2 would be there"));
}

TEST_CASE("what a file lacks by design keeps its value", "[io][weights]") {
  TemporaryFolder const folder;
  Parameters const parameters = some();
  write_torch(folder / "a", {{"layer1.conv.weight", randn({2, 3, 1, 1})}, {"layer1.conv.bias", randn({2})}});
  WeightOptions options;
  options.names.without = {"*.tau"};
  WeightsReport const report = load_weights(folder / "a", parameters, options);
  CHECK(report.kept == std::vector<std::string>{"tstep_layer1.tau"});
  CHECK(parameters[2].tensor.item<double>() == 5);
}

TEST_CASE("another number of classes, and what is trained then", "[io][weights]") {
  TemporaryFolder const folder;
  auto const parameters = [] {
    return Parameters{{"V1.conv.weight", randn({4, 3}).set_requires_grad(true)},
                      {"classifier.2.weight", randn({10, 4}).set_requires_grad(true)},
                      {"classifier.2.bias", randn({10}).set_requires_grad(true)}};
  };
  write_torch(folder / "a", {{"V1.conv.weight", randn({4, 3})},
                             {"classifier.2.weight", randn({1000, 4})},
                             {"classifier.2.bias", randn({1000})}});
  Parameters const model = parameters();
  Tensor const head = model[1].tensor.detach().clone();
  CHECK(failure([&] { load_weights(folder / "a", model); }) == "io.181");
  WeightOptions options;
  options.adapt_classes = true;
  options.train_rest = true;
  WeightsReport const report = load_weights(folder / "a", model, options);
  CHECK(report.adapted.size() == 2);
  CHECK(holds(report.adapted[0], "classifier.2.weight: expected 10x4, found 1000x4"));
  CHECK(model[1].tensor.equal(head));
  CHECK_FALSE(model[0].tensor.requires_grad());
  CHECK(model[1].tensor.requires_grad());
  options.trainable = {"V1.*"};
  load_weights(folder / "a", model, options);
  CHECK(model[0].tensor.requires_grad());
  // Another width is no other number of classes.
  write_torch(folder / "b", {{"V1.conv.weight", randn({5, 3})},
                             {"classifier.2.weight", randn({1000, 5})},
                             {"classifier.2.bias", randn({1000})}});
  CHECK(failure([&] { load_weights(folder / "b", parameters(), options); }) == "io.181");
}

TEST_CASE("other kinds of numbers", "[io][weights]") {
  TemporaryFolder const folder;
  Parameters const parameters = some();
  auto const load = [&](Tensor const& weight) {
    write_torch(folder / "a",
                {{"layer1.conv.weight", weight}, {"layer1.conv.bias", randn({2})}, {"tstep_layer1.tau", full({}, 4)}});
    return failure([&] { load_weights(folder / "a", parameters); });
  };
  Tensor const weight = randn({2, 3, 1, 1});
  for (auto const dtype : {at::kHalf, at::kBFloat16, at::kDouble, at::kInt, c10::ScalarType::Float8_e5m2}) {
    CHECK(load(weight.to(dtype)) == "none");
    CHECK(parameters[0].tensor.equal(weight.to(dtype).to(at::kFloat)));
  }
  CHECK(load(weight.to(at::kComplexFloat)) == "io.181");
  CHECK(load(weight.to(at::kDouble).mul(1e300)) == "io.182");
  CHECK(load(full({2, 3, 1, 1}, 3e38)) == "none");
  write_torch(folder / "b", {{"gone.w", weight}});
  WeightOptions options;
  options.names.rules = {{"gone", ""}};
  CHECK(failure([&] { load_weights(folder / "b", parameters, options); }) == "io.184");
}

TEST_CASE("weights in a larger module, and what is passed over, are in the report", "[io][weights]") {
  TemporaryFolder const folder;
  Parameters const saved = some();
  std::vector<TensorMap::Entry> entries{{"criterion.weight", randn({3})}};
  for (Parameter const& p : saved) entries.emplace_back("model." + p.name, p.tensor);
  write_torch(folder / "a", entries);
  Parameters const loaded = some();
  WeightsReport const report = load_weights(folder / "a", loaded);
  CHECK(same(saved, loaded));
  CHECK(report.leading_part == "model.");
  CHECK(report.ignored == std::vector<std::string>{"criterion.weight"});
  CHECK(holds(report_text(report), "3 loaded (after \"model.\")"));

  std::vector<TensorMap::Entry> two;
  for (std::string const part : {"student.", "teacher."}) {
    for (Parameter const& p : saved) two.emplace_back(part + p.name, p.tensor);
  }
  write_safetensors(folder / "b", two);
  std::string const text = message([&] { load_weights(folder / "b", some()); });
  CHECK(holds(text, "several leading parts of names fit equally well: \"student.\", \"teacher.\""));
  WeightOptions options;
  options.leading_part = "teacher.";
  Parameters const taught = some();
  CHECK(load_weights(folder / "b", taught, options).ignored.size() == 3);
  CHECK(same(saved, taught));
}

TEST_CASE("a long list of what is passed over is cut", "[io][weights]") {
  WeightsReport report;
  for (int i = 0; i < 30; ++i) report.passed_over.push_back("object" + std::to_string(i));
  std::string const text = report_text(report);
  CHECK(holds(text, "30 passed over"));
  CHECK(holds(text, "object19\n    and 10 more"));
  CHECK_FALSE(holds(text, "object20"));
}
