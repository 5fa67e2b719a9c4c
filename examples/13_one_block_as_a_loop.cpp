// What run::compiled computes, block by block, written out as plain loops: one layer with a lateral delay of three steps.
//
//   cmake --build build --target example.13_one_block_as_a_loop && build/examples/13_one_block_as_a_loop
#include <dynvision/connections/full.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/dynamics/euler.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/run/compiled.hpp>

#include <cstdio>

using namespace dynvision;

namespace {

struct V1 : Layer<"V1", Conv<3, 8, 3>, Recur<Full<8>>, Evolve<Euler>, Relu, Record, Delay> {};
using Net = Model<V1>;

constexpr int T = 12, d = 3;  // [steps], those of a block: what r(t - d) gives is known d steps before it is needed
constexpr std::int64_t B = 2;

}  // namespace

int main() {
  Net net({.input_dims = {3, 16, 16}, .dt = 2, .tau = 5, .t_recurrence = 6, .seed = 1});
  Parameters const all = net.parameters();
  auto const named = [&](std::string_view name) { return find_parameter(all, name)->tensor; };
  Tensor const W = named("V1.conv.weight"), b = named("V1.conv.bias");
  Tensor const U = named("V1.recurrence.conv.weight"), c = named("V1.recurrence.conv.bias");
  double const a = net.options.dt / net.options.tau;  // the gain of Euler's step
  Tensor const image = randn({B, 3, 16, 16});

  run::Activity const activity = run::compiled(net, image, {.n_timesteps = T, .record = true});
  Tensor const expected = activity.response("V1").stacked();  // (B,T,C,H,W)
  expected.pow(2).sum().mul(0.5).backward();                  // dL/dr(t) = r(t)

  at::AutoGradMode const no_gradient(false);
  // [forward]
  Tensor const x = conv2d(image, W, b, 1, 1);  // static prefix: the frame stays, so it is convolved once
  std::vector<Tensor> r;                       // the states (B,C,H,W), step after step
  for (int first = 0; first < T; first += d) {
    Tensor h;  // stage "projection": one convolution for all steps of the block, (d B,C,H,W)
    if (first >= d) h = conv2d(cat({r.begin() + first - d, r.begin() + first}, 0), U, c, 1, 1);
    for (int i = 0; i < d; ++i) {  // stage "pipeline": one loop over numbers, step by step
      Tensor u = x;
      if (h.defined()) u = u.add(h.narrow(0, i * B, B));            // role Combine<Additive>
      u = r.empty() ? u.mul(a) : r.back().add(u.sub(r.back()), a);  // role Step: r + a (u - r)
      r.push_back(u.relu());                                        // roles Map<Relu>, Tap, Tap: recorded, stored
    }
  }
  // [/forward]

  // [reverse]
  std::vector<Tensor> g;  // dL/dr(t), complete when its turn comes: every reader of r(t) is reversed before
  for (Tensor const& state : r) g.push_back(state.clone());
  Tensor gx = zeros(x.sizes()), gU = zeros(U.sizes()), gc = zeros(c.sizes()), carry = zeros(x.sizes());
  for (int first = T - d; first >= 0; first -= d) {
    std::vector<Tensor> gh(d);
    for (int i = d - 1; i >= 0; --i) {
      Tensor const& state = r[static_cast<std::size_t>(first + i)];
      Tensor const through = g[static_cast<std::size_t>(first + i)].add(carry).mul(state.gt(0));  // adjoint of Relu
      carry = through.mul(1 - a);                        // adjoint of Step: to r(t - 1), within the pipeline ...
      gh[static_cast<std::size_t>(i)] = through.mul(a);  // ... and to u, which Combine passes on to x and h
      gx.add_(gh[static_cast<std::size_t>(i)]);          // the frame's: summed over the steps
    }
    if (first < d) break;
    Tensor const past = cat({r.begin() + first - d, r.begin() + first}, 0);
    auto const [gr, gw, gb] = conv2d_backward(cat(gh, 0), past, U, 1, 1, 1, {true, true, true});
    gU.add_(gw), gc.add_(gb);  // GradientSums
    for (int i = 0; i < d; ++i)
      g[static_cast<std::size_t>(first - d + i)].add_(gr.narrow(0, i * B, B));  // StateGradient
  }
  auto const [unused, gW, gb] = conv2d_backward(gx, image, W, 1, 1, 1, {false, true, true});  // the prefix, once
  // [/reverse]

  double worst = 0;
  auto const compare = [&](char const* what, Tensor const& found, Tensor const& wanted) {
    double const distance = found.sub(wanted).norm().item<double>() / wanted.norm().item<double>();
    std::printf("%-26s relative distance %.1e\n", what, distance);
    worst = std::max(worst, distance);
  };
  compare("responses", cat(r, 1), expected.flatten(1, 2));  // (B,T C,H,W)
  compare("V1.conv.weight", gW, W.grad());
  compare("V1.conv.bias", gb, b.grad());
  compare("V1.recurrence.conv.weight", gU, U.grad());
  compare("V1.recurrence.conv.bias", gc, c.grad());
  return worst < 1e-4 ? 0 : 1;
}
