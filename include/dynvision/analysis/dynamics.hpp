// Dynamics of any model through the Jacobian products of its step: fixed points, eigenvalues, Lyapunov exponents, the way back
// to the baseline; the order of its solver, and its delays, measured. Needs Eigen and Spectra. docs/concepts/stability.md
//
//   stability::StepMap const map(model, image);
//   stability::FixedPoints const found = stability::fixed_points(map);
//   double const radius = stability::spectral_radius(map, found.points.front().state);
#pragma once
#include <dynvision/analysis/stability/delay_validation.hpp>
#include <dynvision/analysis/stability/fixed_points.hpp>
#include <dynvision/analysis/stability/leading_modes.hpp>
#include <dynvision/analysis/stability/lyapunov.hpp>
#include <dynvision/analysis/stability/return_to_baseline.hpp>
#include <dynvision/analysis/stability/solver_order.hpp>
