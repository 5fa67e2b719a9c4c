// CordsNet: a residual network of nine layers, in which every area is a recurrent network in continuous time.
//
//   tau dr/dt = -r + relu( W * x + rec(r) + b )       r(t) = relu( r(t - dt) + dt/tau (relu(...) - r(t - dt)) ) with Euler
//   x of layer l: r_{l-1}(t - dt) + S(r_{l-2}(t - dt));   layer1: p(t);  layer2: r_1(t - dt) + S(p(t))
//   p = mean_{3 x 3}(W0 * image): layer0, without nonlinearity and dynamics;  output: z = W (r_7 + r_8) + b, global mean
//
// All weights are normalised (w = g v/|v|) and without a bias of their own; b (C,H,W) is a bias for each place.
// dt = t_feedforward = t_recurrence = t_skip = 2 ms, tau = 10 ms. The published trials begin with 100 blank steps
// (run::Settings::idle_timesteps); train/cordsnet_training.hpp has the published training.
// Source: Soo, Battista, Radmard & Wang 2024, "Recurrent neural network dynamical systems for biological vision", and the
// network published with it.
//
//   CordsNet<> model;                                              1000 classes, images of 224 x 224
//   CordsNet<> model({.n_classes = 10, .input_dims = {3, 32, 32}});
//   CordsNet<DepthPointwise, RungeKutta4, Multiplicative> other;
//
// The first argument is the recurrence type, the others are policies in any order (families/policies.hpp), with the defaults
// ToOutput, Additive, Euler, Skip<>, Relu and the order below. Weight normalisation applies where the recurrence type allows it.
//
//   layer0 3->64, kernel 7, stride 2, mean 3 x 3 stride 2     layer1 ... layer8, kernel 3: 64, 64, 128, 128, 256, 256, 512,
//   512 channels, strides 1, 1, 2, 1, 2, 1, 2, 1     S: 3 x 3 (layer2), 1 x 1 with stride 2 (layers 4, 6, 8), else identity
#pragma once
#include <dynvision/connections/full.hpp>
#include <dynvision/connections/no_recurrence.hpp>
#include <dynvision/families/ordered_layer.hpp>
#include <dynvision/families/recurrent_convolution.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/add_bias.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/run/unroll.hpp>

namespace dynvision {

// The numbers of the published network.
struct CordsNetOptions {
  int n_classes = 1000;
  std::array<int, 3> input_dims = {3, 224, 224};  // (C,H,W); the biases belong to places

  double dt = 2;             // [ms]
  double tau = 10;           // [ms]
  double t_feedforward = 2;  // [ms] layers 1 to 7; layer0 hands on at once, layer8 too
  double t_recurrence = 2;   // [ms]
  double t_skip = 2;         // [ms] but from layer0, and to the head: the same step
  std::vector<std::pair<std::string, LayerOptions>> layers{};

  bool train_tau = false;
  bool feedforward_only = false;
  std::optional<double> max_weight_init = 0.02;  // of recurrent weights at the start: about 1/sqrt(inputs)
  FeedforwardInit feedforward_init = FeedforwardInit::kaiming_uniform;
  std::optional<std::uint64_t> seed{};
  at::ScalarType dtype = at::kFloat;
  at::Device device = at::kCPU;

  Options options() const {
    Options o{.n_classes = n_classes, .input_dims = input_dims, .dt = dt, .tau = tau};
    o.t_feedforward = t_feedforward, o.t_recurrence = t_recurrence, o.t_skip = t_skip;
    o.layers = layers;
    o.layers.push_back({"layer0", {.t_feedforward = 0}});
    o.layers.push_back({"layer8", {.t_feedforward = 0}});
    o.train_tau = train_tau, o.feedforward_only = feedforward_only;
    o.max_weight_init = max_weight_init, o.feedforward_init = feedforward_init;
    o.seed = seed, o.dtype = dtype, o.device = device;
    return o;
  }
};

namespace cordsnet {

using PublishedOrder = Order<"addskip", "layer", "addbias", "addext", "pool", "nonlin", "tstep", "nonlin", "supralin",
                             "record", "delay", "readout">;
using Defaults = List<ToOutput, Additive, Euler, Skip<>, Relu, PublishedOrder>;

template <class Choice, int In, int Out, int Stride> constexpr auto area() {
  using Target = typename Choice::target;
  using Forward = List<Conv<In, Out, 3, Stride, NoBias, WeightNorm>>;
  constexpr int target_channels = std::is_same_v<Target, ToInput> ? In : Out;
  using Plain = typename Choice::template recurrence<Out, 3, target_channels, NoBias>;
  using Normalised = typename Choice::template recurrence<Out, 3, target_channels, NoBias, WeightNorm>;
  using Recurrent = List<std::conditional_t<Normalised::fault == Fault::normalisation, Plain, Normalised>>;
  if constexpr (std::is_same_v<Target, ToMiddle>) {
    return List<MiddleOfOneConvolution>{};
  } else if constexpr (std::is_same_v<Target, ToInput>) {
    return join<Recurrent, Forward>{};
  } else {
    return join<Forward, Recurrent>{};
  }
}

struct Layer0Parts {
  using layer = List<Conv<image_channels, 64, 7, 2, NoBias, WeightNorm>>;
  using pool = List<AvgPool<3, 2>>;
};
template <class Choice, int In, int Out, int Stride, class Skips = List<>, class Readout = List<>> struct AreaParts {
  using layer = decltype(area<Choice, In, Out, Stride>());
  using addskip = Skips;
  using addbias = List<AddBias<Spatial>>;
  using nonlinearity = typename Choice::nonlinearity;
  using tstep = Evolved<typename Choice::solver>;
  using readout = Readout;
};

template <class C, Name Source, class... With> using From = SkipFrom<Source, typename C::skip, With...>;
// To the same resolution and channels, from two layers before.
template <class C, Name Source> using Down = From<C, Source, Through<1, 2>, NoBias, WeightNorm>;
template <class C> using Entry = From<C, "layer0", Through<3>, NoBias, WeightNorm, SameStep>;
// What the head reads is the sum of two layers.
using BothLast = List<AddSkip<"layer7", SameStep, As<"readout_{}">>>;

template <class C, Name N, class Parts> using Ordered = OrderedLayer<N, typename C::order, Parts>;
template <class C> struct Layer0 : Ordered<C, "layer0", Layer0Parts> {};
template <class C> struct Layer1 : Ordered<C, "layer1", AreaParts<C, 64, 64, 1>> {};
template <class C> struct Layer2 : Ordered<C, "layer2", AreaParts<C, 64, 64, 1, Entry<C>>> {};
template <class C> struct Layer3 : Ordered<C, "layer3", AreaParts<C, 64, 128, 2, From<C, "layer1">>> {};
template <class C> struct Layer4 : Ordered<C, "layer4", AreaParts<C, 128, 128, 1, Down<C, "layer2">>> {};
template <class C> struct Layer5 : Ordered<C, "layer5", AreaParts<C, 128, 256, 2, From<C, "layer3">>> {};
template <class C> struct Layer6 : Ordered<C, "layer6", AreaParts<C, 256, 256, 1, Down<C, "layer4">>> {};
template <class C> struct Layer7 : Ordered<C, "layer7", AreaParts<C, 256, 512, 2, From<C, "layer5">>> {};
template <class C> struct Layer8 : Ordered<C, "layer8", AreaParts<C, 512, 512, 1, Down<C, "layer6">, BothLast>> {};

using Head = LinearHead<As<"classifier.3">, WeightNorm>;
template <class C>
using NineLayers =
    ModelWith<Head, Layer0<C>, Layer1<C>, Layer2<C>, Layer3<C>, Layer4<C>, Layer5<C>, Layer6<C>, Layer7<C>, Layer8<C>>;

}  // namespace cordsnet

template <template <int...> class Recurrence = Full, class... Policies>
struct CordsNet : cordsnet::NineLayers<ChoiceOf<cordsnet::Defaults, Recurrence, Policies...>> {
  static constexpr std::string_view model_name = "CordsNet";
  using Base = cordsnet::NineLayers<ChoiceOf<cordsnet::Defaults, Recurrence, Policies...>>;

  static Options published() { return CordsNetOptions{}.options(); }

  CordsNet(CordsNetOptions const& numbers = {}) : Base(numbers.options()) {}  // NOLINT: implicit on purpose
  template <std::same_as<Options> O> explicit CordsNet(O numbers) : Base(std::move(numbers)) {}
};

}  // namespace dynvision
