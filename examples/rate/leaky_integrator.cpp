// A leaky integrator in steps and in continuous time: the same numbers where the input is held (review, Fig. 1A).
//
//   build/examples/rate/leaky_integrator docs/figures
#include <dynvision/rate/systems.hpp>

#include "figure_of_numbers.hpp"

#include <algorithm>

using namespace dynvision;

int main(int count, char** arguments) {
  double const alpha = -0.2, beta = 0.2, dt = 1;
  // [integrators]
  auto const exact =
      rate::LeakyIntegrator::zero_order_hold(alpha, beta, dt);               // a = e^(alpha dt), b = (a - 1) beta/alpha
  auto const euler = rate::LeakyIntegrator::forward_euler(alpha, beta, dt);  // a = 1 + alpha dt, b = beta dt
  // [/integrators]
  std::vector<double> t{0}, r{0}, of_euler{0}, fine_t{0}, fine{0};
  double worst = 0;
  for (int step = 0; step < 40; ++step) {
    double const u = step % 20 < 10 ? 1 : 0;
    r.push_back(exact.step(r.back(), u)), of_euler.push_back(euler.step(of_euler.back(), u)), t.push_back(step + 1.0);
    double now = fine.back();
    integrate<RungeKutta4Step>(rate::LeakyFlow{alpha, beta, u}, now,
                               {.dt = dt / 200, .n_steps = 200, .t = double(step)},
                               [&](double x, double at) { fine_t.push_back(at), fine.push_back(now = x); });
    worst = std::max(worst, std::abs(r.back() - fine.back()));
  }
  FigureOfNumbers figure("leaky_integrator", "A leaky integrator: steps and continuous time");
  figure.panel("input on, off, on, off", "time").curve("continuous", fine_t, fine);
  figure.curve("zero-order hold", t, r, true).curve("Euler", t, of_euler, true);
  figure.number("steps against Runge-Kutta with 200 substeps", 0, 1e-13, "theory", worst);
  figure.number("a", std::exp(alpha * dt), 1e-15, "theory", exact.a);
  figure.number("b", (exact.a - 1) * beta / alpha, 1e-15, "theory", exact.b);
  return figure.finish(count, arguments);
}
