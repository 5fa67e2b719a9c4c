// Scalings of noise: what its sigma means, and what it is multiplied by in a step of dt [ms].
//
//   struct PerRootSecond {                                             a scaling of one's own
//     static constexpr SideOfSolver side = SideOfSolver::any;
//     static constexpr std::string_view unit = "1/sqrt(s)";          of sigma, beside that of the signal
//     static double factor(double dt) { return std::sqrt(dt / 1000); }
//   };
//
// A factor of the time constant of the layer takes it as a tensor, which may learn: factor(Tensor const& tau, double dt).
// The five that are here, and their equations: operations/noise.hpp.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/core/tensor.hpp>

#include <cmath>
#include <concepts>
#include <string_view>

namespace dynvision {

// Where in a layer a scaling means what it says.
enum class SideOfSolver { any, before, behind };

template <class S>
concept NoiseScaling = requires(Tensor const& tau, double dt) {
  { S::side } -> std::convertible_to<SideOfSolver>;
}
&&(
    requires(double dt) {
      { S::factor(dt) } -> std::convertible_to<double>;
    } ||
    requires(Tensor const& tau, double dt) {
      { S::factor(tau, dt) } -> std::convertible_to<Tensor>;
    });

struct PerStep {
  static constexpr SideOfSolver side = SideOfSolver::any;
  static double factor(double) { return 1; }
};
struct Diffusion {
  static constexpr std::string_view unit = "1/sqrt(ms)";
  static constexpr SideOfSolver side = SideOfSolver::behind;
  static double factor(double dt) { return std::sqrt(dt); }
};
struct WhiteDrive {
  static constexpr std::string_view unit = "sqrt(ms)";
  static constexpr SideOfSolver side = SideOfSolver::before;
  static double factor(double dt) { return 1 / std::sqrt(dt); }
};
struct StationaryDrive {
  static constexpr SideOfSolver side = SideOfSolver::before;
  static Tensor factor(Tensor const& tau, double dt) { return tau.mul(2 / dt).sqrt(); }
};
struct Stationary {
  static constexpr SideOfSolver side = SideOfSolver::behind;
  static Tensor factor(Tensor const& tau, double dt) { return tau.reciprocal().mul(2 * dt).sqrt(); }
};

}  // namespace dynvision
