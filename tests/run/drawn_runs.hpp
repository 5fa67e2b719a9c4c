// Runs for comparing two paths: models, delays, stimuli and settings drawn at random, and everything a run gives.
#pragma once
#include <dynvision/run/trial.hpp>

#include "drawn_models.hpp"
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <utility>
#include <vector>

namespace property {

using Everything = std::vector<std::pair<std::string, Tensor>>;

inline double relative_distance(Tensor const& expected, Tensor const& found) {
  double const size = expected.numel() == 0 ? 0 : expected.abs().max().item<double>();
  return distance(expected, found) / std::max(1.0, size);
}

// What is found may be on a GPU.
inline void agree(Everything const& expected, Everything const& found, double tolerance) {
  REQUIRE(expected.size() == found.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO(expected[i].first);
    CHECK(relative_distance(expected[i].second, found[i].second.cpu()) <= tolerance);
  }
}

inline constexpr auto by_unroll = [](auto&... all) { return dynvision::run::unroll(all...); };

template <class Net> class DrawnRun {
 public:
  Dice dice;
  Options options;
  Net net;
  int batch, n_timesteps;
  Tensor images;  // (B,C,H,W)
  bool images_learn = true;
  run::Stimulus stimulus;
  run::Settings settings;

  explicit DrawnRun(std::uint64_t seed, at::ScalarType dtype)
      : dice(seed),
        options(draw_options(dtype)),
        net(options),
        batch(dice.between(1, 4)),
        n_timesteps(dice.between(3, 10)),
        images(normal({batch, Net::image_channels, side(), side()}, dice.seed(), dtype)),
        stimulus(draw_stimulus()),
        settings{.idle_timesteps = dice.coin() ? dice.between(1, 4) : 0,
                 .truncated_bptt_timesteps = dice.coin() ? dice.between(1, 5) : 0,
                 .feedforward_only = dice.between(0, 5) == 0,
                 .record = true,
                 .share_cpus = false,
                 .seed = seed,
                 .trial = seed % 3} {
    randomise_model(net, dice.seed());
    at::AutoGradMode const no_gradient(false);
    for (Parameter const& p : net.parameters()) {
      if (p.learned && p.tensor.dim() > 1) p.tensor.mul_(0.5);  // activities of order one
    }
    if constexpr (between_steps) draw_delays();
    for (std::string const name : {"layer", "tstep", "delay", "pool", "gain", "adaptation", "gated", "memory"}) {
      if (dice.coin() && monitors(name)) settings.monitor.push_back(name);
    }
    if (monitors("noise")) settings.monitor.push_back("noise");
    if constexpr (requires { requires Net::draws_tau_factors; }) draw_tau_factors();
    draw_external(dtype);
    if (dice.between(0, 2) == 0) freeze();
  }

  void to(at::Device device) {
    auto const there = at::TensorOptions(device);
    net.to(there);
    stimulus.frames = stimulus.frames.to(there);
    for (auto& entry : settings.external) entry.second = entry.second.detach().to(there).set_requires_grad(true);
  }

  // Results and all gradients of a weighted sum of them; a gradient that is not there is a scalar zero.
  template <class Path> Everything everything(Path const& path) {
    Tensor const input = stimulus.frames.detach().clone().set_requires_grad(images_learn);
    run::Stimulus shown = stimulus;
    shown.frames = input;
    run::Activity const activity = path(net, shown, settings);
    Everything all{{"outputs", activity.outputs.detach()}};
    Tensor loss = weighted(activity.outputs, 1);
    for (auto const* traces : {&activity.responses, &activity.monitored}) {
      for (run::Trace const& trace : *traces) {
        std::vector<double> present;  // absent is another thing than zero
        for (bool const there : trace.present()) present.push_back(there ? 1 : 0);
        all.emplace_back(trace.layer + "." + trace.operation + ", present", row(present));
        Tensor const steps = trace.stacked();
        if (!steps.defined()) continue;
        all.emplace_back(trace.layer + "." + trace.operation, steps.detach());
        loss = loss.add(weighted(steps, 2));
      }
    }
    if (loss.requires_grad()) loss.backward();
    auto const gradient = [&](std::string const& name, Tensor const& of) {
      Tensor g = of.grad().defined() ? of.grad().clone() : zeros({}, of.options());
      if constexpr (requires { requires Net::zero_may_be_nothing; }) {
        if (!g.any().template item<bool>()) g = zeros({}, g.options());
      }
      all.emplace_back("gradient of " + name, g);
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
           steps(options.t_feedback) + learned_delays();
  }

 private:
  static constexpr bool between_steps = requires { requires Net::has_delays_between_steps; };

  double draw_feedforward(double dt) {
    if constexpr (requires { requires Net::hands_on_between_steps; }) {
      if (dice.coin()) return dt * dice.real(0, 3);
    }
    return dt * dice.between(0, 2);
  }

  void draw_tau_factors() {
    for (std::string_view const layer : layer_names(net.parts())) {
      if (dice.coin()) continue;
      std::vector<double> factors;
      for (int i = dice.between(1, n_timesteps + 2); i > 0; --i) factors.push_back(dice.coin() ? 1 : dice.real(0.8, 2));
      settings.tau_factors.emplace_back(layer, factors);
    }
  }
  static constexpr bool has_places = !requires { Net::has_no_places; };
  std::int64_t side() { return has_places ? dice.between(4, 9) : 1; }

  Options draw_options(at::ScalarType dtype) {
    Options numbers = options_of(dice, Net::image_channels);
    if (!has_places) numbers.input_dims = features(Net::image_channels);
    numbers.dtype = dtype;
    if constexpr (between_steps) {
      numbers.t_recurrence = numbers.dt * dice.real(1, 4);
      numbers.t_skip = numbers.dt * dice.real(0, 4);
      numbers.t_feedback = numbers.dt * dice.real(1, 6);
    }
    numbers.train_tau = dice.coin();
    numbers.sigma = 0.3, numbers.train_sigma = true;
    if (dice.coin()) numbers.t_feedforward = draw_feedforward(numbers.dt);
    if (dice.coin()) numbers.supralinearity = 1.3;
    if (dice.between(0, 3) == 0) numbers.input_adaption_weight = 0.8;
    if (dice.between(0, 2) == 0) draw_layers(numbers);
    return numbers;
  }
  // Numbers of single layers.
  void draw_layers(Options& numbers) {
    Net probe(numbers);
    Parts const parts = probe.parts();
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {  // the last part is the head
      Part const& part = parts[i];
      if (part.position != 0 || dice.coin()) continue;
      LayerOptions own;
      if (dice.coin()) own.tau = numbers.dt * dice.real(1.5, 6);
      if (dice.coin()) own.t_feedforward = draw_feedforward(numbers.dt);
      if (dice.coin()) own.t_recurrence = numbers.dt * dice.between(0, 4);
      if (dice.coin()) own.t_skip = numbers.dt * dice.between(0, 4);
      if (dice.coin()) own.t_feedback = numbers.dt * dice.between(0, 6);
      if (between_steps && dice.coin()) own.longest_delay = numbers.dt * dice.real(8, 10);
      numbers.layers.emplace_back(std::string(part.layer_name), own);
    }
  }
  std::string learned_delays() const {
    std::string all;
    for (Parameter const& p : net.parameters()) {
      if (!p.name.ends_with(".delay")) continue;
      all += " " + p.name;
      for (double const t : numbers_on_host(p.tensor)) all += " " + std::to_string(t / options.dt);
    }
    return all;
  }
  // Learned delays, on whole steps as well.
  void draw_delays() {
    for (Parameter const& p : net.parameters()) {
      if (!p.name.ends_with(".delay")) continue;
      auto all = p.tensor.view({-1});
      for (std::int64_t c = 0; c < all.size(0); ++c) {
        all.select(0, c).fill_(options.dt * (dice.between(0, 3) == 0 ? dice.between(0, 8) : dice.real(0, 8)));
      }
    }
    clamp_delays(net);
  }
  // Some parameters do not learn, nor do perhaps the images.
  void freeze() {
    for (Parameter const& p : net.parameters()) {
      if (p.learned && dice.coin()) p.tensor.set_requires_grad(false);
    }
    images_learn = dice.coin();
  }

  run::Stimulus draw_stimulus() {
    switch (dice.between(0, 4)) {
      case 0:
        return run::present(images, n_timesteps);
      case 4: {  // frames, blanks and nothing in any order; the last axis is not the innermost one in memory
        Tensor const frames = normal({batch, dice.between(1, 3), Net::image_channels, images.size(3), images.size(2)},
                                     dice.seed(), images.scalar_type());
        run::Stimulus mixed{frames.transpose(3, 4), {}, dice.coin() ? 0 : 0.4};
        for (int t = 0; t < n_timesteps; ++t) {
          mixed.shown.push_back(dice.between(run::nothing, static_cast<int>(frames.size(1)) - 1));
        }
        return mixed;
      }
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
        return run::present(stack_along(frames, 1), n_timesteps);
      }
    }
  }

  bool monitors(std::string const& label) {
    for (Part const& part : net.parts()) {
      bool const convolves = part.label() == "conv" || part.label() == "linear" || part.label() == "recurrence";
      if (part.label() == label || (label == "layer" && convolves)) return true;
    }
    return false;
  }

  void draw_external(at::ScalarType dtype) {
    std::vector<Size> const sizes = sizes_of(net.parts(), {images.size(2), images.size(3)});
    std::vector<int> const channels = channels_of(net.parts(), Net::image_channels);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      Part const part = net.parts()[i];
      if (part.label() == "modulation" && dice.coin()) {
        auto const of = [&](std::int64_t n) -> std::int64_t { return dice.coin() ? n : 1; };
        Tensor const m = normal({of(batch), dice.between(1, n_timesteps + 1), of(channels[i]), of(sizes[i].height), 1},
                                dice.seed(), dtype);
        settings.external.emplace_back(std::string(part.layer_name) + ".modulation",
                                       m.mul(0.3).add(1).detach().set_requires_grad(dice.coin()));
      }
      if (part.label() != "addext" || dice.coin()) continue;
      Tensor const input = normal({batch, dice.between(1, n_timesteps), channels[i], sizes[i].height, sizes[i].width},
                                  dice.seed(), dtype);
      settings.external.emplace_back(std::string(part.layer_name), input.set_requires_grad(true));
    }
  }

  static Tensor weighted(Tensor const& x, std::uint64_t seed) {
    return x.mul(normal(x.sizes(), seed).to(x.options())).sum();
  }
};

}  // namespace property
