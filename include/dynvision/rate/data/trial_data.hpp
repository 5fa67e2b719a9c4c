// The data of a study that may be a task: trials stand where images do, so that all that trains and tests takes them.
//
//   auto const [train, validation] = rate::training_data({.data_name = "go_no_go", .trials = 2000, .task = {{"delay", 300}}});
//   Images const test = rate::test_data(settings, 20);       dt [ms] of the model; none: that of the task or of the file
//   rate::redraw(train, settings, epoch, 20)                 the trials of another epoch, in place: with redraw_trials
//
//   data_name    of a task (named_tasks.hpp): trials are drawn, `trials` of them for training and validation
//                "trials": of an NPZ file at data_path (trial_file.hpp), or of train.npz and test.npz in a folder
//                any other: images (data/data_set.hpp)
//
// Trials become images that change, (N,T,I,1,1), with the labels (N,T) and -1 where a step does not count. Those of a test are other
// ones of the same seed. Errors: rate.135 ... rate.139, and those of the parts.
#pragma once
#include <dynvision/data/data_set.hpp>
#include <dynvision/rate/data/named_tasks.hpp>
#include <dynvision/rate/data/trial_file.hpp>

namespace dynvision::rate {

inline constexpr std::string_view trials_of_file = "trials";  // the data_name

// Whether the data are trials, and no images.
inline bool are_trials(DataSettings const& settings) {
  return settings.data_name == trials_of_file || tasks::find(settings.data_name) != nullptr;
}

// `classes`: what an answer says; "0", "1", ... without names.
inline Images images_of(Trials const& trials, std::vector<std::string> classes = {}) {
  Tensor const counts = trials.mask.gt(0);
  if (!trials.mask.eq(1).eq(counts).all().item<bool>()) {
    fail("rate", 138, "mask of trials: expected 1 where a step counts and 0 where it does not, found other numbers");
  }
  std::int64_t const largest = trials.labels.max().item<std::int64_t>();
  if (largest > 1'000'000) fail("rate", 138, {"label ", largest, " of trials: expected numbers of answers"});
  for (std::int64_t k = static_cast<std::int64_t>(classes.size()); k <= largest; ++k) classes.push_back(number_text(k));
  Images set{trials.inputs.unsqueeze(-1).unsqueeze(-1).contiguous(),
             trials.labels.where(counts, full({}, -1, at::kLong)), std::move(classes), trials.dt};
  check_images(set);
  return set;
}

namespace trial_data {

// Trials of a test, and those of later epochs, are none of those of a training's first epoch and validation.
inline constexpr std::uint64_t first_of_test = std::uint64_t{1} << 32U, first_of_epochs = std::uint64_t{1} << 33U;

inline Images of_file(DataSettings const& settings, std::string const& part, std::optional<double> dt) {
  std::filesystem::path path = settings.data_path;
  std::error_code ignored;
  if (settings.data_path.empty()) {
    fail("rate", 137,
         "data_name \"trials\" without a data_path: expected an NPZ file, or a folder with train.npz and test.npz");
  }
  if (std::filesystem::is_directory(path, ignored)) path /= part + ".npz";
  Trials const trials = read_trials(path);
  if (dt && *dt != trials.dt) {
    fail("rate", 137,
         {path.string(), ": trials with dt = ", trials.dt, " ms, and model.dt = ", *dt,
          " ms: expected the same, or none of the model"});
  }
  return images_of(trials);
}

inline Images of_task(DataSettings const& settings, std::int64_t n, std::uint64_t first, std::optional<double> dt) {
  AnyTask const task = task_of(settings.data_name, settings.task, dt);
  if (n < 1 || n > 100'000'000) fail("rate", 137, {n, " trials of ", settings.data_name, ": expected 1 to 100000000"});
  return images_of(drawn(task, static_cast<int>(n), settings.seed, first), answers_of(task));
}

inline void check_redrawn(DataSettings const& settings) {
  if (tasks::find(settings.data_name) != nullptr) return;
  fail("rate", 139,
       {"redraw_trials with data_name \"", settings.data_name,
        "\": ", expected_one_of(settings.data_name, tasks::names())});
}

// Of a name that is none, also the tasks are told.
inline void check_name(DataSettings const& settings) {
  if (!settings.data_path.empty()) return;
  std::vector<std::string_view> names = tasks::names();
  names.push_back(trials_of_file);
  std::vector<KnownDataSet> const known = known_data_sets();
  for (KnownDataSet const& one : known) {
    if (one.name == settings.data_name) return;
    names.push_back(one.name);
  }
  fail("data", 162,
       {"data_name \"", settings.data_name, "\" without a data_path: ", expected_one_of(settings.data_name, names)});
}

}  // namespace trial_data

inline TrainingImages training_data(DataSettings const& settings, std::optional<double> dt = {}) {
  if (settings.redraw_trials) trial_data::check_redrawn(settings);
  if (settings.data_name == trials_of_file)
    return data_set::divided(trial_data::of_file(settings, "train", dt), settings);
  if (are_trials(settings)) return data_set::divided(trial_data::of_task(settings, settings.trials, 0, dt), settings);
  trial_data::check_name(settings);
  return training_images(settings);
}

// The trials that are trained on in an epoch, from 0; those of the first are drawn already. A function of the settings and the
// epoch, so that a training that goes on has the trials that it would have had.
inline void redraw(Images& train, DataSettings const& settings, std::int64_t epoch, std::optional<double> dt = {}) {
  trial_data::check_redrawn(settings);
  if (epoch < 1) return;
  auto const first = static_cast<std::uint64_t>(epoch - 1) * static_cast<std::uint64_t>(train.size());
  train = trial_data::of_task(settings, train.size(), trial_data::first_of_epochs + first, dt);
}

inline Images test_data(DataSettings const& settings, std::optional<double> dt = {}) {
  std::int64_t const n = settings.test_images;
  if (settings.data_name == trials_of_file) {
    Images all = trial_data::of_file(settings, "test", dt);
    return n == 0 ? all : subset(all, n);
  }
  if (are_trials(settings)) {
    return trial_data::of_task(settings, n > 0 ? n : settings.trials, trial_data::first_of_test, dt);
  }
  trial_data::check_name(settings);
  return test_images(settings);
}

}  // namespace dynvision::rate
