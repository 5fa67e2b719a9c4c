// A user's program: a model of its own, run for a few steps, its weights written and read.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/io/weights.hpp>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 8, 3, 2>, Recur<Full<8>>, AddFeedback<"V2">, Evolve<Euler>, Relu, Record, Delay> {};
struct V2 : Layer<"V2", Conv<8, 8, 3>, Recur<Self<8>>, Evolve<RungeKutta4>, Relu, Record, Delay> {};
struct MyNet : Model<V1, V2> {};

int main() {
  MyNet model{Options{.n_classes = 4, .input_dims = {3, 16, 16}, .seed = 1}};
  MyNet other{Options{.n_classes = 4, .input_dims = {3, 16, 16}, .seed = 2}};
  Tensor const images = randn({2, 3, 16, 16});  // (B,C,H,W)
  auto const run = [&](MyNet& net) { return run::unroll(net, images, {.n_timesteps = 6}).outputs; };
  auto const file = std::filesystem::temp_directory_path() / ("dynvision-" + std::to_string(::getpid()));
  save_weights(file, model.parameters());
  WeightsReport const report = load_weights(file, other.parameters());
  std::filesystem::remove(file);
  bool const same = run(model).equal(run(other));
  std::printf("%zu parameters, %s outputs\n", report.loaded.size(), same ? "the same" : "other");
  return same ? 0 : 1;
}
