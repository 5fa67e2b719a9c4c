// Keys of the Python toolbox that are accepted and do nothing here, each with its reason. Their values are checked; one that
// is not the value by which nothing is asked for is said in a note.
#pragma once
#include <dynvision/config/describe/key.hpp>
#include <dynvision/config/describe/lists.hpp>

#include <string>
#include <utility>
#include <vector>

namespace dynvision::config {

template <> struct Codec<Json> {  // anything
  static constexpr bool takes_list = true, takes_object = true;
  static std::string type() { return "any value"; }
  static std::optional<Refusal> read(Value const& value, Json& to, NumberRange const&) {
    return to = value.json(), std::nullopt;
  }
  static Json write(Json const& value) { return value; }
  static Json schema(NumberRange const&) { return Json::object(); }
};

namespace describe {

template <class T>
Key ignored(std::string section, std::string name, T asks_for_nothing, std::string why,
            std::vector<std::string> aliases = {}) {
  Json const value = Codec<T>::write(asks_for_nothing);
  return {.section = std::move(section),
          .name = std::move(name),
          .type = Codec<T>::type(),
          .unit = {},
          .help = "without effect: " + why,
          .aliases = std::move(aliases),
          .takes_list = Codec<T>::takes_list,
          .takes_object = Codec<T>::takes_object,
          .default_value = value,
          .schema = Codec<T>::schema({}),
          .without_effect = std::move(why),
          .set = [](Study&, Value const& given) -> std::optional<Refusal> {
            T checked{};
            return Codec<T>::read(given, checked, {});
          },
          .get = [value](Study const&) { return value; }};
}

}  // namespace describe

inline std::vector<Key> keys_without_effect() {
  using describe::ignored;
  using Text = std::string;
  using MaybeText = std::optional<std::string>;
  std::string const ffcv = "there are no FFCV files: images are read once and held in memory";
  std::string const workers = "there are no loader processes: batches are taken from images in memory";
  std::string const alone = "one process trains, on one device";
  std::vector<Key> all;
  // data
  all.push_back(ignored<bool>("data", "use_ffcv", false, ffcv));
  all.push_back(ignored<Text>("data", "encoding", "image", ffcv));
  all.push_back(ignored<Text>("data", "writer_mode", "proportion", ffcv));
  all.push_back(ignored<std::int64_t>("data", "max_resolution", 224, ffcv));
  all.push_back(ignored<double>("data", "compress_probability", 0.25, ffcv));
  all.push_back(ignored<std::int64_t>("data", "jpeg_quality", 60, ffcv));
  all.push_back(ignored<std::int64_t>("data", "chunksize", 1000, ffcv));
  all.push_back(ignored<std::int64_t>("data", "page_size", 4194304, ffcv));
  all.push_back(ignored<std::int64_t>("data", "batches_ahead", 3, ffcv));
  all.push_back(
      ignored<Text>("data", "order", "QUASI_RANDOM", ffcv + "; data.shuffle says whether the order is random"));
  all.push_back(ignored<std::optional<bool>>("data", "os_cache", true, ffcv));
  all.push_back(ignored<std::optional<std::int64_t>>("data", "cache_size", 1000, ffcv));
  all.push_back(ignored<std::int64_t>("data", "num_workers", 0, workers));
  all.push_back(ignored<bool>("data", "persistent_workers", false, workers));
  all.push_back(ignored<std::optional<std::int64_t>>("data", "prefetch_factor", std::nullopt, workers));
  all.push_back(ignored<bool>("data", "pin_memory", false, workers));
  all.push_back(ignored<Json>("data", "dataloader_kwargs", Json::object(), workers));
  all.push_back(ignored<MaybeText>("data", "sampler", std::nullopt, "a test shows the images in their order"));
  all.push_back(ignored<bool>("data", "noise_void", true, "a blank has no variance, and so no noise", {"noisevoid"}));
  all.push_back(ignored<bool>("data", "train", true, "the command says whether it trains"));
  all.push_back(ignored<bool>("data", "use_distributed", false, alone));
  all.push_back(ignored<MaybeText>("data", "transform_backend", std::nullopt, "images are not augmented"));
  all.push_back(ignored<MaybeText>("data", "transform_context", std::nullopt, "images are not augmented"));
  all.push_back(ignored<MaybeText>("data", "transform_preset", std::nullopt, "images are not augmented"));
  all.push_back(ignored<MaybeText>("data", "target_data_name", std::nullopt, "labels are those of the images"));
  all.push_back(ignored<MaybeText>("data", "target_data_group", std::nullopt, "labels are those of the images"));
  all.push_back(
      ignored<MaybeText>("data", "dtype", std::nullopt, "images are float32; model.dtype says what computes"));
  all.push_back(
      ignored<Json>("data", "precision", nullptr, "images are float32; trainer.precision says what computes"));
  all.push_back(ignored<std::optional<std::int64_t>>("data", "resolution", std::nullopt,
                                                     "images keep the size that they have in their files"));
  all.push_back(ignored<bool>("data", "use_channels_last", false, "the compiled path chooses its own order of memory"));
  all.push_back(ignored<Json>("data", "mounted_datasets", Json::array(), "data.data_path says where images are"));
  all.push_back(ignored<Json>("data", "class_index_files", Json::object(), "class names are those of the data set"));
  all.push_back(ignored<Json>("data", "data_resolution", Json::object(), "images keep the size of their files"));
  all.push_back(ignored<Json>("data", "data_statistics", Json::object(), "data.normalize gives one's own"));
  all.push_back(ignored<Json>("data", "transform_presets", Json::object(), "images are not augmented"));
  all.push_back(ignored<Json>("data", "data_groups", Json::object(), "data.data_group names classes"));
  all.push_back(ignored<MaybeText>("data", "dloader", std::nullopt, ffcv));
  // trainer
  std::string const folder = "a run folder holds its checkpoints; test names one of them";
  all.push_back(ignored<Text>("trainer", "status", "trained", folder));
  all.push_back(ignored<bool>("trainer", "checkpointing", true, folder));
  all.push_back(
      ignored<Json>("trainer", "logger", nullptr, "metrics.csv and TensorBoard files are written by themselves"));
  all.push_back(ignored<bool>("trainer", "verbose", false, "trainer.log_level says what is said"));
  all.push_back(
      ignored<bool>("trainer", "show_provenance_legend", false, "config explain says where a value came from"));
  all.push_back(ignored<Json>("trainer", "devices", 1, alone, {"dev"}));
  all.push_back(ignored<MaybeText>("trainer", "strategy", std::nullopt, alone, {"strat"}));
  all.push_back(ignored<std::int64_t>("trainer", "num_nodes", 1, alone, {"nodes"}));
  all.push_back(ignored<std::optional<bool>>("trainer", "sync_batchnorm", std::nullopt, alone));
  all.push_back(ignored<Json>("trainer", "strategy_kwargs", Json::object(), alone));
  all.push_back(ignored<bool>("trainer", "benchmark", true, "there is no choice of kernels by trial"));
  all.push_back(ignored<MaybeText>("trainer", "profiler", "None", "plan says what a step costs", {"prof"}));
  all.push_back(ignored<std::int64_t>("trainer", "reload_dataloaders_every_n_epochs", 0, "images are held in memory"));
  all.push_back(
      ignored<bool>("trainer", "save_last", true, "the last checkpoint is always kept: a training goes on from it"));
  all.push_back(ignored<bool>("trainer", "automatic_optimization", true, "there is no other"));
  all.push_back(ignored<bool>("trainer", "clip_gradients", false, "trainer.gradient_clip_val says it"));
  // model
  all.push_back(ignored<Text>("model", "classifier_name", "classifier", "parameters have the names of the model"));
  all.push_back(ignored<bool>("model", "init_with_pretrained", false, "the program's --load-weights names a file",
                              {"pretrained"}));
  std::string const tests = "a test keeps responses (model.store_test_responses); callbacks see those of a training";
  all.push_back(ignored<std::int64_t>("model", "store_responses", 0, tests));
  all.push_back(ignored<std::int64_t>("model", "store_train_responses", 0, tests, {"store_train_resp"}));
  all.push_back(ignored<std::int64_t>("model", "store_val_responses", 0, tests, {"store_val_resp"}));
  all.push_back(ignored<Json>("model", "store_train_records", nullptr, tests, {"store_train_rec"}));
  all.push_back(ignored<Json>("model", "store_val_records", nullptr, tests, {"store_val_rec"}));
  all.push_back(ignored<Json>("model", "store_test_records", nullptr, "a test keeps the records of every image",
                              {"store_test_rec"}));
  all.push_back(ignored<bool>("model", "store_responses_on_cpu", true, "responses are kept on the host"));
  all.push_back(ignored<bool>("model", "early_test_stop", true,
                              "a test shows all of its images; data.test_images says how many", {"early_stop"}));
  all.push_back(ignored<bool>("model", "retain_graph", false, "a graph of a step is used once"));
  all.push_back(ignored<Json>("model", "model_kwargs", Json::object(), "every number of a model has a key"));
  all.push_back(ignored<Json>("model", "cached_model_kwargs", Json::object(), "every number of a model has a key"));
  all.push_back(ignored<Text>("model", "scheduler_configs.name", "lr_scheduled", "the column is learning_rate"));
  all.push_back(
      ignored<Json>("model", "optimizer_configs", Json::object(), "trainer.monitor_checkpoint says what is monitored"));
  return all;
}

}  // namespace dynvision::config
