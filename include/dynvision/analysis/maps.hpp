// Maps and flows of a few numbers, whatever their type: fixed points with their stability, Lyapunov exponents, conditional ones,
// depth of basins. Needs Eigen. For models of the library: analysis/dynamics.hpp.
#pragma once
#include <dynvision/analysis/maps/basin_depth.hpp>
#include <dynvision/analysis/maps/fixed_points.hpp>
#include <dynvision/analysis/maps/lyapunov_exponents.hpp>
