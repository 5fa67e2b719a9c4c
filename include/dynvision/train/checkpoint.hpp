// A training as one file: weights, optimiser and progress. It appears complete or not at all.
//
// A safetensors file: the parameters by their names, the optimiser's tensors ("optimizer.*"), the rows of
// metrics ("training.metrics", (N,columns) float64), TrainingState::numbers ("training.numbers"), the generators of random numbers
// ("training.random.*"), and in the metadata "training": JSON with the rest of TrainingState.
// The file serves load_weights() too, with strict = false.
//
// Errors: train.121 … train.123, and those of safetensors files and weights.
#pragma once
#include <dynvision/io/weights.hpp>
#include <dynvision/train/training_state.hpp>

#include <nlohmann/json.hpp>

namespace dynvision {

struct Checkpoint {
  static constexpr int format_version = 2;

  std::string file;
  TensorMap weights, optimizer;
  TrainingState state;
};

namespace checkpointing {

inline nlohmann::json json_of(TrainingSums const& sums) {
  auto losses = nlohmann::json::array();
  for (LossAverage::Term const& term : sums.losses.terms) {
    losses.push_back({{"name", term.name}, {"weight", term.weight}, {"sum", term.sum}, {"count", term.count}});
  }
  return {{"losses", losses},
          {"gradient_norm", sums.gradient_norm},
          {"n_steps", sums.n_steps},
          {"n_right", sums.n_right},
          {"n_labels", sums.n_labels}};
}

inline void count(std::string const& file, nlohmann::json const& from, char const* name, std::int64_t& number) {
  if ((number = from.at(name).get<std::int64_t>()) < 0)
    fail("train", 123, {file, ": ", name, ": expected a number >= 0"});
}

inline void read(std::string const& file, nlohmann::json const& from, TrainingSums& sums) {
  count(file, from, "n_steps", sums.n_steps);
  count(file, from, "n_right", sums.n_right);
  count(file, from, "n_labels", sums.n_labels);
  from.at("gradient_norm").get_to(sums.gradient_norm);
  for (auto const& term : from.at("losses")) {
    sums.losses.terms.push_back({term.at("name").get<std::string>(), term.at("weight").get<double>(),
                                 term.at("sum").get<double>(), term.at("count").get<double>()});
  }
}

}  // namespace checkpointing

// In the order of the file.
inline std::vector<TensorMap::Entry> checkpoint_tensors(Parameters const& parameters,
                                                        std::vector<TensorMap::Entry> const& optimizer) {
  std::vector<TensorMap::Entry> tensors = named_tensors(parameters);
  tensors.insert(tensors.end(), optimizer.begin(), optimizer.end());
  return tensors;
}

// `tensors`: see checkpoint_tensors.
inline void write_checkpoint(std::filesystem::path const& path, std::vector<TensorMap::Entry> tensors,
                             TrainingState const& state) {
  std::vector<std::string> const& columns = state.metrics.columns();
  Tensor const metrics = host_tensor(
      {static_cast<std::int64_t>(state.metrics.size()), static_cast<std::int64_t>(columns.size())}, at::kDouble);
  auto* to = metrics.mutable_data_ptr<double>();
  for (std::size_t row = 0; row < state.metrics.size(); ++row) {
    std::vector<double> const numbers = state.metrics.numbers(row);
    to = std::copy(numbers.begin(), numbers.end(), to);
  }
  tensors.emplace_back("training.metrics", metrics);
  Tensor const numbers = host_tensor({static_cast<std::int64_t>(state.numbers.size())}, at::kDouble);
  std::vector<std::string> names;
  for (auto const& [name, number] : state.numbers) {
    numbers.mutable_data_ptr<double>()[names.size()] = number;
    names.push_back(name);
  }
  tensors.emplace_back("training.numbers", numbers);
  for (auto const& [device, bytes] : state.random) tensors.emplace_back("training.random." + device, bytes);
  nlohmann::json const training{{"format_version", Checkpoint::format_version},
                                {"epoch", state.epoch},
                                {"batch", state.batch},
                                {"step", state.step},
                                {"images", state.images},
                                {"seconds", state.seconds},
                                {"validation_seconds", state.validation_seconds},
                                {"sums", checkpointing::json_of(state.sums)},
                                {"of_epoch", checkpointing::json_of(state.of_epoch)},
                                {"columns", columns},
                                {"numbers", names},
                                {"identity", state.identity}};
  write_safetensors(path, tensors, {{"training", training.dump()}});
}

inline void save_checkpoint(std::filesystem::path const& path, Parameters const& parameters,
                            std::vector<TensorMap::Entry> const& optimizer, TrainingState const& state) {
  write_checkpoint(path, checkpoint_tensors(parameters, optimizer), state);
}

inline Checkpoint read_checkpoint(std::filesystem::path const& path) {
  Checkpoint checkpoint{path.string(), {}, {}, {}};
  TensorMap const tensors = read_safetensors(path);
  auto const found = tensors.metadata.find("training");
  if (found == tensors.metadata.end() || !tensors.contains("training.metrics") ||
      !tensors.contains("training.numbers")) {
    fail("train", 121,
         {checkpoint.file,
          ": expected a checkpoint of a training, found a safetensors file without one"
          " (load_weights takes files of weights alone)"});
  }
  std::vector<std::string> columns, names;
  try {
    auto const training = nlohmann::json::parse(found->second);
    if (int const version = training.at("format_version"); version != Checkpoint::format_version) {
      fail("train", 122,
           {checkpoint.file, ": expected format version ", Checkpoint::format_version, ", found ", version});
    }
    TrainingState& state = checkpoint.state;
    auto const count = [&](nlohmann::json const& from, char const* name, std::int64_t& number) {
      checkpointing::count(checkpoint.file, from, name, number);
    };
    count(training, "epoch", state.epoch);
    count(training, "batch", state.batch);
    count(training, "step", state.step);
    count(training, "images", state.images);
    checkpointing::read(checkpoint.file, training.at("sums"), state.sums);
    checkpointing::read(checkpoint.file, training.at("of_epoch"), state.of_epoch);
    training.at("seconds").get_to(state.seconds);
    training.at("validation_seconds").get_to(state.validation_seconds);
    training.at("columns").get_to(columns);
    training.at("numbers").get_to(names);
    training.at("identity").get_to(state.identity);
  } catch (nlohmann::json::exception const& error) {
    fail("train", 123, {checkpoint.file, ": the progress cannot be read: ", error.what()});
  }
  for (auto const& [name, tensor] : tensors) {
    if (name == "training.metrics") {
      auto const n_columns = static_cast<std::int64_t>(columns.size());
      if (tensor.dim() != 2 || tensor.size(1) != n_columns || tensor.scalar_type() != at::kDouble) {
        fail("train", 123,
             {checkpoint.file, ": training.metrics: expected (N,", n_columns, ") float64, found ",
              shape_text(tensor.sizes()), " ", c10::toString(tensor.scalar_type())});
      }
      checkpoint.state.metrics =
          MetricsTable(std::move(columns), tensor.const_data_ptr<double>(), static_cast<std::size_t>(tensor.size(0)));
    } else if (name == "training.numbers") {
      if (tensor.dim() != 1 || tensor.numel() != static_cast<std::int64_t>(names.size()) ||
          tensor.scalar_type() != at::kDouble) {
        fail("train", 123,
             {checkpoint.file, ": training.numbers: expected (", names.size(), ") float64, found ",
              shape_text(tensor.sizes()), " ", c10::toString(tensor.scalar_type())});
      }
      for (std::size_t i = 0; i < names.size(); ++i) {
        checkpoint.state.numbers[names[i]] = tensor.const_data_ptr<double>()[i];
      }
    } else if (name.starts_with("training.random.")) {
      if (tensor.scalar_type() != at::kByte) {
        fail("train", 123,
             {checkpoint.file, ": ", name, ": expected bytes, found ", c10::toString(tensor.scalar_type())});
      }
      checkpoint.state.random.emplace_back(name.substr(std::string_view("training.random.").size()), tensor);
    } else {
      (name.starts_with("optimizer.") ? checkpoint.optimizer : checkpoint.weights).insert(name, tensor);
    }
  }
  return checkpoint;
}

}  // namespace dynvision
