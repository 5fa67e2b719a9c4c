// Cells that are asked for nothing but to be quiet learn to predict: what is expected is taken from what is seen.
//
//   cmake --build build --target example.32_predictive_coding && build/examples/32_predictive_coding
//
// Source: Ali, Ahmad, de Groot, van Gerven & Kietzmann 2022, "Predictive coding is a consequence of energy efficiency in recurrent neural
// networks".
#include <dynvision/connections/fully_connected.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/train/optimizer.hpp>

#include <cstdio>

using namespace dynvision;

// [network]
// a(t) = x(t) + W h(t-1),   h = max(a, 0)       144 cells, a pixel each; what is recorded is a, before the nonlinearity
struct Cells : Layer<"cells", Recur<FullyConnected<144>, NoBias>, Record, Relu, Delay> {};
using Net = ModelWith<NoHead, Cells>;
// [/network]

namespace {

// Ten smooth images of 12 x 12 pixels, 0 to 1: (10,144).
Tensor draw_prototypes() {
  Tensor x = randn({10, 1, 12, 12});
  for (int i = 0; i < 3; ++i) x = avg_pool2d(x, 3, 1, 1);
  x = x.relu().flatten(1);
  return x.div(x.amax({1}, true));
}
// Noisy images of these classes: (B,T) -> (B,T,144).
Tensor images_of(Tensor const& prototypes, Tensor const& classes) {
  Tensor const clean = prototypes.index_select(0, classes.flatten()).view({classes.size(0), classes.size(1), 144});
  return clean.add(randn(clean.sizes()).mul(0.08)).relu();
}
Tensor numbers() { return full({10}, 1.0).cumsum(0).sub(1); }  // 0 ... 9
// One after the other from a random one on, the first behind the last: (B,10).
Tensor ascending(std::int64_t n) {
  Tensor const first = zeros({n, 1}).uniform_(0, 10).floor();
  return first.add(numbers()).remainder(10).to(at::kLong);
}
Tensor shuffled(std::int64_t n) { return zeros({n, 10}).uniform_(0, 1).argsort(1, false); }

run::Activity run_on(Net const& net, Tensor const& x) { return run::run(net, x, {.record = true}); }

// Mean |a| at each step.
Tensor energy(Net const& net, Tensor const& x) {
  return run_on(net, x).response("cells").series().abs().mean(at::IntArrayRef{0, 2});
}

}  // namespace

int main() {
  Tensor const prototypes = draw_prototypes();
  Net net({.input_dims = features(144),
           .dt = 1,
           .t_recurrence = 1,
           .feedforward_init = FeedforwardInit::kaiming_uniform,
           .seed = 1});
  // [train]
  Optimizer optimizer(net.parameters(), {.learning_rate = 1e-3, .optimizer_kwargs = {}});
  for (int i = 0; i < 3000; ++i) {
    Tensor const a = run_on(net, images_of(prototypes, ascending(32))).response("cells").series();  // (B,T,N)
    Tensor const loss = a.abs().mean();
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    if (i % 1000 == 999) std::printf("step %4d   mean |a| %.3f\n", i + 1, loss.item<double>());
  }
  // [/train]

  at::AutoGradMode const no_gradient(false);
  Tensor const classes = ascending(1000), x = images_of(prototypes, classes);
  Tensor const ordered = energy(net, x), other = energy(net, images_of(prototypes, shuffled(1000)));
  double const seen = x.abs().mean().item<double>(), first = ordered[0].item<double>(),
               late = ordered[9].item<double>();
  // What no prediction of the class can take away: the noise.
  Tensor const expected = images_of(prototypes, numbers().to(at::kLong).repeat({500, 1})).mean(at::IntArrayRef{0});
  Tensor const next = expected.index_select(0, classes.select(1, 9));  // (B,N)
  double const floor = x.select(1, 9).sub(next).abs().mean().item<double>();
  Tensor const taken = x.select(1, 9).sub(run_on(net, x).response("cells").series().select(1, 9));  // -W h
  auto const length = [](Tensor const& v) { return v.square().sum({1}).sqrt(); };
  double const likeness = taken.mul(next).sum({1}).div(length(taken).mul(length(next))).mean().item<double>();
  double const surprise = other[9].item<double>() / late;
  std::printf("mean |x| %.3f; mean |a| at the first image %.3f, at the tenth %.3f (noise alone: %.3f)\n", seen, first,
              late, floor);
  std::printf("in shuffled order %.1f times as much; what is taken away is like the next image: cosine %.2f\n",
              surprise, likeness);
  bool const holds = late <= 0.4 * seen && late >= floor && surprise >= 3 && likeness >= 0.6;
  return holds ? 0 : 1;
}
