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
#include <dynvision/families/area.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/add_bias.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/run/unroll.hpp>

namespace dynvision {

namespace cordsnet {

using namespace families;
using Defaults = List<ToOutput, Additive, Euler, Skip<>, Relu, PublishedOrder, WholeSteps>;

// Both weights normalised, the recurrent one where its type allows it.
template <class C, int In, int Out,
          class R = typename C::template recurrence<Out, 3, target_channels<C, In, In, Out>, NoBias, WeightNorm>>
using LateralOf =
    std::conditional_t<R::fault == Fault::parametrisation,
                       typename C::template recurrence<Out, 3, target_channels<C, In, In, Out>, NoBias>, R>;
template <class C, int In, int Out, int Stride>
using Convolved = WithRecurrence<C, LateralOf<C, In, Out>, List<Conv<In, Out, 3, Stride, NoBias, WeightNorm>>>;

template <class C, Name N, int In, int Out, int Stride, class Skip = List<>, class... Last>
using Recurrent = Area<N, C, Skip, Convolved<C, In, Out, Stride>, AddBias<Spatial>, AddInput, Nonlinearity<C>, Step<C>,
                       Nonlinearity<C>, Supralinear, Record, Delay, Last...>;
// To the same resolution and channels, from two layers before.
template <class C, Name Source> using Down = SkipFrom<C, Source, Through<1, 2>, NoBias, WeightNorm>;
template <class C> using FromEntry = SkipFrom<C, "layer0", Through<3>, NoBias, WeightNorm, SameStep>;
// What the head reads is the sum of two layers.
using BothLast = families::Readout<AddSkip<"layer7", SameStep, As<"readout_{}">>>;

template <class C>
struct Layer0 : Area<"layer0", C, Convolutions<Conv<image_channels, 64, 7, 2, NoBias, WeightNorm>>, AddInput,
                     AvgPool<3, 2>, Supralinear, Record, Delay> {};
template <class C> struct Layer1 : Recurrent<C, "layer1", 64, 64, 1> {};
template <class C> struct Layer2 : Recurrent<C, "layer2", 64, 64, 1, FromEntry<C>> {};
template <class C> struct Layer3 : Recurrent<C, "layer3", 64, 128, 2, SkipFrom<C, "layer1">> {};
template <class C> struct Layer4 : Recurrent<C, "layer4", 128, 128, 1, Down<C, "layer2">> {};
template <class C> struct Layer5 : Recurrent<C, "layer5", 128, 256, 2, SkipFrom<C, "layer3">> {};
template <class C> struct Layer6 : Recurrent<C, "layer6", 256, 256, 1, Down<C, "layer4">> {};
template <class C> struct Layer7 : Recurrent<C, "layer7", 256, 512, 2, SkipFrom<C, "layer5">> {};
template <class C> struct Layer8 : Recurrent<C, "layer8", 512, 512, 1, Down<C, "layer6">, BothLast> {};

using Head = LinearHead<As<"classifier.3">, WeightNorm>;
template <class C>
using NineLayers =
    ModelWith<Head, Layer0<C>, Layer1<C>, Layer2<C>, Layer3<C>, Layer4<C>, Layer5<C>, Layer6<C>, Layer7<C>, Layer8<C>>;

}  // namespace cordsnet

template <template <int...> class Recurrence = Full, class... Policies>
struct CordsNet : cordsnet::NineLayers<ChoiceOf<cordsnet::Defaults, Recurrence, Policies...>> {
  static constexpr std::string_view model_name = "CordsNet";
  using Base = cordsnet::NineLayers<ChoiceOf<cordsnet::Defaults, Recurrence, Policies...>>;

  // dt, the delays [ms]: one step each; layer0 hands on at once, layer8 too. Skips from layer0 and to the head take no time.
  static Options published() {
    return {.n_classes = 1000,
            .input_dims = {3, 224, 224},  // the biases belong to places
            .dt = 2,
            .tau = 10,
            .t_feedforward = 2,
            .t_recurrence = 2,
            .t_skip = 2,
            .layers = {{"layer0", {.t_feedforward = 0}}, {"layer8", {.t_feedforward = 0}}},
            .max_weight_init = 0.02,  // about 1/sqrt(inputs)
            .feedforward_init = FeedforwardInit::kaiming_uniform};
  }

  CordsNet(Options const& given = {}) : Base(given.over(published())) {}  // NOLINT: implicit on purpose
};

}  // namespace dynvision
