// Models for the property tests: small, and different in everything that can differ.
#pragma once
#include <dynvision/dyrcnn.hpp>

#include "every.hpp"
#include "laws/set_parameter.hpp"

#include <cmath>
#include <string>
#include <vector>

namespace property {

using namespace dynvision;
using namespace laws;

struct Delays {  // [steps]
  int recurrence, skip_long, skip_short, feedback_long, feedback_short;
};

inline Options options_of(Dice& dice, int image_channels) {
  Options options;
  options.dtype = at::kDouble;
  options.n_classes = dice.between(1, 5);
  options.input_dims = {image_channels, 0, 0};
  options.dt = dice.of<double>({0.1, 0.5, 1, 2, 1.0 / 3});
  options.tau = options.dt * dice.real(1.5, 6);
  options.t_recurrence = options.dt * dice.between(0, 4);
  options.t_skip = options.dt * dice.between(0, 4);
  options.t_feedback = options.dt * dice.between(0, 6);
  options.bias = dice.coin();
  options.seed = dice.seed();
  return options;
}

namespace rich {  // everything additive, pooling, Euler
struct A : Layer<"A", Conv<image_channels, 3, 3>, Recur<Full<3>>, AddFeedback<"D">, AddFeedback<"B", As<"near_{}">>,
                 Evolve<Euler>, Relu, Record, Delay, MaxPool<3, 2>> {};
struct B : Layer<"B", Conv<3, 4, 3>, Recur<DepthPointwise<4>>, Evolve<Euler>, Relu, Record, Delay> {};
struct C : Layer<"C", Conv<4, 5, 3, 2>, Recur<Local<5>>, AddSkip<"A">, Evolve<Euler>, Relu, Record, Delay> {};
struct D : Layer<"D", Conv<5, 3, 1>, Recur<Self<3>>, AddSkip<"B">, Evolve<Euler>, Relu, Record, Delay> {};
struct Net : Model<A, B, C, D> {
  Net(Options options) : Model<A, B, C, D>(std::move(options)) {}
  static constexpr int image_channels = 2;
};
struct PlainA : Layer<"A", Conv<image_channels, 3, 3>, Evolve<Euler>, Relu, Record, Delay, MaxPool<3, 2>> {};
struct PlainB : Layer<"B", Conv<3, 4, 3>, Evolve<Euler>, Relu, Record, Delay> {};
struct PlainC : Layer<"C", Conv<4, 5, 3, 2>, Evolve<Euler>, Relu, Record, Delay> {};
struct PlainD : Layer<"D", Conv<5, 3, 1>, Evolve<Euler>, Relu, Record, Delay> {};
struct Plain : Model<PlainA, PlainB, PlainC, PlainD> {
  Plain(Options options) : Model<PlainA, PlainB, PlainC, PlainD>(std::move(options)) {}
};
}  // namespace rich

namespace deep {  // two convolutions a layer, multiplicative, Runge-Kutta, Tanh, recurrence between and before
struct A : Layer<"A", Conv<image_channels, 4, 3, 2>, GroupNorm<2, As<"{}.mid_modules">>, MiddleRelu,
                 Recur<Self<4>, Multiplicative>, Conv<4, 4, 3, 1, As<"{}.conv2">>, AddFeedback<"C", Multiplicative>,
                 Evolve<RungeKutta4>, Tanh, Record, Delay> {};
struct B : Layer<"B", Recur<PointDepthwise<6, 3, 4>>, Conv<4, 6, 3, 1, WeightNorm, NoBias>, Evolve<RungeKutta4>, Tanh,
                 Record, Delay, AvgPool<2, 2, 0>> {};
struct C : Layer<"C", Conv<6, 4, 3>, Recur<Depthwise<4>, NoBias, WeightNorm>, AddSkip<"A", Multiplicative, Through<3>>,
                 Evolve<RungeKutta4>, Tanh, Record, Delay> {};
struct Net : Model<A, B, C> {
  Net(Options options) : Model<A, B, C>(std::move(options)) {}
  static constexpr int image_channels = 3;
};
struct PlainA : Layer<"A", Conv<image_channels, 4, 3, 2>, GroupNorm<2, As<"{}.mid_modules">>, MiddleRelu,
                      Conv<4, 4, 3, 1, As<"{}.conv2">>, Evolve<RungeKutta4>, Tanh, Record, Delay> {};
struct PlainB
    : Layer<"B", Conv<4, 6, 3, 1, WeightNorm, NoBias>, Evolve<RungeKutta4>, Tanh, Record, Delay, AvgPool<2, 2, 0>> {};
struct PlainC : Layer<"C", Conv<6, 4, 3>, Evolve<RungeKutta4>, Tanh, Record, Delay> {};
struct Plain : Model<PlainA, PlainB, PlainC> {
  Plain(Options options) : Model<PlainA, PlainB, PlainC>(std::move(options)) {}
};
}  // namespace deep

namespace family {  // one of the library's own
struct Net : DyRCNNx2<DepthPointwise, ToInput, Multiplicative, RungeKutta4, Feedback<Multiplicative>> {
  Net(Options options)
      : DyRCNNx2<DepthPointwise, ToInput, Multiplicative, RungeKutta4, Feedback<Multiplicative>>(std::move(options)) {}
  static constexpr int image_channels = 1;
};
struct Plain : DyRCNNx2<NoRecurrence, RungeKutta4, NoSkip> {
  Plain(Options options) : DyRCNNx2<NoRecurrence, RungeKutta4, NoSkip>(std::move(options)) {}
};
}  // namespace family

// A model with random numbers, images for it, and how long they are shown.
template <class Net> struct Drawn {
  Dice dice;
  Net net;
  int batch, n_timesteps;
  Size size;
  Tensor images;  // (B,C,H,W)

  explicit Drawn(Dice const& source)
      : dice(source),
        net(options_of(dice, Net::image_channels)),
        batch(dice.between(1, 3)),
        n_timesteps(dice.between(3, 10)),
        size{dice.between(4, 9), dice.between(4, 9)},
        images(normal({batch, Net::image_channels, size.height, size.width}, dice.seed())) {
    randomise_model(net, dice.seed());
  }

  // Delays on the way forward, too.
  void delay_forward() {
    Options options = net.options;
    options.t_feedforward = options.dt * dice.between(0, 2);
    Net delayed(options);
    copy_parameters(net, delayed);
    net = delayed;
  }

  std::string text() const {
    Options const& o = net.options;
    auto const steps = [&](double t) { return " " + std::to_string(static_cast<int>(std::round(t / o.dt))); };
    return std::to_string(batch) + " images of " + std::to_string(size.height) + "x" + std::to_string(size.width) +
           ", " + std::to_string(n_timesteps) + " steps of " + std::to_string(o.dt) + " ms, tau " +
           std::to_string(o.tau) + (o.bias ? ", bias" : ", no bias") +
           ", delays forward, lateral, skip, feedback:" + steps(o.t_feedforward) + steps(o.t_recurrence) +
           steps(o.t_skip) + steps(o.t_feedback);
  }
  void must(bool holds, std::string const& otherwise) const {
    if (!holds) property::must(false, otherwise + "; " + text());
  }
  void must_be_near(double distance, double tolerance, std::string const& what) const {
    must(distance <= tolerance, what + ": " + std::to_string(distance) + " apart");
  }
};

// Outputs and responses of two runs: how far they are apart. b is compared from step `from` on.
inline double distance_of_runs(run::Activity const& a, run::Activity const& b) {
  double worst = distance(a.outputs, b.outputs);
  if (a.responses.size() != b.responses.size()) return std::numeric_limits<double>::infinity();
  for (std::size_t l = 0; l < a.responses.size(); ++l) {
    auto const &x = a.responses[l].steps, &y = b.responses[l].steps;
    if (x.size() != y.size()) return std::numeric_limits<double>::infinity();
    for (std::size_t t = 0; t < x.size(); ++t) worst = std::max(worst, distance(x[t], y[t]));
  }
  return worst;
}

}  // namespace property
