// A training as one file: weights, optimiser and progress. It appears complete or not at all.
//
// A safetensors file: the parameters by their names, the optimiser's tensors ("optimizer.*"), the rows of
// metrics ("training.metrics", (N,columns) float64), and in the metadata "training": JSON with the rest of TrainingState.
// The file serves load_weights() too, with strict = false.
//
// Errors: train.121 … train.124, and those of safetensors files and weights.
#pragma once
#include <dynvision/io/weights.hpp>
#include <dynvision/train/training_state.hpp>

#include <nlohmann/json.hpp>

namespace dynvision {

struct Checkpoint {
  static constexpr int format_version = 1;

  std::string file;
  TensorMap weights, optimizer;
  TrainingState state;
};

inline void save_checkpoint(std::filesystem::path const& path, Parameters const& parameters,
                            std::vector<TensorMap::Entry> const& optimizer, TrainingState const& state) {
  std::vector<TensorMap::Entry> tensors = named_tensors(parameters);
  tensors.insert(tensors.end(), optimizer.begin(), optimizer.end());
  auto const n_rows = static_cast<std::int64_t>(state.metrics.size());
  Tensor const metrics = host_tensor({n_rows, MetricsRow::n_columns}, at::kDouble);
  auto* to = metrics.mutable_data_ptr<double>();
  for (MetricsRow const& row : state.metrics) {
    for (double const number : row.numbers()) *to++ = number;
  }
  tensors.emplace_back("training.metrics", metrics);
  nlohmann::json const training{{"format_version", Checkpoint::format_version},
                                {"epoch", state.epoch},
                                {"batch", state.batch},
                                {"step", state.step},
                                {"images", state.images},
                                {"seconds", state.seconds},
                                {"validation_seconds", state.validation_seconds},
                                {"sums",
                                 {{"loss", state.sums.loss},
                                  {"gradient_norm", state.sums.gradient_norm},
                                  {"n_batches", state.sums.n_batches},
                                  {"n_steps", state.sums.n_steps},
                                  {"n_right", state.sums.n_right},
                                  {"n_labels", state.sums.n_labels}}},
                                {"identity", state.identity}};
  write_safetensors(path, tensors, {{"training", training.dump()}});
}

inline Checkpoint read_checkpoint(std::filesystem::path const& path) {
  Checkpoint checkpoint{path.string(), {}, {}, {}};
  TensorMap const tensors = read_safetensors(path);
  auto const found = tensors.metadata.find("training");
  if (found == tensors.metadata.end() || !tensors.contains("training.metrics")) {
    fail("train", 121,
         {checkpoint.file,
          ": expected a checkpoint of a training, found a safetensors file without one"
          " (load_weights takes files of weights alone)"});
  }
  try {
    auto const training = nlohmann::json::parse(found->second);
    if (int const version = training.at("format_version"); version != Checkpoint::format_version) {
      fail("train", 122,
           {checkpoint.file, ": expected format version ", Checkpoint::format_version, ", found ", version});
    }
    TrainingState& state = checkpoint.state;
    auto const count = [&](nlohmann::json const& from, char const* name, std::int64_t& number) {
      if ((number = from.at(name).get<std::int64_t>()) < 0) {
        fail("train", 123, {checkpoint.file, ": ", name, ": expected a number >= 0"});
      }
    };
    auto const& sums = training.at("sums");
    count(training, "epoch", state.epoch);
    count(training, "batch", state.batch);
    count(training, "step", state.step);
    count(training, "images", state.images);
    count(sums, "n_batches", state.sums.n_batches);
    count(sums, "n_steps", state.sums.n_steps);
    count(sums, "n_right", state.sums.n_right);
    count(sums, "n_labels", state.sums.n_labels);
    training.at("seconds").get_to(state.seconds);
    training.at("validation_seconds").get_to(state.validation_seconds);
    sums.at("loss").get_to(state.sums.loss);
    sums.at("gradient_norm").get_to(state.sums.gradient_norm);
    training.at("identity").get_to(state.identity);
  } catch (nlohmann::json::exception const& error) {
    fail("train", 123, {checkpoint.file, ": the progress cannot be read: ", error.what()});
  }
  for (auto const& [name, tensor] : tensors) {
    if (name == "training.metrics") {
      if (tensor.dim() != 2 || tensor.size(1) != MetricsRow::n_columns || tensor.scalar_type() != at::kDouble) {
        fail("train", 123,
             {checkpoint.file, ": training.metrics: expected (N,", MetricsRow::n_columns, ") float64, found ",
              shape_text(tensor.sizes()), " ", c10::toString(tensor.scalar_type())});
      }
      auto const* const numbers = tensor.const_data_ptr<double>();
      for (std::int64_t i = 0; i < tensor.size(0); ++i) {
        checkpoint.state.metrics.push_back(MetricsRow::from(numbers + i * tensor.size(1)));
      }
    } else {
      (name.starts_with("optimizer.") ? checkpoint.optimizer : checkpoint.weights).insert(name, tensor);
    }
  }
  return checkpoint;
}

// A checkpoint goes on only where it came from: every difference is listed.
inline void check_identity(Checkpoint const& checkpoint, std::map<std::string, std::string> const& expected) {
  std::string text;
  auto const& found = checkpoint.state.identity;
  for (auto const& [key, value] : expected) {
    auto const there = found.find(key);
    if (there == found.end() || there->second != value) {
      text += "\n  " + key + ": expected " + value + ", found " + (there == found.end() ? "none" : there->second);
    }
  }
  for (auto const& [key, value] : found) {
    if (!expected.contains(key)) text += "\n  " + key + ": expected none, found " + value;
  }
  if (!text.empty()) fail("train", 124, {checkpoint.file, ": the checkpoint is of another training:", text});
}

}  // namespace dynvision
