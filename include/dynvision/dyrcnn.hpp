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
#include <dynvision/families/ordered_layer.hpp>
#include <dynvision/families/recurrent_convolution.hpp>
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

namespace dyrcnn {

// What stands before the first layer, and the channels it hands on.
template <class Choice>
using Front = std::conditional_t<Choice::retina, List<InputAdaption, Retina<image_channels>>, List<InputAdaption>>;
template <class Choice> inline constexpr int front_channels = Choice::retina ? 18 : image_channels;

template <class Choice, Name TauPath = "tau_{}"> struct Common {
  using tstep = Evolved<typename Choice::solver, TauPath>;
  using nonlinearity = typename Choice::nonlinearity;
};
using Pool = List<MaxPool<3, 2>>;

namespace x2 {
template <class Choice> struct Layer1Parts : Common<Choice, "tstep_{}.tau"> {
  using front = Front<Choice>;
  using layer = decltype(single_convolution<Choice, front_channels<Choice>, 36, 3, 1>());
  using addfeedback = FeedbackFrom<"layer2", typename Choice::feedback>;
  using pool = Pool;
};
template <class Choice> struct Layer2Parts : Common<Choice, "tstep_{}.tau"> {
  using layer = decltype(single_convolution<Choice, 36, 64, 3, 1>());
  using addskip = SkipFrom<"layer1", typename Choice::skip>;
};
template <class Choice> struct Layer1 : OrderedLayer<"layer1", typename Choice::order, Layer1Parts<Choice>> {};
template <class Choice> struct Layer2 : OrderedLayer<"layer2", typename Choice::order, Layer2Parts<Choice>> {};
}  // namespace x2

namespace x4 {
template <class Choice> struct V1Parts : Common<Choice> {
  using front = Front<Choice>;
  using layer = decltype(single_convolution<Choice, front_channels<Choice>, 36, 3, 1>());
  using addfeedback = FeedbackFrom<"V4", typename Choice::feedback>;
  using pool = Pool;
};
template <class Choice> struct V2Parts : Common<Choice> {
  using layer = decltype(single_convolution<Choice, 36, 64, 3, 1>());
  using addfeedback = FeedbackFrom<"IT", typename Choice::feedback>;
  using pool = Pool;
};
template <class Choice> struct V4Parts : Common<Choice> {
  using layer = decltype(single_convolution<Choice, 64, 121, 3, 1>());
  using addskip = SkipFrom<"V1", typename Choice::skip>;
};
template <class Choice> struct ITParts : Common<Choice> {
  using layer = decltype(single_convolution<Choice, 121, 256, 3, 2>());
  using addskip = SkipFrom<"V2", typename Choice::skip>;
};
template <class Choice> struct V1 : OrderedLayer<"V1", typename Choice::order, V1Parts<Choice>> {};
template <class Choice> struct V2 : OrderedLayer<"V2", typename Choice::order, V2Parts<Choice>> {};
template <class Choice> struct V4 : OrderedLayer<"V4", typename Choice::order, V4Parts<Choice>> {};
template <class Choice> struct IT : OrderedLayer<"IT", typename Choice::order, ITParts<Choice>> {};
}  // namespace x4

namespace x8 {
template <class Choice> struct V1Parts : Common<Choice> {
  using front = Front<Choice>;
  using layer = decltype(double_convolution<Choice, front_channels<Choice>, 64, 64, 5, 2>());
  using addfeedback = FeedbackFrom<"V4", typename Choice::feedback>;
  using pool = Pool;
};
template <class Choice> struct V2Parts : Common<Choice> {
  using layer = decltype(double_convolution<Choice, 64, 144, 144, 3, 2>());
  using addfeedback = FeedbackFrom<"IT", typename Choice::feedback>;
  using pool = Pool;
};
template <class Choice> struct V4Parts : Common<Choice> {
  using layer = decltype(double_convolution<Choice, 144, 256, 256, 3, 2>());
  using addskip = SkipFrom<"V1", typename Choice::skip>;
};
template <class Choice> struct ITParts : Common<Choice> {
  using layer = decltype(double_convolution<Choice, 256, 529, 529, 3, 2>());
  using addskip = SkipFrom<"V2", typename Choice::skip>;
};
template <class Choice> struct V1 : OrderedLayer<"V1", typename Choice::order, V1Parts<Choice>> {};
template <class Choice> struct V2 : OrderedLayer<"V2", typename Choice::order, V2Parts<Choice>> {};
template <class Choice> struct V4 : OrderedLayer<"V4", typename Choice::order, V4Parts<Choice>> {};
template <class Choice> struct IT : OrderedLayer<"IT", typename Choice::order, ITParts<Choice>> {};
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
