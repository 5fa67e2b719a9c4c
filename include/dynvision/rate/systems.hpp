// Systems of a few equations: leaky integrator, network of rates, Lorenz, Kuramoto; matrices of random numbers. Needs Eigen.
//
//   Eigen::VectorXd r = integrate<RungeKutta4Step>(rate::Lorenz{}, Eigen::VectorXd(x), {.dt = 0.01, .n_steps = 1000});
#pragma once
#include <dynvision/dynamics/flow_step.hpp>
#include <dynvision/rate/systems/kuramoto.hpp>
#include <dynvision/rate/systems/leaky_integrator.hpp>
#include <dynvision/rate/systems/lorenz.hpp>
#include <dynvision/rate/systems/network.hpp>
#include <dynvision/rate/systems/random_matrix.hpp>
