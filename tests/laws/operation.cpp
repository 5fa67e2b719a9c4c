// covers: operations/apply_gain.hpp operations/modulate.hpp
// The laws of every operation that works on one signal. A new one is added to `operations()`.
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/low_rank.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/dynamics/runge_kutta4.hpp>
#include <dynvision/operations/adaptation.hpp>
#include <dynvision/operations/add_bias.hpp>
#include <dynvision/operations/add_input.hpp>
#include <dynvision/operations/apply_gain.hpp>
#include <dynvision/operations/batch_norm.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/delay_by.hpp>
#include <dynvision/operations/delayed_normalisation.hpp>
#include <dynvision/operations/dense.hpp>
#include <dynvision/operations/dropout.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/group_norm.hpp>
#include <dynvision/operations/input_adaption.hpp>
#include <dynvision/operations/linear.hpp>
#include <dynvision/operations/modulate.hpp>
#include <dynvision/operations/noise.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/repeat.hpp>
#include <dynvision/operations/residual.hpp>
#include <dynvision/operations/retina.hpp>
#include <dynvision/operations/supralinear.hpp>
#include <dynvision/operations/synaptic_depression.hpp>
#include <dynvision/operations/zero_if_absent.hpp>

#include "alone.hpp"
#include "gradient.hpp"
#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <memory>
#include <string>

using namespace dynvision;
using namespace laws;

namespace {

constexpr int channels = 4;

// One that is composed, at a place of the given size, in a moment when everything it could use is there.
// Without its type, so that the laws are compiled once.
struct Running {
  static constexpr std::int64_t batch = 3;
  Parameters parameters;
  int channels_out;
  Size size_out;
  std::function<Signal(Signal const&, Moment&)> apply;
  Size size;
  Tensor state, external;  // (B,C,H,W)
  int n_states;            // of its own

  Signal operator()(Signal const& x, std::int64_t from = 0, std::int64_t n = batch) const {
    Instant instant(8, size);
    instant.memories[0].store(state.narrow(0, from, n));
    for (int k = 0; k < n_states; ++k) instant.add_state(state.narrow(0, from, n).mul(0.5 + k).abs());
    instant.now.step = 1;
    instant.now.frame_age = 2;
    instant.now.external = external.narrow(0, from, n);
    instant.now.batch = n;
    instant.now.options = state.options();
    NoiseSource const noise(5);
    instant.now.noise = &noise;
    instant.now.first_sample = from;
    instant.now.tau = full({}, 7, state.options());
    instant.now.modulation = external.narrow(0, from, n).narrow(1, 0, 1).exp();
    Signal y = apply(x, instant.now);
    for (int k = 0; y.defined() && k < n_states; ++k) y = y.add(instant.now.state(k).past(1));  // what is stored counts
    return y;
  }
};

struct Kind {
  std::string name;
  std::function<Running(Size, std::uint64_t seed)> make;
};

template <class Op> Kind kind(std::string name) {
  static_assert(Operation<Op>);
  auto const make = [](Size size, std::uint64_t seed) {
    Options options = in_double();
    options.supralinearity = 1.5;
    options.input_adaption_weight = 0.8;
    options.train_sigma = true;
    Place place(options, channels, size);
    place.at.first_state = 1;
    place.places.resize(1 + static_cast<std::size_t>(n_states<Op>()));
    auto const op = std::make_shared<Op>();
    if constexpr (requires { op->compose(place.at); }) op->compose(place.at);
    Parameters parameters;
    if constexpr (requires(ParameterVisitor const& visit) { op->parameters(visit); }) parameters = listed(*op);
    for (Parameter p : parameters) {
      if (p.learned) assign(p.tensor, normal(p.tensor.sizes(), ++seed).mul(0.5));
    }
    std::vector<std::int64_t> const shape{Running::batch, channels, size.height, size.width};
    return Running{parameters,
                   out_channels<Op>(channels),
                   out_size(*op, size),
                   [op](Signal const& x, Moment& now) { return apply(*op, x, now); },
                   size,
                   normal(shape, 31),
                   normal(shape, 32),
                   n_states<Op>()};
  };
  return {std::move(name), make};
}

using Pooled = Sequence<AdaptiveAvgPool<2>, Dense<4, 5, 2, As<"dense">>>;
using Block = Residual<List<Conv<4, 3, 3, 1, NoBias, As<"conv1">>, BatchNorm<As<"bn1">>, Relu,
                            Conv<3, 4, 3, 1, NoBias, As<"conv2">>, BatchNorm<As<"bn2">>>>;

std::vector<Kind> operations() {
  return {
      kind<Conv<4, 5, 3>>("Conv<4, 5, 3>"),
      kind<Conv<4, 5, 3, 2>>("Conv<4, 5, 3, 2>"),
      kind<Conv<4, 2, 4, 2, Padding<0>>>("Conv<4, 2, 4, 2, Padding<0>>"),
      kind<Conv<4, 3, 1, 1, NoBias>>("Conv<4, 3, 1, 1, NoBias>"),
      kind<Conv<image_channels, 5, 3, 2, WeightNorm>>("Conv<image_channels, 5, 3, 2, WeightNorm>"),
      kind<Conv<4, 4, 5, 3, NoBias, WeightNorm>>("Conv<4, 4, 5, 3, NoBias, WeightNorm>"),
      kind<Conv<4, 5, 3, 2, Masked<Sparse<60>>, Dale<3, 1>>>("Conv<4, 5, 3, 2, Masked<Sparse<60>>, Dale<3, 1>>"),
      kind<Conv<4, 5, 3, 1, LowRank<2>, WeightNorm>>("Conv<4, 5, 3, 1, LowRank<2>, WeightNorm>"),
      kind<Linear<4, 6>>("Linear<4, 6>"),
      kind<Linear<image_channels, 3, NoBias, Dale<1, 1>>>("Linear<image_channels, 3, NoBias, Dale<1, 1>>"),
      kind<GroupNorm<2>>("GroupNorm<2>"),
      kind<GroupNorm<1>>("GroupNorm<1>"),
      kind<AddBias<Spatial>>("AddBias<Spatial>"),
      kind<AddBias<Feature>>("AddBias<Feature>"),
      kind<AddBias<Uniform>>("AddBias<Uniform>"),
      kind<ApplyGain<Spatial>>("ApplyGain<Spatial>"),
      kind<ApplyGain<Feature>>("ApplyGain<Feature>"),
      kind<ApplyGain<Uniform>>("ApplyGain<Uniform>"),
      kind<Noise<PerStep>>("Noise<PerStep>"),
      kind<Noise<WhiteDrive, Feature>>("Noise<WhiteDrive, Feature>"),
      kind<Noise<Stationary, Spatial>>("Noise<Stationary, Spatial>"),
      kind<Adaptation<>>("Adaptation<>"),
      kind<Adaptation<Feature>>("Adaptation<Feature>"),
      kind<Adaptation<Spatial>>("Adaptation<Spatial>"),
      kind<SynapticDepression<>>("SynapticDepression<>"),
      kind<SynapticDepression<Feature>>("SynapticDepression<Feature>"),
      kind<DelayedNormalisation<>>("DelayedNormalisation<>"),
      kind<DelayedNormalisation<Spatial>>("DelayedNormalisation<Spatial>"),
      kind<MaxPool<3, 2>>("MaxPool<3, 2>"),
      kind<MaxPool<2, 2, 0>>("MaxPool<2, 2, 0>"),
      kind<MaxPool<1, 1>>("MaxPool<1, 1>"),
      kind<AvgPool<3, 2>>("AvgPool<3, 2>"),
      kind<AvgPool<2, 1>>("AvgPool<2, 1>"),
      kind<Relu>("Relu"),
      kind<MiddleRelu>("MiddleRelu"),
      kind<Tanh>("Tanh"),
      kind<Sigmoid>("Sigmoid"),
      kind<Retanh>("Retanh"),
      kind<NoNonlinearity>("NoNonlinearity"),
      kind<Supralinear>("Supralinear"),
      kind<Retina<4, 3, 5, 3>>("Retina<4, 3, 5, 3>"),
      kind<Evolve<Euler>>("Evolve<Euler>"),
      kind<Evolve<RungeKutta4>>("Evolve<RungeKutta4>"),
      kind<InputAdaption>("InputAdaption"),
      kind<AddInput>("AddInput"),
      kind<Modulate>("Modulate"),
      kind<Delay>("Delay"),
      kind<DelayBy<Interpolated>>("DelayBy<Interpolated>"),
      kind<Record>("Record"),
      kind<ZeroIfAbsent>("ZeroIfAbsent"),
      kind<BatchNorm<>>("BatchNorm<>"),
      kind<Dropout>("Dropout"),
      kind<AdaptiveAvgPool<2, 3>>("AdaptiveAvgPool<2, 3>"),
      kind<Pooled>("Sequence<AdaptiveAvgPool<2>, Dense<4, 5, 2>>"),
      kind<Block>("Residual, identity"),
      kind<Residual<List<Conv<4, 6, 3, 2>, Tanh>, List<Conv<4, 6, 1, 2, NoBias, As<"skip">>>>>("Residual, shortcut"),
      kind<Repeat<3, List<Tanh, Block>, FirstCopy<1>>>("Repeat<3>"),
      kind<Repeat<0, List<Tanh>>>("Repeat<0>"),
      kind<Repeat<2, List<Conv<4, 4, 3, 1, WeightNorm, As<"conv">>, Relu>>>("Repeat<2>, simple")};
}

Tensor signal(Size size) { return normal({Running::batch, channels, size.height, size.width}, 1); }

}  // namespace

TEST_CASE("an operation gives the channels and the size it declares", "[laws][operation]") {
  for (Kind const& kind : operations()) {
    for (Size const size : {Size{5, 5}, Size{4, 7}, Size{9, 6}}) {
      CAPTURE(kind.name, size.height, size.width);
      Running const running = kind.make(size, 5);
      CHECK(running(signal(size))
                .sizes()
                .equals({Running::batch, running.channels_out, running.size_out.height, running.size_out.width}));
    }
  }
}

TEST_CASE("an operation's gradient is that of finite differences", "[laws][operation]") {
  for (Kind const& kind : operations()) {
    CAPTURE(kind.name);
    Running const running = kind.make({5, 6}, 5);
    Tensor const x = signal({5, 6});
    std::vector<Tensor> inputs{x};
    // what is kept and not learned (tau, n, k) is not asked for
    for (Parameter const& p : running.parameters) {
      if (p.learned) inputs.push_back(p.tensor);
    }
    CHECK(gradient_error([&] { return running(x); }, inputs) < 1e-6);
  }
}

TEST_CASE("an operation treats every sample alone", "[laws][operation]") {
  for (Kind const& kind : operations()) {
    CAPTURE(kind.name);
    Running const running = kind.make({6, 5}, 5);
    Tensor const x = signal({6, 5}), all = running(x);
    for (std::int64_t b = 0; b < Running::batch; ++b) {
      CHECK(distance(running(x.narrow(0, b, 1), b, 1), all.narrow(0, b, 1)) < 1e-12);
    }
  }
}

TEST_CASE("an operation does not change its input", "[laws][operation]") {
  for (Kind const& kind : operations()) {
    CAPTURE(kind.name);
    Running const running = kind.make({5, 6}, 5);
    Tensor const x = signal({5, 6}), before = x.clone(), state = running.state.clone();
    running(x);
    CHECK(distance(x, before) == 0);
    CHECK(distance(running.state, state) == 0);
  }
}

TEST_CASE("an absent signal stays absent, where nothing is added", "[laws][operation]") {
  for (Kind const& kind : operations()) {
    CAPTURE(kind.name);
    Running const running = kind.make({5, 6}, 5);
    Signal const y = running(Signal{});
    if (kind.name.starts_with("AddBias")) {
      CHECK(distance(y, running.parameters[0].tensor.unsqueeze(0).expand({Running::batch, channels, 5, 6})) == 0);
    } else if (kind.name == "ZeroIfAbsent") {
      CHECK(distance(y, zeros({Running::batch, channels, 5, 6}, at::TensorOptions(at::kDouble))) == 0);
    } else if (kind.name == "AddInput") {
      CHECK(distance(y, running.external) == 0);
    } else {
      CHECK(!y.defined());
    }
  }
}

// Another one, with other numbers, becomes this one when it gets the listed numbers.
TEST_CASE("what an operation lists is all that it has", "[laws][operation]") {
  for (Kind const& kind : operations()) {
    CAPTURE(kind.name);
    Running const mine = kind.make({6, 5}, 50), other = kind.make({6, 5}, 500);
    REQUIRE(names(mine.parameters) == names(other.parameters));
    for (std::size_t i = 0; i < mine.parameters.size(); ++i) {
      Tensor copy = other.parameters[i].tensor;
      assign(copy, mine.parameters[i].tensor);
      CHECK(copy.scalar_type() == at::kDouble);
    }
    CHECK(distance(mine(signal({6, 5})), other(signal({6, 5}))) == 0);
  }
}
