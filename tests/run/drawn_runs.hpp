// Runs for comparing two paths: models, delays, stimuli and settings drawn at random, and everything a run gives.
#pragma once
#include <dynvision/operations/zero_if_absent.hpp>
#include <dynvision/run/trial.hpp>

#include "property/models.hpp"

#include <string>
#include <utility>
#include <vector>

namespace property {

namespace odd {   // operations, an integration, a solver, a lateral connection and a head of one's own
struct Fatigue {  // reads the newest state
  Signal operator()(Signal const& x, Moment& now) const {
    Signal const r = now.memory().past(1);
    return x.defined() && r.defined() ? x.sub(r, 0.3) : x;
  }
};
struct Gain {  // learns
  static constexpr std::string_view label = "gain";
  Tensor weight;
  void compose(Composition& at) { weight = at.constant({at.channels, 1, 1}, 1.5); }
  void parameters(auto&& visit) { visit("weight", weight); }
  Tensor operator()(Tensor const& x) const { return x.mul(weight).sigmoid(); }
};
struct Shunting {
  Tensor operator()(Tensor const& x, Tensor const& h) const { return x.div(h.abs().add(1)); }
};
struct Heun {
  static constexpr int order = 2;
  static Tensor step(Tensor const& r, Tensor const& u, Tensor const& tau, double dt) {
    Tensor const k1 = u.sub(r).div(tau), k2 = u.sub(r.add(k1, dt)).div(tau);
    return r.add(k1.add(k2), dt / 2);
  }
};
template <int C> struct Surround {
  static constexpr int state_channels = C, target_channels = C;
  Tensor weight;
  void compose(Composition& at, bool, bool, int) { weight = at.constant({1}, 0.5); }
  void parameters(auto&& visit) { visit("weight", weight); }
  Tensor operator()(Tensor const& h) const { return avg_pool2d(h, 3, 1, 1).mul(weight).neg(); }
};
struct Sum {  // a head
  Tensor weight;
  void compose(Composition& at) { weight = at.constant({at.channels}, 0.7); }
  void parameters(auto&& visit) { visit("weight", weight); }
  std::int64_t classes() const { return weight.size(0); }
  Tensor operator()(Tensor const& r) const { return r.tanh().sum({2, 3}).mul(weight); }
};
struct A : Layer<"A", InputAdaption, Conv<Image, 3, 3>, AddInput, AddFeedback<"B", Shunting>, Fatigue, Evolve<Euler>,
                 Relu, Record, Delay> {};
struct B : Layer<"B", Gain, Conv<3, 4, 3>, Recur<Surround<4>>, AddBias<Feature>, Evolve<Heun>, Tanh, Record, Delay> {};
struct Net : ModelWith<Sum, A, B> {
  Net(Options options) : ModelWith<Sum, A, B>(std::move(options)) {}
  static constexpr int image_channels = 2;
};
}  // namespace odd

namespace orders {  // operations in other orders, biases before any input, external input, two external layers
struct A : Layer<"A", Conv<Image, 4, 3, 2>, Retanh, Recur<Self<4>, Multiplicative>, AddBias<Scalar>, Delay,
                 Evolve<Euler>, Supralinear, Record> {};
struct B : Layer<"B", AddSkip<"A", Multiplicative>, ZeroIfAbsent, Conv<4, 4, 3>, AddInput, Evolve<RungeKutta4>,
                 AddFeedback<"C">, Tanh, Recur<Depthwise<4>>, Record, Delay, MaxPool<2, 1>> {};
struct C : Layer<"C", Recur<PointDepthwise<3, 3, 4>, NoBias>, Conv<4, 3, 1>, Relu, AddInput, MaxPool<3, 2>,
                 Evolve<Euler>, Record, Relu, Delay, Sigmoid, AvgPool<2, 1>> {};
struct Net : Model<A, B, C> {
  Net(Options options) : Model<A, B, C>(std::move(options)) {}
  static constexpr int image_channels = 3;
};
}  // namespace orders

using Everything = std::vector<std::pair<std::string, Tensor>>;

inline double relative_distance(Tensor const& expected, Tensor const& found) {
  double const size = expected.numel() == 0 ? 0 : expected.abs().max().item<double>();
  return distance(expected, found) / std::max(1.0, size);
}

template <class Net> class DrawnRun {
 public:
  Dice dice;
  Options options;
  Net net;
  int batch, n_timesteps;
  Tensor images;  // (B,C,H,W)
  run::Stimulus stimulus;
  run::Settings settings;

  explicit DrawnRun(std::uint64_t seed, at::ScalarType dtype)
      : dice(seed),
        options(draw_options(dtype)),
        net(options),
        batch(dice.between(1, 4)),
        n_timesteps(dice.between(3, 10)),
        images(normal({batch, Net::image_channels, dice.between(4, 9), dice.between(4, 9)}, dice.seed(), dtype)),
        stimulus(draw_stimulus()),
        settings{.idle_timesteps = dice.coin() ? dice.between(1, 4) : 0,
                 .truncated_bptt_timesteps = dice.coin() ? dice.between(1, 5) : 0,
                 .feedforward_only = dice.between(0, 5) == 0,
                 .record = true} {
    randomise_model(net, dice.seed());
    at::AutoGradMode const no_gradient(false);
    for (Parameter const& p : net.parameters()) {
      if (p.learned && p.tensor.dim() > 1) p.tensor.mul_(0.5);  // activities of order one
    }
    for (std::string const name : {"layer", "tstep", "delay", "pool", "gain"}) {
      if (dice.coin() && monitors(name)) settings.monitor.push_back(name);
    }
    draw_external(dtype);
  }

  // Results and all gradients of a weighted sum of them; a gradient that is not there is a scalar zero.
  template <class Path> Everything everything(Path const& path) {
    Tensor const input = stimulus.frames.detach().clone().set_requires_grad(true);
    run::Stimulus shown = stimulus;
    shown.frames = input;
    run::Activity const activity = path(net, shown, settings);
    Everything all{{"outputs", activity.outputs.detach()}};
    Tensor loss = weighted(activity.outputs, 1);
    for (auto const* traces : {&activity.responses, &activity.monitored}) {
      for (run::Trace const& trace : *traces) {
        Tensor const steps = trace.stacked();
        if (!steps.defined()) continue;
        all.emplace_back(trace.layer + "." + trace.operation, steps.detach());
        loss = loss.add(weighted(steps, 2));
      }
    }
    if (loss.requires_grad()) loss.backward();
    auto const gradient = [&](std::string const& name, Tensor const& of) {
      all.emplace_back("gradient of " + name, of.grad().defined() ? of.grad().clone() : zeros({}, of.options()));
      of.mutable_grad() = Tensor{};
    };
    for (Parameter const& p : net.parameters()) {
      if (p.learned) gradient(p.name, p.tensor);
    }
    gradient("the images", input);
    for (auto const& entry : settings.external) gradient("external input to " + entry.first, entry.second);
    return all;
  }

  std::string text() const {
    std::string shown;
    for (int const frame : stimulus.shown) shown += std::to_string(frame) + ",";
    auto const steps = [&](double t) { return " " + std::to_string(static_cast<int>(std::round(t / options.dt))); };
    return "shown " + shown + " idle " + std::to_string(settings.idle_timesteps) + " truncation " +
           std::to_string(settings.truncated_bptt_timesteps) + (settings.feedforward_only ? " feedforward only" : "") +
           " delays" + steps(options.t_feedforward) + steps(options.t_recurrence) + steps(options.t_skip) +
           steps(options.t_feedback);
  }

 private:
  Options draw_options(at::ScalarType dtype) {
    Options numbers = options_of(dice, Net::image_channels);
    numbers.dtype = dtype;
    numbers.train_tau = dice.coin();
    if (dice.coin()) numbers.t_feedforward = numbers.dt * dice.between(0, 2);
    if (dice.coin()) numbers.supralinearity = 1.3;
    if (dice.between(0, 3) == 0) numbers.input_adaption_weight = 0.8;
    return numbers;
  }

  run::Stimulus draw_stimulus() {
    switch (dice.between(0, 3)) {
      case 0:
        return run::present(images, n_timesteps);
      case 1: {  // a still image with blanks
        std::vector<bool> mask;
        for (int t = 0; t < n_timesteps; ++t) mask.push_back(dice.coin());
        return run::present(images, n_timesteps, 0.3).masked(mask).then_blank(dice.between(0, 2));
      }
      case 2: {  // nothing at first, then the image
        run::Stimulus late = run::present(images, n_timesteps);
        int const n = dice.between(0, n_timesteps - 1);
        for (int t = 0; t < n; ++t) late.shown[static_cast<std::size_t>(t)] = run::nothing;
        return late;
      }
      default: {  // a movie
        std::vector<Tensor> frames;
        for (int t = 0; t < n_timesteps; ++t) frames.push_back(images.mul(dice.real(-1, 1)));
        return run::present(stack(frames, 1), n_timesteps);
      }
    }
  }

  bool monitors(std::string const& label) {
    for (Part const& part : net.parts()) {
      bool const convolves = part.label == "conv" || part.label == "recurrence";
      if (part.label == label || (label == "layer" && convolves)) return true;
    }
    return false;
  }

  void draw_external(at::ScalarType dtype) {
    std::vector<Size> const sizes = sizes_of(net.parts(), {images.size(2), images.size(3)});
    std::vector<int> const channels = channels_of(net.parts(), Net::image_channels);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      Part const part = net.parts()[i];
      if (part.label != "addext" || dice.coin()) continue;
      Tensor const input = normal({batch, dice.between(1, n_timesteps), channels[i], sizes[i].height, sizes[i].width},
                                  dice.seed(), dtype);
      settings.external.emplace_back(std::string(part.layer_name), input.set_requires_grad(true));
    }
  }

  static Tensor weighted(Tensor const& x, std::uint64_t seed) {
    return x.mul(normal(x.sizes(), seed).to(x.scalar_type())).sum();
  }
};

}  // namespace property
