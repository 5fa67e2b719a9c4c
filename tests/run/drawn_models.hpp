// Models for comparing two paths, beside those of property/models.hpp.
#pragma once
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/fully_connected.hpp>
#include <dynvision/connections/low_rank.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/model/clamp_delays.hpp>
#include <dynvision/operations/adaptation.hpp>
#include <dynvision/operations/apply_gain.hpp>
#include <dynvision/operations/batch_norm.hpp>
#include <dynvision/operations/delay_by.hpp>
#include <dynvision/operations/delayed_normalisation.hpp>
#include <dynvision/operations/dropout.hpp>
#include <dynvision/operations/linear.hpp>
#include <dynvision/operations/modulate.hpp>
#include <dynvision/operations/noise.hpp>
#include <dynvision/operations/readout.hpp>
#include <dynvision/operations/repeat.hpp>
#include <dynvision/operations/residual.hpp>
#include <dynvision/operations/synaptic_depression.hpp>
#include <dynvision/operations/zero_if_absent.hpp>

#include "property/models.hpp"

#include <cmath>

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
struct Divide {  // learns, and has an adjoint of its own
  Tensor weight;
  void compose(Composition& at) { weight = at.constant({at.channels, 1, 1}, 0.5); }
  void parameters(auto&& visit) { visit("weight", weight); }
  Tensor operator()(Tensor const& x) const { return x.div(divisor(x)); }
  Tensor adjoint(Tensor const& g, Tensor const& x, auto const& add) const {  // y = x/q, q = 1 + w^2 <x^2>
    Tensor const q = divisor(x), gq = g.mul(x).div(q.square()).neg();
    add(weight, gq.mul(energy(x)).mul(weight).mul(2).sum({0, 2, 3}));
    Tensor const of_energy = gq.mul(weight.square()).sum({1}, true);
    return g.div(q).add(x.mul(of_energy).mul(2.0 / static_cast<double>(x.size(1))));
  }
  static Tensor energy(Tensor const& x) { return x.square().mean({1}, true); }
  Tensor divisor(Tensor const& x) const { return energy(x).mul(weight.square()).add(1); }
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
  void compose(Composition& at, bool, int) { weight = at.constant({1}, 0.5); }
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
struct A : Layer<"A", InputAdaption, Conv<image_channels, 3, 3>, AddInput, AddFeedback<"B", Shunting>, Fatigue,
                 Evolve<Euler>, Relu, Record, Delay> {};
struct B
    : Layer<"B", Gain, Conv<3, 4, 3>, Divide, Recur<Surround<4>>, AddBias<Feature>, Evolve<Heun>, Tanh, Record, Delay> {
};
struct Net : ModelWith<Sum, A, B> {
  Net(Options options) : ModelWith<Sum, A, B>(std::move(options)) {}
  static constexpr int image_channels = 2;
};
}  // namespace odd

namespace gated {  // an operation that is silent when it likes, and one that speaks where nothing came in
struct Gate {
  Signal operator()(Signal const& x, Moment& now) const { return now.step % 3 == 1 ? Signal{} : x; }
};
struct Echo {  // of the layer's own state, where nothing else is there
  Signal operator()(Signal const& x, Moment& now) const { return x.defined() ? x : now.memory().past(1); }
};
struct A : Layer<"A", Conv<image_channels, 3, 3>, Recur<Full<3>>, AddFeedback<"B">, Gate, Evolve<Euler>, Tanh, Record,
                 Delay> {};
struct B : Layer<"B", Conv<3, 4, 3>, Recur<Self<4>, Multiplicative>, AddSkip<"A">, Echo, Evolve<Euler>, Tanh, Record,
                 Delay> {};
struct Net : Model<A, B> {
  Net(Options options) : Model<A, B>(std::move(options)) {}
  // What turns out to be silent, or to be at its start, while it runs has no gradient on one path, and zero on the other.
  static constexpr bool zero_may_be_nothing = true;
  static constexpr int image_channels = 2;
};
}  // namespace gated

namespace derived {        // operations and an integration of numbers whose adjoints are derived
struct NakaRushtonOfOne {  // r^n/(sigma^n + r^n), r = max(x, 0)
  double n = 1.5, sigma = 0.4;
  template <class V> DYNVISION_BOTH V forward(V const& x) const {
    using T = kernels::Number<V>;
    V const r = kernels::power(kernels::rectified(x), T(n));
    return r / (r + kernels::power(T(sigma), T(n)));
  }
};
struct NakaRushton {
  static constexpr std::string_view label = "nonlin";
  static constexpr PartNumber numbers[]{
      {.name = "exponent", .default_value = 1.5, .range = above(0), .help = "steepness"},
      {.name = "sigma", .range = above(0), .help = "drive at half of the maximum"}};
  double n = 0, sigma = 0;
  void compose(Composition& at) { n = at.number<"exponent">(*this), sigma = at.number<"sigma">(*this); }
  Tensor operator()(Tensor const& x) const {
    Tensor const r = x.relu().pow(n);
    return r.div(r.add(std::pow(sigma, n)));
  }
  NakaRushtonOfOne pointwise() const { return {n, sigma}; }
};
struct SoftsignOfOne {
  template <class V> DYNVISION_BOTH V forward(V const& x) const {
    return x / (kernels::magnitude(x) + kernels::Number<V>(1));
  }
};
struct Softsign {
  static constexpr std::string_view label = "gain";
  Tensor operator()(Tensor const& x) const { return x.div(x.abs().add(1)); }
  SoftsignOfOne pointwise() const { return {}; }
};
struct Divisive {
  Tensor operator()(Tensor const& x, Tensor const& h) const { return x.div(h.relu().add(1)); }
  template <class V> DYNVISION_BOTH static V forward(V const& x, V const& h) {
    return x / (kernels::rectified(h) + kernels::Number<V>(1));
  }
};
struct A : Layer<"A", Conv<image_channels, 3, 3>, AddInput, Recur<Full<3>, Divisive>, AddFeedback<"B", Divisive>,
                 Evolve<Euler>, NakaRushton, Record, Delay> {};
struct B : Layer<"B", Conv<3, 4, 3>, Softsign, AddSkip<"A", Divisive>, Recur<Self<4>, Divisive>, Evolve<RungeKutta4>,
                 Softsign, Record, Delay> {};
struct Net : Model<A, B> {
  static Options published() { return {.numbers = {{"sigma", 0.4}}}; }
  Net(Options const& options) : Model<A, B>(options.over(published())) {}
  static constexpr int image_channels = 2;
};
}  // namespace derived

namespace evaluated {  // operations that are different in training
using Body = List<Conv<4, 4, 3, 1, NoBias, As<"conv1">>, BatchNorm<As<"bn1">>, Dropout>;
struct A : Layer<"A", Conv<image_channels, 4, 3, 2>, BatchNorm<>, Tanh, Residual<Body>, Recur<Self<4>>, Evolve<Euler>,
                 Relu, Record, Delay, Dropout> {};
struct B : Layer<"B", Repeat<2, List<Residual<Body, List<>, As<"">>>>, AddSkip<"A">, BatchNorm<>, Recur<Full<4>>,
                 Evolve<Euler>, Tanh, Record, Delay, GroupNorm<2, As<"last">>> {};
struct Net : Model<A, B> {
  Net(Options options) : Model<A, B>(std::move(options)) {
    for (Parameter const& p : parameters()) {
      if (p.name.ends_with("running_mean")) p.tensor.fill_(0.2);
      if (p.name.ends_with("running_var")) p.tensor.fill_(0.7);
    }
  }
  static constexpr int image_channels = 2;
};
}  // namespace evaluated

namespace orders {  // operations in other orders, biases before any input, external input, two external layers
struct A : Layer<"A", Conv<image_channels, 4, 3, 2>, ApplyGain<Feature>, Retanh, Recur<Self<4>, Multiplicative>,
                 AddBias<Uniform>, Delay, Evolve<Euler>, Supralinear, Record> {};
struct B : Layer<"B", AddSkip<"A", Multiplicative>, ZeroIfAbsent, Conv<4, 4, 3>, AddInput, Evolve<RungeKutta4>,
                 AddFeedback<"C">, Tanh, Recur<Depthwise<4>>, Record, Delay, MaxPool<2, 1>> {};
struct C : Layer<"C", Recur<PointDepthwise<3, 3, 4>, NoBias>, Conv<4, 3, 1>, Relu, AddInput, ApplyGain<Uniform>,
                 MaxPool<3, 2>, Evolve<Euler>, Record, Relu, Delay, Sigmoid, AvgPool<2, 1>> {};
struct Net : Model<A, B, C> {
  Net(Options options) : Model<A, B, C>(std::move(options)) {}
  static constexpr int image_channels = 3;
};
}  // namespace orders

namespace weighted {  // weights that follow from other numbers, one's own among them
struct Squared {      // without an adjoint, and with a number of its own
  using policy = policies::Parametrisation;
  Tensor scale{};
  Tensor start(Composition& at, Tensor const& w) {
    scale = at.constant({1, 1, 1, 1}, 0.8);
    return w;
  }
  void parameters(auto&& visit) { visit("scale", scale); }
  Tensor operator()(Tensor const& v) const { return v.mul(v.abs()).mul(scale); }
};
struct A : Layer<"A", Conv<image_channels, 5, 3, 2, Masked<Sparse<60>>>, Recur<Full<5>, Masked<NoAutapses>, Dale<4, 1>>,
                 AddFeedback<"B", Dale<1, 1>>, Evolve<Euler>, Tanh, Record, Delay> {};
struct B
    : Layer<"B", Conv<5, 4, 3, 1, LowRank<2>, Dale<>, NoBias>, Recur<Pointwise<4>, Squared>,
            AddSkip<"A", Multiplicative, Squared, Masked<Sparse<50>>>, Evolve<RungeKutta4>, Sigmoid, Record, Delay> {};
struct C : Layer<"C", Repeat<1, List<Conv<4, 4, 3, 1, Dale<>, As<"conv">>, Tanh>>,
                 Recur<Depthwise<4>, Dale<1, 1>, Multiplicative>, Evolve<Euler>, Relu, Record, Delay> {};
struct Net : ModelWith<LinearHead<LowRank<1>, Masked<Sparse<80>>>, A, B, C> {
  Net(Options options) : ModelWith<LinearHead<LowRank<1>, Masked<Sparse<80>>>, A, B, C>(std::move(options)) {}
  static constexpr int image_channels = 3;
};
}  // namespace weighted

namespace rates {  // without places, (B,T,N): products of matrices
struct A : Layer<"A", Linear<image_channels, 7>, AddInput, Recur<FullyConnected<7>, Masked<NoAutapses>, Dale<>>,
                 AddFeedback<"C">, Evolve<Euler>, Tanh, Record, Delay> {};
struct B : Layer<"B", Recur<FullyConnected<5, 1, 7>>, Linear<7, 5, LowRank<2>>, AddSkip<"A", Multiplicative>, AddInput,
                 AddBias<Spatial>, Evolve<RungeKutta4>, Sigmoid, Record, Delay> {};
struct C : Layer<"C", Linear<5, 4, NoBias>, Recur<Self<4>>, AddSkip<"A", Through<1>, Masked<Sparse<60>>>, Evolve<Euler>,
                 Relu, Record, Delay> {};
struct Net : ModelWith<Readout<Dale<>>, A, B, C> {
  Net(Options options) : ModelWith<Readout<Dale<>>, A, B, C>(std::move(options)) {}
  static constexpr int image_channels = 6;
  static constexpr bool has_no_places = true;
};
}  // namespace rates

namespace wide {  // channels enough for the library's own convolutions in float32
struct A : Layer<"A", Conv<image_channels, 17, 3>, Recur<Full<17>>, Evolve<Euler>, Tanh, Record, Delay, MaxPool<2, 2>> {
};
struct B : Layer<"B", Conv<17, 33, 3, 1, WeightNorm, NoBias>, AddSkip<"A">, Recur<Full<33>>, AddFeedback<"C">,
                 Evolve<RungeKutta4>, Tanh, Record, Delay> {};
struct C : Layer<"C", Conv<33, 36, 3, 2>, Recur<PointDepthwise<36>>, AddBias<Feature>, Evolve<Euler>, Sigmoid, Record,
                 Delay> {};
struct Net : Model<A, B, C> {
  Net(Options options) : Model<A, B, C>(std::move(options)) {}
  static constexpr int image_channels = 3;
};
}  // namespace wide

namespace noisy {  // noise of every scaling, at every kind of place, and an operation that draws its own
struct Flicker {   // stepwise
  int place = 0;
  void compose(Composition& at) { place = at.noise_place(); }
  Signal operator()(Signal const& x, Moment& now) const {
    if (!x.defined()) return x;
    Signal const xi = now.normal_numbers(place, {now.batch, x.size(1), x.size(2), x.size(3)});
    return xi.defined() ? x.add(xi, 0.2) : x;
  }
};
struct A : Layer<"A", Noise<PerStep, As<"pixels_{}">>, Conv<image_channels, 4, 3, 2>, Recur<Full<4>>,
                 Noise<WhiteDrive, Feature>, AddFeedback<"C">, Noise<StationaryDrive, As<"own_{}">>, Evolve<Euler>,
                 Noise<Diffusion, As<"state_{}">>, Tanh, Record, Delay> {};
struct B : Layer<"B", Conv<4, 3, 3>, AddBias<Feature>, Noise<StationaryDrive, Feature>, MaxPool<3, 1>,
                 Evolve<RungeKutta4>, Tanh, Noise<Stationary, As<"state_{}">>, Record, Delay> {};
struct C : Layer<"C", Conv<3, 5, 3>, Recur<Self<5>, Multiplicative>, AddSkip<"A">, Evolve<Euler>,
                 Noise<Stationary, Feature>, Sigmoid, Record, Delay, Noise<PerStep, As<"sent_{}">>> {};
struct Net : Model<A, B, C> {
  Net(Options options) : Model<A, B, C>(std::move(options)) {}
  static constexpr int image_channels = 2;
};
}  // namespace noisy

namespace flickering {
struct A : Layer<"A", Conv<image_channels, 3, 3>, noisy::Flicker, Recur<Full<3>>, Noise<WhiteDrive>, Evolve<Euler>,
                 Relu, Record, Delay> {};
struct B : Layer<"B", Conv<3, 4, 3>, AddSkip<"A">, Evolve<odd::Heun>, Noise<Stationary, Feature>, Relu, Record, Delay> {
};
struct Net : Model<A, B> {
  Net(Options options) : Model<A, B>(std::move(options)) {}
  static constexpr int image_channels = 2;
};
}  // namespace flickering

namespace tired {  // noise beside states of their own, and with a tau for each channel
struct A : Layer<"A", Conv<image_channels, 3, 3>, Noise<WhiteDrive>, Adaptation<Feature>, Recur<Full<3>>,
                 Noise<StationaryDrive, As<"own_{}">>, Evolve<Euler, Feature>, Relu, Noise<Diffusion, As<"state_{}">>,
                 Record, Delay, SynapticDepression<>> {};
struct B : Layer<"B", Conv<3, 4, 3>, AddSkip<"A">, Evolve<RungeKutta4, Feature>, Noise<Stationary>,
                 DelayedNormalisation<>, Record, Delay> {};
struct Net : Model<A, B> {
  Net(Options options) : Model<A, B>(std::move(options)) {}
  static constexpr int image_channels = 2;
};
}  // namespace tired

namespace mechanisms {  // states of their own: of the library, and two in one
struct Gated {          // what a unit lets through depends on both of its states
  static constexpr std::string_view label = "gated";
  static constexpr std::array<std::string_view, 2> states{"fast", "slow"};
  static constexpr std::array<double, 2> initial{0.5, -0.25};
  static constexpr bool reads_response = true;
  struct Equation {
    double gain;
    template <class V>
    DYNVISION_BOTH auto step(V const& x, V const& r, V const& fast, V const& slow, V const& weight) const {
      using T = kernels::Number<V>;
      V const f = fast + (x + r * weight - fast) * T(gain), s = slow + (fast - slow) * T(gain * 0.3);
      return kernels::Updated{x * kernels::hyperbolic_tangent(s) - f * weight, f, s};
    }
  };
  Tensor weight;
  void compose(Composition& at) { weight = at.constant({at.channels, 1, 1}, 0.4); }
  void parameters(auto&& visit) { visit("weight", weight); }
  Equation equation() const { return {0.3}; }
  std::array<Tensor, 1> unit_numbers() const { return {weight.sigmoid()}; }
};
struct A : Layer<"A", Conv<image_channels, 3, 3>, Adaptation<Feature>, Recur<Full<3>>, Evolve<Euler>, Relu,
                 SynapticDepression<>, Record, Delay, MaxPool<2, 1>> {};
struct B : Layer<"B", SynapticDepression<>, Conv<3, 4, 3>, Gated, AddSkip<"A">, AddFeedback<"C">, Evolve<RungeKutta4>,
                 DelayedNormalisation<>, Record, Delay> {};
struct C : Layer<"C", Conv<4, 3, 3>, Gated, Evolve<Euler>, Tanh, Record, Delay, SynapticDepression<Feature>, Relu> {};
struct Net : Model<A, B, C> {
  Net(Options options) : Model<A, B, C>(std::move(options)) {}
  // What turns out to be silent, or to be at its start, while it runs has no gradient on one path, and zero on the other.
  static constexpr bool zero_may_be_nothing = true;
  static constexpr int image_channels = 2;
};
}  // namespace mechanisms

namespace paced {  // time constants of layers and of channels, that change over time
struct A
    : Layer<"A", Conv<image_channels, 3, 3>, Recur<Full<3>>, Modulate, Evolve<Euler, Feature>, Relu, Record, Delay> {};
struct B : Layer<"B", Conv<3, 4, 3, 2>, AddFeedback<"C">, Evolve<RungeKutta4, Feature, As<"tau_of_{}">>, Tanh, Record,
                 Delay> {};
struct C : Layer<"C", Conv<4, 3, 3>, AddSkip<"A">, Noise<StationaryDrive, Feature>, Evolve<odd::Heun, Feature>, Tanh,
                 Record, Delay> {};
struct D : Layer<"D", Modulate, Conv<3, 3, 3>, Recur<Self<3>>, Evolve<RungeKutta4>, Record, Delay> {};
struct Net : Model<A, B, C, D> {
  Net(Options options) : Model<A, B, C, D>(std::move(options)) {
    at::AutoGradMode const no_gradient(false);
    for (Parameter const& p : parameters()) {
      if (p.tensor.dim() != 3 || p.tensor.size(1) > 1 || !p.name.starts_with("tau")) continue;
      for (std::int64_t c = 0; c < p.tensor.size(0); ++c) p.tensor.select(0, c).mul_(1 + 0.3 * static_cast<double>(c));
    }
  }
  static constexpr int image_channels = 2;
  static constexpr bool zero_may_be_nothing = true;  // a gain of a layer that nothing reaches
  static constexpr bool draws_tau_factors = true;
};
}  // namespace paced

namespace paced_fast {  // the same without an operation that goes step by step
struct C
    : Layer<"C", Conv<4, 3, 3>, AddSkip<"A">, Noise<StationaryDrive, Feature>, Evolve<Euler>, Tanh, Record, Delay> {};
struct Net : Model<paced::A, paced::B, C, paced::D> {
  Net(Options options) : Model<paced::A, paced::B, C, paced::D>(std::move(options)) {
    at::AutoGradMode const no_gradient(false);
    Tensor const tau = tensor_of(parameters(), "tau_A");
    for (std::int64_t c = 0; c < 3; ++c) tau.select(0, c).mul_(1 + 0.5 * static_cast<double>(c));
  }
  static constexpr int image_channels = 2;
  static constexpr bool zero_may_be_nothing = true;  // a gain of a layer that nothing reaches
  static constexpr bool draws_tau_factors = true;
};
}  // namespace paced_fast

namespace moments {  // states that operations store themselves
struct Memory {      // of what came in, over space too
  static constexpr std::string_view label = "memory";
  static constexpr std::array<std::string_view, 2> states{"m", "count"};
  Tensor weight;
  void compose(Composition& at) {
    weight = at.constant({at.channels, 1, 1}, 0.4);
    at.remember(at.first_state, 3);
  }
  void parameters(auto&& visit) { visit("weight", weight); }
  Signal operator()(Signal const& x, Moment& now) const {
    if (!x.defined()) return x;
    Signal const m = now.state().past(1), old = now.state().past(3), n = now.state(1).past(1);
    Tensor y = m.defined() ? x.sub(avg_pool2d(m, 3, 1, 1).mul(weight)) : x;
    if (old.defined()) y = y.add(old, 0.2);
    now.state().store(m.defined() ? m.mul(0.7).add(y.tanh(), 0.3) : y.tanh().mul(0.3));
    now.state(1).store(n.defined() ? n.add(0.1) : zeros(x.sizes(), x.options().requires_grad(false)));
    return n.defined() ? y.mul(n.add(1)) : y;
  }
};
struct A : Layer<"A", Conv<image_channels, 3, 3>, Memory, Evolve<Euler>, Tanh, Record, Delay> {};
struct B : Layer<"B", Conv<3, 4, 3>, Recur<Full<4>>, Adaptation<>, Evolve<Euler>, Tanh, Record, Delay, Memory> {};
struct Net : Model<A, B> {
  Net(Options options) : Model<A, B>(std::move(options)) {}
  // What turns out to be silent, or to be at its start, while it runs has no gradient on one path, and zero on the other.
  static constexpr bool zero_may_be_nothing = true;
  static constexpr int image_channels = 2;
};
}  // namespace moments

namespace between {  // delays that are no whole number of steps, of connections of every kind, most of them learned
struct A : Layer<"A", Conv<image_channels, 3, 3>, Recur<Full<3>, LearnedDelay<>>,
                 AddFeedback<"C", LearnedDelay<Feature>>, Evolve<Euler>, Relu, Record, Delay, MaxPool<3, 2>> {};
struct B : Layer<"B", Conv<3, 4, 3>, Recur<Self<4>, Multiplicative, LearnedDelay<Feature>>,
                 AddSkip<"A", LearnedDelay<Feature>>, AddFeedback<"D", Interpolated>, Evolve<RungeKutta4>, Tanh, Record,
                 Delay> {};
struct C : Layer<"C", Conv<4, 3, 3, 2>, Recur<odd::Surround<3>, LearnedDelay<>>,
                 AddSkip<"A", odd::Shunting, LearnedDelay<>>, Evolve<Euler>, Sigmoid, Record, Delay> {};
struct D : Layer<"D", Conv<3, 3, 1>, AddSkip<"C", LearnedDelay<Feature>>, Recur<Self<3>, LearnedDelay<>>,
                 AddSkip<"C", Interpolated, Through<1>, As<"second_{}">>, Evolve<Euler>, Relu, Record, Delay> {};
struct Net : Model<A, B, C, D> {
  Net(Options options) : Model<A, B, C, D>(std::move(options)) {}
  static constexpr int image_channels = 2;
  static constexpr bool has_delays_between_steps = true;
};
}  // namespace between

namespace early {  // where silent operations meet such delays, and biases before any input
struct A : Layer<"A", Conv<image_channels, 4, 3>, Recur<Depthwise<4>, LearnedDelay<Feature>>, AddInput, Evolve<Euler>,
                 Tanh, Record, Delay> {};
struct B : Layer<"B", AddSkip<"A", Multiplicative, LearnedDelay<>>, Conv<4, 4, 3>, AddInput, Evolve<Euler>,
                 AddFeedback<"C", LearnedDelay<Feature>>, Tanh, Recur<Local<4>, LearnedDelay<>>, Record, Delay> {};
struct C : Layer<"C", Recur<PointDepthwise<3, 3, 4>, NoBias, LearnedDelay<Feature>>, Conv<4, 3, 1>, AddBias<Feature>,
                 Evolve<Euler>, Record, Delay, Sigmoid> {};
struct Net : Model<A, B, C> {
  Net(Options options) : Model<A, B, C>(std::move(options)) {}
  static constexpr int image_channels = 3;
  static constexpr bool has_delays_between_steps = true;
};
}  // namespace early

inline double whole(Option<double> t, double dt) { return std::round(t / dt) * dt; }

namespace handed {  // the same of the feedforward way, before pooling, a convolution, a pipeline, the head
struct A : Layer<"A", Conv<image_channels, 3, 3>, Recur<Full<3>>, AddFeedback<"C", LearnedDelay<Feature>>, AddInput,
                 Evolve<Euler>, Relu, Record, DelayBy<LearnedDelay<>>, MaxPool<3, 2>> {};
struct B : Layer<"B", Conv<3, 4, 3>, Recur<Self<4>, Multiplicative>, AddSkip<"A", LearnedDelay<>>, Evolve<RungeKutta4>,
                 Tanh, Record, DelayBy<LearnedDelay<Feature>>> {};
struct C : Layer<"C", Conv<4, 3, 3, 2>, AddSkip<"A", odd::Shunting, Interpolated>, AddBias<Feature>, Evolve<Euler>,
                 Sigmoid, Record, DelayBy<Interpolated>, Tanh> {};
struct D : Layer<"D", AddSkip<"C", LearnedDelay<Feature>>, Recur<Self<3>, LearnedDelay<>>, Evolve<Euler>, Tanh, Record,
                 DelayBy<LearnedDelay<Feature>>> {};
struct Net : Model<A, B, C, D> {
  Net(Options options) : Model<A, B, C, D>(whole_recurrence(std::move(options))) {}
  static Options whole_recurrence(Options options) {
    options.t_recurrence = whole(options.t_recurrence, options.dt);
    return options;
  }
  static constexpr int image_channels = 2;
  static constexpr bool has_delays_between_steps = true, hands_on_between_steps = true;
};
}  // namespace handed

namespace handed_oddly {  // layers that fall silent, operations that go step by step, states behind it
struct A : Layer<"A", Conv<image_channels, 3, 3>, Tanh, Record, DelayBy<LearnedDelay<Feature>>, AvgPool<2, 1>> {};
struct B : Layer<"B", Conv<3, 4, 3>, AddInput, Record, DelayBy<Interpolated>, SynapticDepression<>> {};
struct C : Layer<"C", Conv<4, 3, 3>, odd::Fatigue, AddSkip<"A", Multiplicative>, Evolve<odd::Heun>, Tanh, Record,
                 DelayBy<LearnedDelay<>>, MaxPool<2, 2>> {};
inline Options whole_skips(Options options) {
  options.t_skip = whole(options.t_skip, options.dt);
  return options;
}
struct Net : Model<A, B, C> {
  Net(Options options) : Model<A, B, C>(whole_skips(std::move(options))) {}
  // What turns out to be silent, or to be at its start, while it runs has no gradient on one path, and zero on the other.
  static constexpr bool zero_may_be_nothing = true;
  static constexpr int image_channels = 2;
  static constexpr bool has_delays_between_steps = true, hands_on_between_steps = true;
};
struct Last
    : Layer<"Last", Conv<4, 3, 3>, AddSkip<"A">, Evolve<Euler>, Tanh, Record, DelayBy<LearnedDelay<>>, MaxPool<2, 2>> {
};
struct Silent : Model<A, B, Last> {
  Silent(Options options) : Model<A, B, Last>(whole_skips(std::move(options))) {}
  static constexpr bool zero_may_be_nothing = true;
  static constexpr int image_channels = 2;
  static constexpr bool has_delays_between_steps = true, hands_on_between_steps = true;
};
}  // namespace handed_oddly

}  // namespace property
