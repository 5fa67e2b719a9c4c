// How long the dynamics of DyRCNNx4 take: a fixed point and ten modes, on images of 64 x 64.
//
//   cmake --build build --target bench.stability && build/bench/bench.stability [side of the image] [factor of the lateral weights] \
//       [products] [krylov_size]
#include <dynvision/analysis/dynamics.hpp>
#include <dynvision/dyrcnn.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

using namespace dynvision;

int main(int argc, char** argv) {
  int const side = argc > 1 ? std::atoi(argv[1]) : 64;
  double const factor = argc > 2 ? std::atof(argv[2]) : 1;
  DyRCNNx4<> const model({.n_classes = 10, .input_dims = {3, side, side}, .seed = 1});
  for (Parameter const& p : model.parameters()) {
    if (p.name.find("recurrence") != std::string::npos) Tensor(p.tensor).data().mul_(factor);
  }
  Tensor const image = stability::random_vector(3 * side * side, 1).view({1, 3, side, side}).to(at::kFloat);
  auto const measure = [](char const* what, auto const& call) {
    auto const start = std::chrono::steady_clock::now();
    std::clock_t const cpu = std::clock();
    auto result = call();
    std::chrono::duration<double> const wall = std::chrono::steady_clock::now() - start;
    std::printf("%-24s %7.2f s, %7.2f s of the CPU\n", what, wall.count(),
                static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC);
    return result;
  };
  stability::StepMap const map(model, image);
  auto const found =
      measure("fixed points, 2 starts", [&] { return stability::fixed_points(map, {.n_random = 1, .progress = ""}); });
  std::printf("%zu fixed points, residual %.1e\n", found.points.size(),
              found.points.empty() ? 0 : found.points.front().residual);
  if (found.points.empty()) return 1;
  stability::ModeSettings const settings{
      .krylov_size = argc > 4 ? std::atoi(argv[4]) : 0, .products = argc > 3 ? std::atoi(argv[3]) : 0, .progress = ""};
  stability::Modes const modes =
      measure("ten modes", [&] { return stability::leading_modes(map, found.points.front().state, settings); });
  std::printf("%d products, %s\n", modes.n_products, modes.converged ? "converged" : "not converged");
  for (stability::LayersRadius const& one : modes.by_layers)
    std::printf("  %-4s %.6f\n", one.layers.c_str(), one.spectral_radius);
  for (stability::Mode const& mode : modes.modes)
    std::printf("  %+.6f %+.6fi  %s%s\n", mode.z.real(), mode.z.imag(), mode.layers.c_str(),
                mode.settled ? "" : ", not settled");
}
