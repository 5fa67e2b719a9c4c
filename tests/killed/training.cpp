// Trainings that are killed (SIGKILL) at random moments, most of them while a checkpoint is being written, and started again, until they
// end: what they have learned, and the rows of their metrics, are those of one that was never killed.
//
// The program never trains itself: its children do, after a fork that costs a hundredth of a start (LibTorch's autograd cannot be
// used on both sides of a fork).
#include <ATen/Parallel.h>

#include "../io/failure.hpp"
#include "../io/temporary_folder.hpp"
#include "../train/noisy_toy.hpp"
#include <catch2/catch_test_macros.hpp>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <chrono>
#include <random>
#include <thread>

using namespace dynvision;
using namespace toy;

namespace {

constexpr std::int64_t n_ballast = 100'000;  // 1.2 MB a checkpoint

FitSettings settings_in(std::filesystem::path const& folder) {
  FitSettings settings = quiet(3);
  settings.checkpoint = folder / "checkpoint.safetensors";
  settings.metrics = folder / "metrics.csv";
  settings.checkpoint_seconds = 0;  // after every update, if the one before is written
  settings.log_every_n_steps = 1;
  return settings;
}

// A training from its checkpoint, or from the beginning, to its end; what it gives is left in the file "result".
int train(FitSettings settings, std::filesystem::path const& result) {
  try {
    Images const images = quarters(200), validation = quarters(40);
    torch::manual_seed(5);
    // So long a step that a checkpoint begins every few of them, and there are enough moments to be killed at.
    settings.callbacks.on_train_batch_end.push_back(
        [](Training&) { std::this_thread::sleep_for(std::chrono::milliseconds(1)); });
    NoisyTraining training(n_ballast);
    training.go_on(settings, images, validation);
    AtomicFile file(result);
    file.write(everything(training));
    file.commit();
    return 0;
  } catch (std::exception const& error) {
    std::fputs(error.what(), stderr);
    std::fputs("\n", stderr);
    return 1;
  }
}

template <class Child> pid_t start(Child&& child) {
  pid_t const process = ::fork();
  if (process == 0) {
    at::set_num_threads(1);
    ::_exit(child());
  }
  REQUIRE(process > 0);
  return process;
}
int end_of(pid_t process) {
  int status = 0;
  ::waitpid(process, &status, 0);
  return status;
}

bool is_being_written(std::filesystem::path const& folder) {
  for (auto const& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".partial") return true;
  }
  return false;
}

std::string metrics_without_seconds(std::filesystem::path const& file) {
  CsvTable const table = read_csv(file);
  std::string all;
  for (auto const& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) all += table.columns[i] == "seconds" ? "" : row[i] + ",";
  }
  return all;
}

}  // namespace

TEST_CASE("a training killed at any moment goes on with the same numbers", "[killed]") {
  TemporaryFolder const straight;
  auto const began = std::chrono::steady_clock::now();
  REQUIRE(end_of(start([&] { return train(settings_in(straight.path), straight / "result"); })) == 0);
  auto const took = std::chrono::steady_clock::now() - began;
  std::string const expected = contents(straight / "result");
  REQUIRE(expected.size() > 4 * n_ballast);

  std::mt19937 generator(1);
  auto const longest = std::chrono::duration_cast<std::chrono::microseconds>(took).count() / 2;
  std::uniform_int_distribution<long> moments(0, std::max(1L, static_cast<long>(longest)));
  int n_killed = 0, n_while_writing = 0;
  for (int training = 0; n_killed < 60; ++training) {
    TemporaryFolder const folder;
    std::filesystem::create_directory(folder / "run");
    for (int attempt = 0;; ++attempt) {
      REQUIRE(attempt < 300);
      pid_t const child = start([&] { return train(settings_in(folder / "run"), folder / "result"); });
      std::this_thread::sleep_for(std::chrono::microseconds(moments(generator)));
      // Each second time in the middle of a file.
      for (int i = 0; attempt % 2 == 0 && i < 400 && !is_being_written(folder / "run"); ++i) {
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      }
      ::kill(child, SIGKILL);
      int const status = end_of(child);
      if (WIFEXITED(status)) {  // it was faster
        REQUIRE(WEXITSTATUS(status) == 0);
        break;
      }
      ++n_killed;
      n_while_writing += is_being_written(folder / "run");
    }
    CAPTURE(training, n_killed);
    bool const same = contents(folder / "result") == expected;  // 400 kB: not to be printed
    CHECK(same);
    bool const same_rows =
        metrics_without_seconds(folder / "run/metrics.csv") == metrics_without_seconds(straight / "metrics.csv");
    CHECK(same_rows);
    CHECK_FALSE(is_being_written(folder / "run"));
  }
  INFO(n_while_writing << " of " << n_killed << " while a file was being written");
  CHECK(n_while_writing >= 10);
}

TEST_CASE("a training on a disk that is full goes on, and its last complete checkpoint stays", "[killed]") {
  TemporaryFolder const folder;
  auto const disk = folder / "disk";
  std::filesystem::create_directory(disk);
  // A small file system of its own: in a name space of this child's, which needs no rights where the system allows that.
  constexpr int no_mount = 77;
  int const status = end_of(start([&] {
    if (::unshare(::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0) return no_mount;
    ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=3m") != 0) return no_mount;
    FitSettings settings = settings_in(disk);
    settings.save_top_k = 0;
    int n_written = 0, n_failed = 0;
    bool first_stays = true;
    settings.callbacks.on_checkpoint.push_back([&](Training& now) {
      ++(now.checkpoint->error.empty() ? n_written : n_failed);
      if (n_written == 1 && n_failed == 0) {  // from now on there is no room for a second file
        AtomicFile filler(disk / "filler");
        filler.write(std::string(1'000'000, 'x'));
        filler.commit();
      }
      if (n_failed > 0) first_stays = first_stays && read_checkpoint(settings.checkpoint).state.step > 0;
      if (n_failed == 3) std::filesystem::remove(disk / "filler");
    });
    int const result = train(settings, folder / "result");
    if (result != 0) return result;
    if (n_failed < 3 || n_written < 2 || !first_stays) return 2;
    return read_checkpoint(settings.checkpoint).state.epoch == 3 ? 0 : 3;
  }));
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == no_mount)
    SKIP("no file system can be made here; tests/train limits the size of files instead");
  CHECK(WEXITSTATUS(status) == 0);
}
