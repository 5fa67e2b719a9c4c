// DyRCNN: recurrent convolutional networks with continuous-time dynamics, two, four and eight convolutions deep.
//
//   tau dr/dt = -r + u,  u(t) = W * input + rec(r(t - t_recurrence)) + skip(t - t_skip) + feedback(t - t_feedback)
//
// and the nonlinearity after each step: r(t) = f(r(t - dt) + dt/tau (u(t) - r(t - dt))) with Euler.
// Source: Gutzen & Lindsay 2025, eqs. 1-3, in the order of operations of their models.
//
//   DyRCNNx4<> model({.n_classes = 10, .input_dims = {3, 32, 32}});
//   DyRCNNx8<Full, ToMiddle, RungeKutta4, Feedback<Multiplicative>> other;
//
// The first argument is the recurrence type (Full, Self, Depthwise, Pointwise, DepthPointwise, PointDepthwise, Local,
// LocalDepthwise, NoRecurrence, or a user's), the others are policies in any order (families/policies.hpp).
// Layers, channels, delays, initialisation and parameter names are those of the Python toolbox (docs/parity.md).
//
//   x2  layer1, layer2    C->36, 36->64                     kernel 3, stride 1      skip layer1->layer2, feedback back
//   x4  V1, V2, V4, IT    C->36->64->121->256               kernel 3, IT stride 2   skips V1->V4, V2->IT, feedback back
//   x8  V1, V2, V4, IT    C->64->144->256->529, twice each  kernel 5, 3, 3, 3, stride 2 then 1    as x4
// Pooling: maximum 3x3, stride 2, after the first layer (x2), after V1 and V2 (x4, x8).
#pragma once
#include <dynvision/connections/depth_pointwise.hpp>
#include <dynvision/connections/depthwise.hpp>
#include <dynvision/connections/full.hpp>
#include <dynvision/connections/local.hpp>
#include <dynvision/connections/local_depthwise.hpp>
#include <dynvision/connections/no_recurrence.hpp>
#include <dynvision/connections/point_depthwise.hpp>
#include <dynvision/connections/pointwise.hpp>
#include <dynvision/connections/self.hpp>
#include <dynvision/dynamics/runge_kutta4.hpp>
#include <dynvision/families/area.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/add_bias.hpp>
#include <dynvision/operations/add_feedback.hpp>
#include <dynvision/operations/add_skip.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/group_norm.hpp>
#include <dynvision/operations/input_adaption.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/operations/retina.hpp>
#include <dynvision/run/unroll.hpp>

namespace dynvision {

using DyRCNNDefaults = List<ToOutput, Additive, Euler, Skip<>, NoFeedback, Relu, PublishedOrder, NoRetina, NoNoise,
                            WholeSteps, FeedforwardDelay<>>;
template <template <int...> class R, class... Policies> struct Choice : ChoiceOf<DyRCNNDefaults, R, Policies...> {};

// C is the choice of policies; the areas are written as families/area.hpp says.
namespace dyrcnn {

using namespace families;

// What stands before the first convolution, and the channels that enter it.
template <class C>
using Entry = std::conditional_t<C::retina, Front<InputAdaption, Retina<image_channels>>, Front<InputAdaption>>;
template <class C> inline constexpr int entering = C::retina ? 18 : image_channels;

namespace x2 {
template <class C> using Tau = Step<C, "tstep_{}.tau">;
template <class C>
struct Layer1 : Area<"layer1", C, Entry<C>, Convolution<C, entering<C>, 36, 3>, AddInput, FeedbackFrom<C, "layer2">,
                     Tau<C>, Nonlinearity<C>, Supralinear, Record, DelayOf<C>, MaxPool<3, 2>> {};
template <class C>
struct Layer2 : Area<"layer2", C, Convolution<C, 36, 64, 3>, AddInput, SkipFrom<C, "layer1">, Tau<C>, Nonlinearity<C>,
                     Supralinear, Record, DelayOf<C>> {};
}  // namespace x2

namespace x4 {
template <class C>
struct V1 : Area<"V1", C, Entry<C>, Convolution<C, entering<C>, 36, 3>, AddInput, FeedbackFrom<C, "V4">, Step<C>,
                 Nonlinearity<C>, Supralinear, Record, DelayOf<C>, MaxPool<3, 2>> {};
template <class C>
struct V2 : Area<"V2", C, Convolution<C, 36, 64, 3>, AddInput, FeedbackFrom<C, "IT">, Step<C>, Nonlinearity<C>,
                 Supralinear, Record, DelayOf<C>, MaxPool<3, 2>> {};
template <class C>
struct V4 : Area<"V4", C, Convolution<C, 64, 121, 3>, AddInput, SkipFrom<C, "V1">, Step<C>, Nonlinearity<C>,
                 Supralinear, Record, DelayOf<C>> {};
template <class C>
struct IT : Area<"IT", C, Convolution<C, 121, 256, 3, 2>, AddInput, SkipFrom<C, "V2">, Step<C>, Nonlinearity<C>,
                 Supralinear, Record, DelayOf<C>> {};

// With the default policies V1 is:
static_assert(std::is_same_v<V1<Choice<Full>>::operations,
                             List<InputAdaption, Conv<image_channels, 36, 3>, Recur<Full<36, 3>, Additive>, AddInput,
                                  Evolve<Euler, As<"tau_{}">>, Relu, Supralinear, Record, Delay, MaxPool<3, 2>>>);
}  // namespace x4

namespace x8 {
template <class C>
struct V1 : Area<"V1", C, Entry<C>, TwoConvolutions<C, entering<C>, 64, 64, 5, 2>, AddInput, FeedbackFrom<C, "V4">,
                 Step<C>, Nonlinearity<C>, Supralinear, Record, DelayOf<C>, MaxPool<3, 2>> {};
template <class C>
struct V2 : Area<"V2", C, TwoConvolutions<C, 64, 144, 144, 3, 2>, AddInput, FeedbackFrom<C, "IT">, Step<C>,
                 Nonlinearity<C>, Supralinear, Record, DelayOf<C>, MaxPool<3, 2>> {};
template <class C>
struct V4 : Area<"V4", C, TwoConvolutions<C, 144, 256, 256, 3, 2>, AddInput, SkipFrom<C, "V1">, Step<C>,
                 Nonlinearity<C>, Supralinear, Record, DelayOf<C>> {};
template <class C>
struct IT : Area<"IT", C, TwoConvolutions<C, 256, 529, 529, 3, 2>, AddInput, SkipFrom<C, "V2">, Step<C>,
                 Nonlinearity<C>, Supralinear, Record, DelayOf<C>> {};
}  // namespace x8

template <class C> using TwoLayers = Model<x2::Layer1<C>, x2::Layer2<C>>;
template <class C> using FourLayers = Model<x4::V1<C>, x4::V2<C>, x4::V4<C>, x4::IT<C>>;
template <class C> using EightLayers = Model<x8::V1<C>, x8::V2<C>, x8::V4<C>, x8::IT<C>>;

}  // namespace dyrcnn

template <template <int...> class Recurrence = Full, class... Policies>
struct DyRCNNx2 : dyrcnn::TwoLayers<Choice<Recurrence, Policies...>> {
  static constexpr std::string_view model_name = "DyRCNNx2";
  using Base = dyrcnn::TwoLayers<Choice<Recurrence, Policies...>>;
  using Base::Base;
};

template <template <int...> class Recurrence = Full, class... Policies>
struct DyRCNNx4 : dyrcnn::FourLayers<Choice<Recurrence, Policies...>> {
  static constexpr std::string_view model_name = "DyRCNNx4";
  using Base = dyrcnn::FourLayers<Choice<Recurrence, Policies...>>;
  using Base::Base;
};

template <template <int...> class Recurrence = Full, class... Policies>
struct DyRCNNx8 : dyrcnn::EightLayers<Choice<Recurrence, Policies...>> {
  static constexpr std::string_view model_name = "DyRCNNx8";
  using Base = dyrcnn::EightLayers<Choice<Recurrence, Policies...>>;
  using Base::Base;
};

}  // namespace dynvision
