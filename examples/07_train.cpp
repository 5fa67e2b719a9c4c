// Training, on a task that the program makes itself: how is a grating in noise oriented?
//
//   cmake --build build --target example.07_train && build/examples/07_train
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/run/trial.hpp>
#include <dynvision/train/fit.hpp>

#include <cstdio>

using namespace dynvision;

// [task]
Images gratings(int n, std::uint64_t seed) {  // 16 x 16 pixels, 0, 45, 90 or 135 degrees, any phase
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> phase(0, 6.2832);
  std::normal_distribution<double> noise(0, 1);
  Tensor const images = zeros({n, 1, 16, 16}), labels = zeros({n}, at::kLong);
  float* pixel = images.mutable_data_ptr<float>();
  for (int i = 0; i < n; ++i) {
    double const angle = 0.7854 * (i % 4), shift = phase(random);  // [rad]
    labels[i].fill_(i % 4);
    for (int y = 0; y < 16; ++y) {
      for (int x = 0; x < 16; ++x, ++pixel) {
        *pixel =
            static_cast<float>(std::cos(1.2 * (x * std::cos(angle) + y * std::sin(angle)) + shift) + noise(random));
      }
    }
  }
  return {images, labels, {"0", "45", "90", "135"}};
}
// [/task]

// [model]
struct V1 : Layer<"V1", Conv<1, 16, 7, 2>, Recur<Full<16>>, Evolve<>, Relu, Record, Delay> {};
using Net = Model<V1>;
// [/model]

int main() {
  // [train]
  Net model({.n_classes = 4, .input_dims = {1, 16, 16}, .t_recurrence = 2, .seed = 1});
  RunBatch const run = [&](Batch const& batch, BatchContext const&) -> Presented {
    run::Trial const trial = run::make_trial(model, batch.images, batch.labels,
                                             {.n_timesteps = 8, .presentation = {.loss_reaction_time = 8}});  // [ms]
    return {run::run(model, trial.stimulus), trial.labels};
  };
  WeightedSum objective;
  objective.add("CrossEntropyLoss", 1, CrossEntropy{});
  Optimizer optimizer(model.parameters(), {.learning_rate = 0.01});

  Images const test = gratings(400, 2);
  double const before = evaluate(run, objective, test, {.progress = ""}).accuracy;
  fit(optimizer, objective, run, gratings(800, 1), {}, {.epochs = 5, .batches = {.batch_size = 16, .seed = 1}});
  double const after = evaluate(run, objective, test, {.progress = ""}).accuracy;
  std::printf("accuracy on gratings it has not seen: %.0f %% before, %.0f %% after\n", 100 * before, 100 * after);
  // [/train]
  return !(after > 0.8 && before < 0.5);
}
