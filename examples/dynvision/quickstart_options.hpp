// What ./quickstart can be asked for, and how it becomes the configuration of a run.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/io/file/input_file.hpp>
#include <dynvision/records/run_folder.hpp>
#include <dynvision/train/parameter_groups.hpp>
#include <dynvision/train/lr_scaling.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace quickstart {

using Json = nlohmann::ordered_json;

struct Choices {
  std::int64_t epochs = 8, images = 6000, batch_size = 16, test_images = 10000;
  int n_timesteps = 4;          // [steps]
  double learning_rate = 4e-3;  // for 64 images in a batch
  std::uint64_t seed = 1;
  int threads = 0;           // 0: as many as the machine has
  double max_seconds = 235;  // [s]
  std::string data = "/usr/share/datasets/fashion-mnist", runs = "runs";
  std::optional<std::string> resume{};  // folder; empty: the latest

  // Fixed here; every program of one's own may choose otherwise.
  double dt = 2, tau = 5, t_recurrence = 2;  // [ms]
  double loss_reaction_time = 4;             // [ms]
  double weight_decay = 0;
  // The classifier averages over space: its inputs differ little, so its weights have a long way to go.
  dynvision::LrParameterGroups lr_parameter_groups{{"regular", 1}, {"classifier", 60}};
  std::int64_t validation_images = 1000;
};

inline Json groups_json(dynvision::LrParameterGroups const& groups) {
  Json all;
  for (auto const& [key, factor] : groups) all[key] = {{"lr_factor", factor}};
  return all;
}

// The resolved configuration, keys as in the Python toolbox. What stands in "program" may differ when a run goes on.
inline Json configuration(Choices const& c) {
  return {{"model",
           {{"model_name", "DyRCNNx2"},
            {"seed", c.seed},
            {"n_classes", 10},
            {"input_dims", {c.n_timesteps, 1, 28, 28}},
            {"n_timesteps", c.n_timesteps},
            {"dt", c.dt},
            {"tau", c.tau},
            {"t_feedforward", 0.0},
            {"t_recurrence", c.t_recurrence},
            {"t_skip", 0.0},
            {"dynamics_solver", "euler"},
            {"recurrence_type", "full"},
            {"recurrence_target", "output"},
            {"skip", true},
            {"feedback", false},
            {"data_presentation_pattern", "1"},
            {"loss", {"CrossEntropyLoss"}},
            {"loss_reaction_time", c.loss_reaction_time},
            {"non_label_index", -1},
            {"learning_rate", c.learning_rate},
            {"effective_learning_rate", dynvision::effective_learning_rate(c.learning_rate, c.batch_size)},
            {"optimizer", "Adam"},
            {"optimizer_kwargs", {{"weight_decay", c.weight_decay}}},
            {"lr_parameter_groups", groups_json(c.lr_parameter_groups)},
            {"scheduler", "CosineAnnealingLR"}}},
          {"trainer",
           {{"gradient_clip_val", 1.0},
            {"accumulate_grad_batches", 1},
            {"check_val_every_n_epoch", 1},
            {"log_every_n_steps", 10},
            {"images_per_epoch", c.images},
            {"precision", 32}}},
          {"data",
           {{"data_name", "fashion_mnist"},
            {"resolution", 28},
            {"normalize", {{0.2860}, {0.3530}}},
            {"batch_size", c.batch_size},
            {"validation_images", c.validation_images}}},
          {"program",
           {{"epochs", c.epochs},
            {"max_seconds", c.max_seconds},
            {"test_images", c.test_images},
            {"threads", c.threads},
            {"data", c.data}}}};
}

// What must be the same for a run to go on: "model.tau" -> "5.0".
inline std::map<std::string, std::string> identity(Json const& configuration) {
  std::map<std::string, std::string> all;
  for (char const* const part : {"model", "trainer", "data"}) {
    for (auto const& [key, value] : configuration.at(part).items()) all[std::string(part) + "." + key] = value.dump();
  }
  return all;
}

class CommandLine {
 public:
  CommandLine() : app_("Trains DyRCNNx2 on Fashion-MNIST and tests it.", "quickstart") {
    app_.set_help_flag("-h,--help", "print this");
    app_.option_defaults()->always_capture_default();
    app_.add_option("--epochs", choices.epochs, "rounds of training");
    app_.add_option("--images", choices.images, "training images in each, drawn anew from 59,000");
    app_.add_option("--test-images", choices.test_images, "images of the test");
    app_.add_option("--batch-size", choices.batch_size, "images in a batch");
    app_.add_option("--n-timesteps", choices.n_timesteps, "time steps (of 2 ms) that an image is shown");
    app_.add_option("--learning-rate", choices.learning_rate, "for 64 images in a batch; in proportion for others");
    app_.add_option("--seed", choices.seed, "of the weights and of the order of the images");
    app_.add_option("--threads", choices.threads, "threads; 0: as many as the machine has");
    app_.add_option("--max-seconds", choices.max_seconds, "training stops after so many seconds; 0: no limit");
    app_.add_option("--data", choices.data, "folder of the four Fashion-MNIST files");
    app_.add_option("--runs", choices.runs, "folder of all runs");
    resume_ = app_.add_option("--resume", folder_, "go on with the latest run, or with the one in this folder");
    resume_->type_name("[FOLDER]")->expected(0, 1);
    app_.allow_extras();
  }

  Choices choices;

  // false: there is nothing to do (--help).
  bool parse(int argc, char** argv) {
    using dynvision::fail;
    try {
      app_.parse(argc, argv);
    } catch (CLI::CallForHelp const&) {
      std::cout << app_.help();
      return false;
    } catch (CLI::ParseError const& error) {
      fail("train", 181, std::string(error.what()) + " (--help shows every option)");
    }
    for (std::string const& extra : app_.remaining()) {
      std::vector<std::string> names;
      for (CLI::Option const* option : app_.get_options()) names.push_back(option->get_name());
      fail("train", 181, "\"" + extra + "\": " + dynvision::expected_one_of(extra, names));
    }
    if (resume_->count() > 0) choices.resume = folder_;
    check();
    return true;
  }

  // Takes the choices of the run that is to go on. A choice that was given again must be the same.
  void adopt(dynvision::RunFolder const& folder) {
    dynvision::InputFile const file(folder / "config.json");
    std::string text(file.size(), ' ');
    file.read(0, text.data(), text.size());
    std::string different;
    try {
      Json const of_run = Json::parse(text);
      auto const take = [&](char const* option, Json const& value, auto& choice) {
        auto const before = value.get<std::remove_reference_t<decltype(choice)>>();
        if (app_.get_option(option)->count() > 0 && choice != before) {
          different += "\n  " + std::string(option) + ": expected " + value.dump() + ", found " + Json(choice).dump();
        }
        choice = before;
      };
      auto const take_new = [&](char const* option, Json const& value, auto& choice) {
        if (app_.get_option(option)->count() == 0) value.get_to(choice);
      };
      take("--images", of_run.at("trainer").at("images_per_epoch"), choices.images);
      take("--batch-size", of_run.at("data").at("batch_size"), choices.batch_size);
      take("--n-timesteps", of_run.at("model").at("n_timesteps"), choices.n_timesteps);
      take("--learning-rate", of_run.at("model").at("learning_rate"), choices.learning_rate);
      take("--seed", of_run.at("model").at("seed"), choices.seed);
      Json const& program = of_run.at("program");
      take_new("--epochs", program.at("epochs"), choices.epochs);
      take_new("--max-seconds", program.at("max_seconds"), choices.max_seconds);
      take_new("--test-images", program.at("test_images"), choices.test_images);
      take_new("--threads", program.at("threads"), choices.threads);
      take_new("--data", program.at("data"), choices.data);
    } catch (nlohmann::json::exception const& error) {
      dynvision::fail("train", 183, (folder / "config.json").string() + ": cannot be read: " + error.what());
    }
    if (!different.empty()) {
      dynvision::fail("train", 184,
                      folder.path().string() + ": the run goes on with its own options (leave these out):" + different);
    }
    check();
  }

 private:
  void check() const {
    auto const expect = [](bool good, char const* option, auto value, std::string const& what) {
      if (!good) dynvision::fail("train", 182, std::string(option) + " " + Json(value).dump() + ": expected " + what);
    };
    Choices const& c = choices;
    std::int64_t const most = 60000 - c.validation_images;
    expect(c.epochs >= 1, "--epochs", c.epochs, "at least 1");
    expect(c.images >= 1 && c.images <= most, "--images", c.images, "1 ... " + std::to_string(most));
    expect(c.test_images >= 1 && c.test_images <= 10000, "--test-images", c.test_images, "1 ... 10000");
    expect(c.batch_size >= 1 && c.batch_size <= c.images, "--batch-size", c.batch_size,
           "1 ... " + std::to_string(c.images) + ", the images of an epoch");
    expect(c.n_timesteps >= 3 && c.n_timesteps <= 1000, "--n-timesteps", c.n_timesteps,
           "3 ... 1000 (the first two steps, loss_reaction_time, do not count)");
    expect(c.learning_rate > 0 && c.learning_rate <= 1, "--learning-rate", c.learning_rate, "a number from 0 to 1");
    expect(c.threads >= 0 && c.threads <= 1024, "--threads", c.threads, "0 ... 1024");
    expect(c.max_seconds >= 0 && c.max_seconds < 1e9, "--max-seconds", c.max_seconds, "a number >= 0");
  }

  CLI::App app_;
  CLI::Option* resume_ = nullptr;
  std::string folder_;
};

}  // namespace quickstart
