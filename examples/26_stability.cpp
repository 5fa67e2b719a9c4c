// Does a network come to rest, and how fast? Fixed points, modes and exponents of DyRCNNx4 with feedback.
//
//   cmake --build build --target example.26_stability && build/examples/26_stability [side of the image]
#include <dynvision/analysis/dynamics.hpp>
#include <dynvision/dyrcnn.hpp>

#include <cstdio>
#include <cstdlib>
#include <ctime>

using namespace dynvision;

int main(int argc, char** argv) {
  int const side = argc > 1 ? std::atoi(argv[1]) : 16;
  // [stability]
  DyRCNNx4<> const model({.n_classes = 10, .input_dims = {3, side, side}, .seed = 1});
  Tensor const image = stability::random_vector(3 * side * side, 1).view({1, 3, side, side}).to(at::kFloat);
  stability::StepMap const map(model, image);

  stability::FixedPoints const found = stability::fixed_points(map, {.n_random = 1});
  for (stability::FixedPoint const& point : found.points) {
    stability::Modes const modes = stability::leading_modes(map, point.state);
    std::printf("%d starts, max |F(x) - x| = %.1e, spectral radius %.4f\n", point.n_starts, point.residual,
                modes.spectral_radius);
    for (stability::LayersRadius const& one : modes.by_layers) {
      std::printf("  %-4s %.4f\n", one.layers.c_str(), one.spectral_radius);
    }
  }
  // [/stability]
  std::printf("%.1f s of CPU time\n", static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
}
