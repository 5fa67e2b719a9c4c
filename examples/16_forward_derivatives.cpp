// Derivatives that go forward in time: how the responses of an area depend on its time constant, while it runs.
//
//   cmake --build build --target example.16_forward_derivatives && build/examples/16_forward_derivatives
//
//   r(t) = [r(t-1) + a (u(t) - r(t-1))]+,  u(t) = W * image + U * r(t-1),  a = dt/tau        s(t) = dr(t)/dtau
//
// Nothing is kept of earlier steps: this is real-time recurrent learning (Williams and Zipser 1989) of one number.
#include <dynvision/connections/integration.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/dynamics/euler.hpp>
#include <dynvision/kernels/derivative/derivative_of_step.hpp>
#include <dynvision/operations/nonlinearity.hpp>

#include <cstdio>

using namespace dynvision;
using kernels::Dual;

namespace {

// [functor]
struct NakaRushton {  // r^2/(sigma^2 + r^2), r = max(x, 0)
  template <class V> V forward(V const& x) const {
    V const r = kernels::rectified(x);
    return r * r / (r * r + kernels::Number<V>(0.25));
  }
};
// [/functor]

Tensor drawn(at::IntArrayRef sizes) { return randn(sizes, at::TensorOptions(at::kDouble)).mul(0.2); }

// [sensitivity]
struct Area {
  Tensor image = drawn({2, 3, 16, 16}), W = drawn({8, 3, 3, 3}), U = drawn({8, 8, 3, 3});

  Dual<Tensor> after(int n_timesteps, double tau, double dt) const {  // r and dr/dtau, (B,C,H,W)
    double const a = dt / tau;
    kernels::Step const euler{.gain = a, .first = a, .gain_slope = -a / tau, .first_slope = -a / tau};
    kernels::Pipeline<kernels::Combine<Additive>, kernels::Step, kernels::Map<functors::Relu>> const step{
        {{}, {euler}, {}}};
    Tensor const x = conv2d(image, W, {}, 1, 1);
    Dual<Tensor> r;
    for (int t = 0; t < n_timesteps; ++t) {
      kernels::StepInputs<3> in{.x = {x, {}}, .previous = r, .d_tau = 1};  // x does not depend on tau
      if (t > 0) in.operand[0] = {conv2d(r.value, U, {}, 1, 1), conv2d(r.derivative, U, {}, 1, 1)};
      r = kernels::derivative_of_step(step, in);
    }
    return r;
  }
};
// [/sensitivity]

}  // namespace

int main() {
  // [number]
  Dual<double> const y = NakaRushton{}.forward(Dual<double>{0.5, 1});  // at x = 0.5, along dx = 1
  std::printf("f(0.5) = %.3f, f'(0.5) = %.3f\n", y.value, y.derivative);
  // [/number]

  Area const area;
  double const tau = 8, dt = 2, step = 1e-5;  // [ms]
  Tensor const s = area.after(20, tau, dt).derivative;
  Tensor const difference = area.after(20, tau + step, dt).value.sub(area.after(20, tau - step, dt).value);
  double const error = s.sub(difference.div(2 * step)).abs().max().item<double>();
  std::printf("mean dr/dtau after 20 steps: %.2e per ms; from finite differences: %.1e\n", s.mean().item<double>(),
              error);
  return error < 1e-7 && std::abs(y.derivative - 1) < 1e-12 ? 0 : 1;
}
