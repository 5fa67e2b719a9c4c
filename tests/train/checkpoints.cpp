// covers: train/checkpoint_outcome.hpp, train/checkpoints/plan.hpp, train/checkpoints/snapshot.hpp
// covers: train/checkpoints/writer.hpp, train/resume.hpp
#include "../heard_warnings.hpp"
#include "../io/failure.hpp"
#include "../io/temporary_folder.hpp"
#include "noisy_toy.hpp"
#include <catch2/catch_test_macros.hpp>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <thread>

using namespace dynvision;
using namespace toy;

TEST_CASE("the best epochs by any column are kept, and one of every few", "[train]") {
  // Values of five epochs, and after which epochs the best two were reached.
  std::vector<double> const values{3, 1, 2, 2, 0.5};
  struct Expected {
    std::string mode;
    std::int64_t k;
    std::vector<std::string> names;
    std::string best;
  };
  std::string const end = ".safetensors";
  for (auto const& [mode, k, names, best] : std::vector<Expected>{
           {"min",
            2,
            {"best-epoch=1-my_measure=1" + end, "best-epoch=4-my_measure=0.5" + end},
            "best-epoch=4-my_measure=0.5"},
           {"max",
            2,
            {"best-epoch=0-my_measure=3" + end, "best-epoch=2-my_measure=2" + end},
            "best-epoch=0-my_measure=3"},
           {"min", 0, {}, ""},
           {"min",
            -1,
            {"best-epoch=0-my_measure=3" + end, "best-epoch=1-my_measure=1" + end, "best-epoch=2-my_measure=2" + end,
             "best-epoch=3-my_measure=2" + end, "best-epoch=4-my_measure=0.5" + end},
            "best-epoch=4-my_measure=0.5"}}) {
    CAPTURE(mode, k);
    TemporaryFolder const folder;
    FitSettings settings = quiet(5);
    settings.scheduler.scheduler = "none";
    settings.checkpoint = folder / "last.safetensors";
    settings.save_top_k = k;
    settings.monitor_checkpoint = "my/measure";
    settings.checkpoint_mode = mode;
    settings.every_n_epochs = 2;
    settings.callbacks.on_metrics.push_back([&](Training& now) {
      std::size_t const epoch = static_cast<std::size_t>(now.row->at("epoch"));
      (*now.row)["my/measure"] = epoch == 0 ? MetricsRow::none : values[epoch - 1];
    });
    std::vector<double> steps;
    settings.callbacks.on_checkpoint.push_back([&](Training& now) { CHECK(now.checkpoint->error.empty()); });
    NoisyTraining t;
    t.go_on(settings, quarters(40), quarters(8));
    auto expected = names;
    for (auto const* const other : {"last", "trained-epoch=1", "trained-epoch=3"}) expected.push_back(other + end);
    std::sort(expected.begin(), expected.end());
    CHECK(folder.names() == expected);
    CHECK(best_checkpoint(t.result.state, settings).stem().string() == best);
    CHECK(read_checkpoint(folder / ("trained-epoch=3" + end)).state.step == 20);
    if (k == -1) CHECK(read_checkpoint(folder / ("best-epoch=2-my_measure=2" + end)).state.epoch == 3);
  }
}

TEST_CASE("a column to choose the best by must be there", "[train]") {
  TemporaryFolder const folder;
  FitSettings settings = quiet(1);
  settings.checkpoint = folder / "last.safetensors";
  settings.monitor_checkpoint = "val_los";
  NoisyTraining t;
  std::string const text = message([&] { t.go_on(settings, quarters(40), {}); });
  CHECK(text.starts_with("[dynvision.train.243] "));
  CHECK(text.find("did you mean \"val_loss\"?") != std::string::npos);
  settings.checkpoint_mode = "mix";
  CHECK(failure([&] { t.go_on(settings, quarters(40), {}); }) == "train.133");
  settings.checkpoint_mode = "min";
  settings.save_top_k = -2;
  CHECK(failure([&] { t.go_on(settings, quarters(40), {}); }) == "train.133");
}

TEST_CASE("what was changed between stop and going on is listed, and harmless changes may be allowed", "[train]") {
  TemporaryFolder const folder;
  FitSettings settings = quiet(1);
  settings.checkpoint = folder / "last.safetensors";
  settings.identity = {{"seed", "3"}, {"log.every", "5"}, {"epochs", "1"}};
  NoisyTraining t;
  t.go_on(settings, quarters(40), {});
  auto const with = [&](std::map<std::string, std::string> const& identity, ResumeSettings const& resume_settings) {
    return message([&] { resume(settings.checkpoint, t.optimizer, identity, resume_settings); });
  };
  std::map<std::string, std::string> const other{{"seed", "3"}, {"log.every", "7"}, {"epochs", "2"}};
  std::vector<std::string> const harmless{"epochs", "log.*"};
  std::string const text = with(other, {.harmless = harmless});
  CHECK(text.starts_with("[dynvision.train.124] "));
  CHECK(text.find("log.every: expected 7, found 5  (harmless: allow_changes goes on with it)") != std::string::npos);
  HeardWarnings warnings;
  CHECK(with(other, {.allow_changes = true, .harmless = harmless}).empty());
  CHECK(warnings.text().find("[dynvision.train.245]") != std::string::npos);
  CHECK(warnings.text().find("epochs: expected 2, found 1") != std::string::npos);
  std::map<std::string, std::string> const another{{"seed", "4"}, {"log.every", "7"}, {"epochs", "2"}};
  CHECK(with(another, {.allow_changes = true, .harmless = harmless}).starts_with("[dynvision.train.124] "));
  CHECK(with(other, {.allow_changes = true, .harmless = {"epochs"}}).starts_with("[dynvision.train.124] "));
}

TEST_CASE("a full disk stops no training, and is not kept quiet", "[train]") {
  // A file that may not grow beyond 10 kB is what a full disk is to a writer; tests/killed has a real one.
  TemporaryFolder const folder;
  FitSettings settings = quiet(3);
  settings.checkpoint = folder / "last.safetensors";
  settings.checkpoint_seconds = 0;
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  auto const handler = std::signal(SIGXFSZ, SIG_IGN);
  auto const limit = [&](rlim_t bytes) {
    rlimit const small{bytes, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  };
  int n_failed = 0, n_written = 0, n_warnings = 0;
  settings.callbacks.on_checkpoint.push_back([&](Training& now) {
    ++(now.checkpoint->error.empty() ? n_written : n_failed);
    if (!now.checkpoint->error.empty()) CHECK(now.checkpoint->error.starts_with("[dynvision.io.103] "));
  });
  settings.callbacks.on_warning.push_back([&](Training& now) {
    CHECK(now.warning->starts_with("[dynvision.train.242] "));
    ++n_warnings;
  });
  // Full in the first epoch; then there is room again.
  settings.callbacks.on_train_epoch_start.push_back(
      [&](Training& now) { limit(now.state.epoch == 0 ? 10000 : before.rlim_cur); });
  HeardWarnings warnings;
  NoisyTraining t(10000);
  t.go_on(settings, quarters(40), quarters(8));
  CHECK(t.result.stop == Fit::Stop::finished);
  CHECK(n_failed > 0);
  CHECK(n_written > 0);
  CHECK(n_warnings == n_failed);
  CHECK(warnings.text().find("[dynvision.train.242]") != std::string::npos);
  CHECK(read_checkpoint(settings.checkpoint).state.epoch == 3);
  // The first epoch could not be written: it is none of the best, which are there.
  CHECK(folder.names().size() == 3);
  CHECK(std::filesystem::exists(best_checkpoint(t.result.state, settings)));

  // A last checkpoint that cannot be written is an error, and the one before stays.
  settings.epochs = 4;
  settings.scheduler.scheduler = "none";
  settings.callbacks.on_train_epoch_start = {[&](Training&) { limit(10000); }};
  std::string const error = failure([&] { t.go_on(settings, quarters(40), quarters(8)); });
  limit(before.rlim_cur);
  std::signal(SIGXFSZ, handler);
  CHECK(error == "train.244");
  CHECK(read_checkpoint(settings.checkpoint).state.epoch == 3);
}

TEST_CASE("two trainings do not write into one folder", "[train]") {
  TemporaryFolder const folder;
  FitSettings settings = quiet(1);
  settings.checkpoint = folder / "last.safetensors";
  std::string found;
  settings.callbacks.on_train_epoch_start.push_back([&](Training&) {
    std::thread([&] {
      FitSettings other = quiet(1);
      other.checkpoint = folder / "other.safetensors";
      found = failure([&] { NoisyTraining().go_on(other, quarters(40), {}); });
    }).join();
  });
  NoisyTraining t;
  t.go_on(settings, quarters(40), {});
  CHECK(found == "records.211");
  settings.checkpoint = folder / "missing/last.safetensors";
  CHECK(failure([&] { t.go_on(settings, quarters(40), {}); }) == "records.212");
}

TEST_CASE("what a killed process left half written is removed", "[train]") {
  TemporaryFolder const folder;
  pid_t const gone = ::fork();
  if (gone == 0) ::_exit(0);
  ::waitpid(gone, nullptr, 0);
  auto const name = [](pid_t process) { return ".dynvision-" + std::to_string(process) + "-0.partial"; };
  folder.file(name(gone), "x");
  folder.file(name(::getppid()), "x");
  FitSettings settings = quiet(1);
  settings.checkpoint = folder / "last.safetensors";
  NoisyTraining t;
  t.go_on(settings, quarters(40), {});
  CHECK_FALSE(std::filesystem::exists(folder / name(gone)));
  CHECK(std::filesystem::exists(folder / name(::getppid())));
}

TEST_CASE("rows of metrics that cannot be written are written later", "[train]") {
  TemporaryFolder const folder;
  FitSettings settings = quiet(2);
  settings.metrics = folder / "metrics.csv";
  settings.log_every_n_steps = 1;
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  auto const handler = std::signal(SIGXFSZ, SIG_IGN);
  settings.callbacks.on_train_epoch_start.push_back([&](Training& now) {
    rlimit const small{now.state.epoch == 0 ? 200 : before.rlim_cur, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  });
  HeardWarnings warnings;
  NoisyTraining t;
  t.go_on(settings, quarters(40), quarters(8));
  std::signal(SIGXFSZ, handler);
  CHECK(warnings.text().find("[dynvision.train.246]") != std::string::npos);
  CHECK(read_csv(settings.metrics).rows.size() == t.result.state.metrics.size());

  settings.metrics = folder.file("other.csv", "a,b\n1,2\n");
  CHECK(failure([&] { t.go_on(settings, quarters(40), {}); }) == "io.153");
  CHECK(contents(folder / "other.csv") == "a,b\n1,2\n");
  settings.metrics = folder / "missing/metrics.csv";
  CHECK(failure([&] { t.go_on(settings, quarters(40), {}); }) == "io.154");
}
