// One step of tensors and its derivative: what the same step gives by autograd, and where something is absent.
#include <dynvision/connections/integration.hpp>
#include <dynvision/dynamics/euler.hpp>
#include <dynvision/kernels/derivative/derivative_of_step.hpp>
#include <dynvision/operations/nonlinearity.hpp>

#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace laws;
using kernels::Combine;
using kernels::Dual;
using kernels::Map;

namespace {

constexpr double tau = 5, dt = 2, a = dt / tau;  // [ms]
kernels::Pipeline<kernels::Scale, Combine<Multiplicative>, kernels::Step, Map<functors::Tanh>> const pipeline{
    {{}, {}, {{.gain = a, .first = a, .gain_slope = -a / tau, .first_slope = -a / tau}}, {}}};

// c x (1 + tanh h) -> Euler -> tanh
Tensor by_tensors(Tensor const& x, Tensor const& h, Tensor const& r, Tensor const& t) {
  Tensor const u = x.mul(0.9).mul(h.tanh().add(1));
  return (r.defined() ? Euler::step(r, u, t, dt) : first_step(u, t, dt)).tanh();
}
kernels::StepInputs<4> inputs(Tensor const& x, Tensor const& h, Tensor const& r) {
  kernels::StepInputs<4> in{.x = {x, {}}, .previous = {r, {}}, .factor = {0.9, 1, 1, 1}};
  in.operand[1] = {h, {}};
  return in;
}

}  // namespace

TEST_CASE("the derivative of a step of tensors", "[kernels][dual]") {
  Tensor const x = normal({2, 3, 4, 4}, 1), h = normal({2, 3, 4, 4}, 2), r = normal({2, 3, 4, 4}, 3);
  Tensor const dx = normal(x.sizes(), 4), dh = normal(x.sizes(), 5), dr = normal(x.sizes(), 6),
               g = normal(x.sizes(), 7);
  for (bool const starts : {false, true}) {
    CAPTURE(starts);
    Tensor of_x = x.clone(), of_h = h.clone(), of_r = r.clone(), of_tau = row({tau}).squeeze();
    for (Tensor one : {of_x, of_h, of_r, of_tau}) one.set_requires_grad(true);
    Tensor const y = by_tensors(of_x, of_h, starts ? Tensor{} : of_r, of_tau);
    y.mul(g).sum().backward();
    double expected = of_x.grad().mul(dx).sum().item<double>() + of_h.grad().mul(dh).sum().item<double>() +
                      0.3 * of_tau.grad().item<double>();
    if (!starts) expected += of_r.grad().mul(dr).sum().item<double>();

    kernels::StepInputs<4> in = inputs(x, h, starts ? Tensor{} : r);
    in.x.derivative = dx, in.operand[1].derivative = dh, in.previous.derivative = starts ? Tensor{} : dr,
    in.d_tau = 0.3;
    Dual<Tensor> const found = derivative_of_step(pipeline, in);
    CHECK(distance(found.value, y) < 1e-14);
    CHECK(std::abs(found.derivative.mul(g).sum().item<double>() - expected) < 1e-12);
    // along nothing
    Dual<Tensor> const still = derivative_of_step(pipeline, inputs(x, h, r));
    CHECK((still.derivative.sizes().equals(x.sizes()) && !still.derivative.any().item<bool>()));
  }
}

TEST_CASE("what is absent in a step of tensors", "[kernels][dual]") {
  Tensor const x = normal({2, 3}, 1);
  CHECK(!derivative_of_step(pipeline, kernels::StepInputs<4>{}).value.defined());
  // the operand alone
  kernels::StepInputs<4> in;
  in.operand[1] = {x, x};
  CHECK(distance(derivative_of_step(pipeline, in).value, x.mul(a).tanh()) < 1e-15);
  // the signal alone, in float
  kernels::StepInputs<4> alone{.x = {x.to(at::kFloat), x.to(at::kFloat)}, .factor = {1, 1, 1, 1}};
  Dual<Tensor> const y = derivative_of_step(pipeline, alone);
  CHECK((y.value.scalar_type() == at::kFloat && y.derivative.scalar_type() == at::kFloat));
}

TEST_CASE("the derivative of a step has a gradient", "[kernels][dual]") {
  Tensor const x = normal({40}, 1).set_requires_grad(true);
  kernels::Pipeline<Map<functors::Tanh>> const tanh{{{}}};
  kernels::StepInputs<1> in{.x = {x, full({40}, 1, at::TensorOptions(at::kDouble))}};
  derivative_of_step(tanh, in).derivative.sum().backward();
  Tensor const y = x.detach().tanh();
  CHECK(distance(x.grad(), y.mul(y.square().neg().add(1)).mul(-2)) < 1e-14);
}
