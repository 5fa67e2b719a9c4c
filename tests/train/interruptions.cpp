// covers: train/random_state.hpp, train/loop/border.hpp
// A training that is stopped again and again gives the numbers of one that never was. tests/killed does it with SIGKILL.
#include "../io/failure.hpp"
#include "../io/temporary_folder.hpp"
#include "noisy_toy.hpp"
#include <catch2/catch_test_macros.hpp>

#include <random>

using namespace dynvision;
using namespace toy;

namespace {

std::string without_seconds(CsvTable const& table) {
  std::string all;
  for (auto const& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) all += table.columns[i] == "seconds" ? "" : row[i] + ",";
  }
  return all;
}

}  // namespace

TEST_CASE("a training stopped at any moment gives the numbers of one that never was", "[train]") {
  Images const train = quarters(44), validation = quarters(24);
  FitSettings settings = quiet(4);
  settings.val_batch_size = 8;  // stops fall within validations, too
  settings.scheduler.scheduler_kwargs = {{"T_max", 4}};
  for (std::int64_t const accumulate : {1, 2}) {
    settings.accumulate_grad_batches = accumulate;
    TemporaryFolder const of_straight;
    settings.checkpoint = of_straight / "checkpoint.safetensors";
    settings.metrics = of_straight / "metrics.csv";
    settings.stop_requested = {};
    torch::manual_seed(5);
    NoisyTraining straight;
    straight.go_on(settings, train, validation);
    std::string const expected = everything(straight);

    std::mt19937 generator(static_cast<unsigned>(accumulate));
    for (int attempt = 0; attempt < 12; ++attempt) {
      TemporaryFolder const folder;
      settings.checkpoint = folder / "checkpoint.safetensors";
      settings.metrics = folder / "metrics.csv";
      torch::manual_seed(5);
      int sessions = 0;
      while (true) {
        int left = std::uniform_int_distribution<int>(0, 12)(generator);
        settings.stop_requested = [&] { return --left < 0; };
        NoisyTraining session;
        session.go_on(settings, train, validation);
        ++sessions;
        torch::manual_seed(static_cast<std::uint64_t>(sessions));  // what happens between sessions is of no influence
        if (session.result.stop != Fit::Stop::finished) continue;
        CAPTURE(accumulate, attempt, sessions);
        CHECK(everything(session) == expected);
        break;
      }
      CHECK(folder.names() == of_straight.names());
      CHECK(without_seconds(read_csv(settings.metrics)) == without_seconds(read_csv(of_straight / "metrics.csv")));
    }
  }
}

TEST_CASE("a batch that ends the training leaves generators and kept numbers as they were", "[train]") {
  TemporaryFolder const folder;
  Images const train = quarters(44);
  FitSettings settings = quiet(1);
  settings.checkpoint = folder / "checkpoint.safetensors";
  torch::manual_seed(5);
  NoisyTraining straight;
  straight.go_on(settings, train, {});

  std::filesystem::remove(settings.checkpoint);
  torch::manual_seed(5);
  NoisyTraining broken;
  int calls = 0;
  RunBatch const run = [&](Batch const& batch, BatchContext const& context) {
    Presented shown = broken.model.run()(batch, context);
    if (++calls == 4) shown.activity.outputs = shown.activity.outputs.mul(NAN);
    return shown;
  };
  CHECK(failure([&] { fit(broken.optimizer, cross_entropy(), run, train, {}, settings); }) == "train.131");
  NoisyTraining again;
  again.go_on(settings, train, {});
  CHECK(everything(again) == everything(straight));
}

TEST_CASE("the generator's state is checked", "[train]") {
  RandomState state = random_state();
  double const a = torch::rand({1}).item<double>();
  set_random_state(state);
  CHECK(torch::rand({1}).item<double>() == a);
  state[0].second = dynvision::zeros({7}, at::kByte);
  CHECK(failure([&] { set_random_state(state); }) == "train.241");
  CHECK(failure([&] { set_random_state({{"cuda:77", dynvision::zeros({7}, at::kByte)}}); }) == "none");
}
