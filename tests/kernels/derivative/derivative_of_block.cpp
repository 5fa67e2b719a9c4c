// covers: kernels/derivative/dual_memory.hpp, kernels/pipeline/tensor_memory.hpp
// The derivative of a block of steps along a direction: that of finite differences, and that of the adjoint:
//   <g, J v> = <J^T g, v>
#include <dynvision/connections/integration.hpp>
#include <dynvision/dynamics/runge_kutta4.hpp>
#include <dynvision/kernels/derivative/derivative_of_block.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/supralinear.hpp>

#include "laws/numbers.hpp"
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace dynvision;
using namespace laws;
using kernels::Backend;
using kernels::Combine;
using kernels::Map;

namespace {

struct Derived {  // an integration whose adjoints are derived
  Tensor operator()(Tensor const& x, Tensor const& h) const { return x.div(h.abs().add(1)); }
  template <class V> DYNVISION_BOTH static V forward(V const& x, V const& h) {
    return x / (kernels::magnitude(h) + kernels::Number<V>(1));
  }
};

constexpr int n = 5, last = 6;
constexpr std::int64_t B = 2, size = 12;
constexpr double dt = 2, tau = 5;  // [ms]

struct Signal5 {
  Tensor all;  // (n, B size)
  std::vector<void*> at;
  Signal5(Tensor const& values) : all(values) {  // NOLINT: implicit on purpose
    for (int t = 0; t < all.size(0); ++t) at.push_back(all[t].mutable_data_ptr());
  }
};
Tensor drawn(std::uint64_t seed) { return normal({n, B * size}, seed); }
Tensor nothing() { return zeros({n, B * size}, at::TensorOptions(at::kDouble)); }

// x, h, w: signal and operands; r (1,...): the state before; of each number of time
struct Inputs {
  Tensor x, h, w, r;
  double tau;
  Inputs plus(Inputs const& d, double step) const {
    return {x.add(d.x, step), h.add(d.h, step), w.add(d.w, step), r.add(d.r, step), tau + step * d.tau};
  }
};
Inputs drawn_inputs(std::uint64_t seed, double of_tau) {
  return {drawn(seed), drawn(seed + 1), drawn(seed + 2), drawn(seed + 3).narrow(0, 0, 1).clone(), of_tau};
}

// c(t) x (+) h, supralinear, + (0.7 w - 0.2), a step of the solver, tanh
template <class I> struct Block {
  using Pipeline = kernels::Pipeline<kernels::Scale, Combine<I>, Map<functors::Supralinear>, Combine<Additive>,
                                     kernels::Step, Map<functors::Tanh>, kernels::Tap>;
  Inputs in;
  Signal5 x{in.x.clone()}, h{in.h.clone()}, w{in.w.clone()}, r{in.r.clone()}, y{nothing()};
  Signal5 scaled{nothing()}, combined{nothing()}, drive{nothing()};
  std::vector<double> factor;
  std::vector<void*> previous;
  Pipeline pipeline{};
  kernels::Arguments flow;

  explicit Block(Inputs const& inputs) : in(inputs) {
    double const a = dt / in.tau;
    pipeline = {{{}, {}, {{functors::Supralinear{false, 1.4, 0.8}}}, {}, {step(a)}, {}, {}}};
    for (int t = 0; t < n; ++t) {
      factor.push_back(1 - 0.1 * t);
      previous.push_back(t == 0 ? r.at[0] : y.at[static_cast<std::size_t>(t - 1)]);
    }
    flow.n_steps = n, flow.batch = B, flow.size = size;
    flow.x = x.at.data(), flow.previous = previous.data(), flow.role[0].factor = factor.data();
    flow.role[1].operand = h.at.data(), flow.role[1].operand_stride = size;
    flow.role[3].operand = w.at.data(), flow.role[3].operand_stride = size;
    flow.role[3].is_affine = true, flow.role[3].w = 0.7, flow.role[3].b = -0.2;
    flow.role[0].tap = scaled.at.data(), flow.role[1].tap = combined.at.data(), flow.role[3].tap = drive.at.data();
    flow.role[last].tap = y.at.data();
  }
  kernels::Step step(double a) const {
    return {RungeKutta4::gain(a), a, -RungeKutta4::gain_slope(a) * a / in.tau, -a / in.tau};
  }
};
kernels::Engine engine(Backend backend) { return {at::kDouble, at::kCPU, backend}; }

template <class I> Tensor forward(Inputs const& in, bool starts) {
  Block<I> block(in);
  if (starts) block.previous[0] = nullptr;
  block.pipeline.forward(engine(Backend::loops), block.flow);
  return block.y.all;
}

struct Result {
  Tensor y, dy;
};
template <class I> Result along(Inputs const& in, Inputs const& d, bool starts, Backend backend) {
  Block<I> block(in);
  if (starts) block.previous[0] = nullptr;
  Signal5 dx{d.x}, dh{d.h}, dw{d.w}, dr{d.r}, dy{nothing()};
  std::vector<void*> before{dr.at[0]};
  for (int t = 1; t < n; ++t) before.push_back(dy.at[static_cast<std::size_t>(t - 1)]);
  kernels::Directions along;
  along.x = dx.at.data(), along.previous = before.data(), along.tau = d.tau;
  along.role[1].operand = dh.at.data(), along.role[3].operand = dw.at.data(), along.role[last].tap = dy.at.data();
  kernels::derivative_of_block(block.pipeline, engine(backend), block.flow, along);
  return {block.y.all, dy.all};
}

// <J^T g, v>
template <class I> double by_adjoint(Inputs const& in, Inputs const& d, Tensor const& g, bool starts) {
  Block<I> block(in);
  if (starts) block.previous[0] = nullptr;
  block.pipeline.forward(engine(Backend::loops), block.flow);
  Signal5 gx{nothing()}, gh{nothing()}, gw{nothing()}, incoming{g.clone()};
  Tensor const gr = zeros({1, B * size}, g.options());
  std::vector<void*> at_gr(n, nullptr);
  if (!starts) at_gr[0] = gr.mutable_data_ptr();
  double of_affine[2] = {0, 0}, of_tau = 0;
  kernels::AdjointArguments back;
  back.role[last].incoming = incoming.at.data(), back.role[last].n_incoming = 1;
  back.role[1].input = block.scaled.at.data(), back.role[2].input = block.combined.at.data();
  back.role[4].input = block.drive.at.data(), back.role[5].output = block.y.at.data();
  back.role[0].g_input = gx.at.data(), back.role[1].g_operand = gh.at.data(), back.role[3].g_operand = gw.at.data();
  back.role[3].g_affine = of_affine, back.g_previous = at_gr.data(), back.carried = true, back.tau_gradient = &of_tau;
  block.pipeline.reverse(engine(Backend::loops), block.flow, back);
  auto const product = [](Tensor const& a, Tensor const& b) { return a.mul(b).sum().item<double>(); };
  return product(gx.all, d.x) + product(gh.all, d.h) + product(gw.all, d.w) + product(gr, d.r) + of_tau * d.tau;
}

}  // namespace

TEMPLATE_TEST_CASE("the derivative of a pipeline along a direction", "[kernels][dual]", Additive, Multiplicative,
                   Derived) {
  Inputs const in = drawn_inputs(1, tau), none{nothing(), nothing(), nothing(), nothing().narrow(0, 0, 1), 0};
  Inputs const all = drawn_inputs(11, 0.7);
  std::vector<std::pair<std::string, Inputs>> directions{{"all", all}};
  for (char const* name : {"x", "h", "w", "r", "tau"}) {
    Inputs one = none;
    std::string const which = name;
    if (which == "x") one.x = all.x;
    if (which == "h") one.h = all.h;
    if (which == "w") one.w = all.w;
    if (which == "r") one.r = all.r;
    if (which == "tau") one.tau = all.tau;
    directions.emplace_back(which, one);
  }
  Tensor const g = drawn(21);
  for (bool const starts : {false, true}) {
    for (auto const& [name, d] : directions) {
      CAPTURE(name, starts);
      Result const found = along<TestType>(in, d, starts, Backend::loops);
      CHECK(distance(found.y, forward<TestType>(in, starts)) < 1e-14);
      double const step = 1e-6;
      Tensor const slope =
          forward<TestType>(in.plus(d, step), starts).sub(forward<TestType>(in.plus(d, -step), starts)).div(2 * step);
      CHECK(distance(found.dy, slope) < 1e-7);
      double const product = found.dy.mul(g).sum().item<double>(), expected = by_adjoint<TestType>(in, d, g, starts);
      CHECK(std::abs(product - expected) < 1e-12 * std::max(1.0, std::abs(expected)));
      Result const by_tensors = along<TestType>(in, d, starts, Backend::tensors);
      CHECK(distance(by_tensors.y, found.y) < 1e-13);
      CHECK(distance(by_tensors.dy, found.dy) < 1e-13);
    }
  }
}

// As a thread of a GPU has them, four side by side; an operand that all samples share; results that nobody wants.
TEST_CASE("derivatives of numbers side by side", "[kernels][dual]") {
  Inputs const in = drawn_inputs(1, tau), d = drawn_inputs(11, 0.7);
  Block<Multiplicative> block(in);
  for (kernels::RoleArguments& role : block.flow.role) role.tap = nullptr;
  block.flow.role[last].tap = block.y.at.data(), block.flow.role[1].operand_stride = 0;
  Signal5 dx{d.x}, dh{d.h}, dr{d.r}, dy{nothing()}, again{nothing()};
  std::vector<void*> before{dr.at[0]};
  for (int t = 1; t < n; ++t) before.push_back(dy.at[static_cast<std::size_t>(t - 1)]);
  kernels::Directions along;
  along.x = dx.at.data(), along.previous = before.data(), along.tau = d.tau;
  along.role[1].operand = dh.at.data(), along.role[last].tap = dy.at.data();
  kernels::derivative_of_block(block.pipeline, engine(Backend::loops), block.flow, along);
  Tensor const expected = dy.all.clone();
  dy.all.zero_();
  kernels::DualArguments const dual(block.flow, along, last + 1);
  using Run = kernels::Program<kernels::Scale, Combine<Multiplicative>, Map<functors::Supralinear>, Combine<Additive>,
                               kernels::Step, Map<functors::Tanh>, kernels::Tap>;
  for (std::int64_t k = 0; k < B * size; k += 4) {
    kernels::DualMemory memory(kernels::ThreadMemory<double, 4>(k, size), along.tau);
    for (int t = 0; t < n; ++t) Run::forward(block.pipeline.roles, dual.arguments(), t, memory);
  }
  CHECK(distance(dy.all, expected) == 0);
  CHECK(expected.abs().max().item<double>() > 0.1);
}
