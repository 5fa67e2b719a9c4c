// Two areas of images and a decision circuit of excitatory and inhibitory rates as one model, trained on noisy gratings.
//
//   cmake --build build --target example.30_mixed_model && build/examples/30_mixed_model
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/operations/readout.hpp>
#include <dynvision/rate/rate_layer.hpp>
#include <dynvision/rate/rest.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/train/optimizer.hpp>

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <cstdio>
#include <numbers>

using namespace dynvision;

// [model]
// tau dr/dt = -r + max(W * x + b, 0)                      what is shown, (B,T,1,16,16), by filters
struct V1 : Layer<"V1", Conv<1, 8, 5, 2>, Relu, Evolve<>, Record, Delay> {};
struct V2 : Layer<"V2", Conv<8, 12, 3, 2>, Relu, Evolve<>, Record, Delay, AdaptiveAvgPool<1>> {};
// tau dv/dt = -v + W r + U x + b + noise, r = max(v, 0)    24 units excite, 6 inhibit; evidence adds up here
struct Decision
    : RateLayer<"decision", 12, 30, Relu, WithNoise<StationaryDrive>, Recurrent<Masked<NoAutapses>, Dale<>>> {};
// z = V r + c
struct Observer : ModelWith<Readout<Dale<>>, V1, V2, Decision> {
  static Options published() {
    return {.n_classes = 2,
            .input_dims = {1, 16, 16},
            .dt = 10,
            .tau = 20,
            .t_recurrence = 0,
            .layers = {{"decision", {.tau = 100}}},
            .sigma = 0.05,
            .feedforward_init = FeedforwardInit::kaiming_uniform};
  }
  Observer(Options const& given = {}) : ModelWith(given.over(published())) {}
  run::State start() const { return rate::at_rest(*this); }  // the circuit begins at v = 0
};
// [/model]

// [stimulus]
struct Gratings {
  Tensor movie, tilt;  // (B,T,1,16,16); (B): 0 to the left, 1 to the right
};

// Of another phase in every frame, behind noise: single frames say little.
Gratings draw(std::int64_t n, double contrast, at::Generator const& draws) {
  std::int64_t const T = 20, side = 16;
  Tensor const place = zeros({side}).add(1).cumsum(0).mul(2 * std::numbers::pi / 5);  // five pixels a cycle
  Tensor const tilt = zeros({n}).bernoulli_(0.5, draws);
  Tensor const angle = tilt.sub(0.5).mul(std::numbers::pi / 3).view({n, 1, 1, 1});  // 30 degrees
  Tensor const phase = zeros({n, T, 1, 1}).uniform_(0, 2 * std::numbers::pi, draws);
  Tensor const x = place.view({1, 1, 1, side}).mul(angle.cos()), y = place.view({1, 1, side, 1}).mul(angle.sin());
  Tensor const grating = x.add(y).add(phase).sin();  // (B,T,16,16)
  return {zeros({n, T, side, side}).normal_(0, 1, draws).add(grating, contrast).unsqueeze(2), tilt.to(at::kLong)};
}
// [/stimulus]

double share_right(Tensor const& z, Tensor const& tilt) {
  return z.argmax(1).eq(tilt).to(at::kDouble).mean().item<double>();
}

int main() {
  // [train]
  Observer net({.seed = 1});
  at::Generator const draws = at::detail::createCPUGenerator(1);
  Optimizer optimizer(net.parameters(), {.learning_rate = 0.005, .optimizer_kwargs = {}});
  for (int i = 0; i < 300; ++i) {
    Gratings const some = draw(32, i < 100 ? 0.7 : 0.15 * (1 + i % 4), draws);  // easy ones first
    run::Settings const settings{.seed = 7, .trial = static_cast<std::uint64_t>(i)};
    Tensor const z = run::run(net, some.movie, settings).outputs.narrow(1, 15, 5).mean(1);  // of the last 50 ms
    Tensor const loss = z.log_softmax(1).gather(1, some.tilt.unsqueeze(1)).mean().neg();
    optimizer.zero_grad();
    loss.backward();  // through the circuit, V2 and V1 at once
    optimizer.step();
    if (i % 100 == 99) std::printf("step %3d   loss %.3f\n", i + 1, loss.item<double>());
  }
  // [/train]

  // [test]
  at::AutoGradMode const no_gradient(false);
  for (double const contrast : {0.1, 0.2, 0.4, 0.8}) {
    Gratings const some = draw(400, contrast, draws);
    Tensor const z = run::run(net, some.movie, {.seed = 8}).outputs;
    std::printf("contrast %.1f   right after 50 ms %3.0f %%, 200 ms %3.0f %%\n", contrast,
                100 * share_right(z.select(1, 4), some.tilt), 100 * share_right(z.select(1, 19), some.tilt));
  }
  // [/test]
}
