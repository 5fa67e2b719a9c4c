// CORnet-RT: four areas with a lateral self connection, every area one time step behind the one before it.
//
//   m(t) = relu(GN(W1 * x(t) + b1)) + w r(t - t_recurrence)      x of V1: the image at t; else r of the area before, at
//   r(t) = relu(GN(W2 * m(t)))                                   t - t_feedforward
//
// GN: group normalisation, 32 groups; w = 1, fixed; dt = t_feedforward = t_recurrence = 2 ms: one step. States exist as
// zeros before there is input: an area that has none yet starts from m = 0. There is no differential equation.
// Source: Kubilius et al. 2018, "CORnet: modeling the neural mechanisms of core object recognition", and the network
// published with it.
//
//   CorNetRT<> model;                                          1000 classes, images of any size
//   CorNetRT<> model({.n_classes = 10, .input_dims = {3, 64, 64}});
//   CorNetRT<Full, ToOutput, Euler, Skip<>, Feedback<Multiplicative>> other;
//
// The first argument is the recurrence type, the others are policies in any order (families/policies.hpp), with the defaults
// ToMiddle, Additive, NoSolver, NoSkip, NoFeedback, Relu and the order below. Skips lead from V1 to V4 and from V2 to IT,
// feedback from V4 to V1 and from IT to V2.
//
//   V1 3->64->64, kernels 7, 3, strides 4, 1    V2 64->128->128, V4 128->256->256, IT 256->512->512, kernel 3, strides 2, 1
#pragma once
#include <dynvision/connections/no_recurrence.hpp>
#include <dynvision/connections/self.hpp>
#include <dynvision/families/area.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/group_norm.hpp>
#include <dynvision/operations/zero_if_absent.hpp>
#include <dynvision/run/unroll.hpp>

namespace dynvision {

namespace cornet_rt {

using namespace families;
using Defaults = List<ToMiddle, Additive, NoSolver, NoSkip, NoFeedback, Relu, PublishedOrder, WholeSteps>;

// Before the second convolution there is always a signal.
template <class C, int In, int Out, int K, int Stride>
using Convolved = WithRecurrence<C, typename C::template recurrence<Out, K, target_channels<C, In, Out, Out>, NoBias>,
                                 List<Conv<In, Out, K, Stride>, GroupNorm<32, As<"{}.mid_modules">>, MiddleRelu>,
                                 List<ZeroIfAbsent, Conv<Out, Out, 3, 1, NoBias, As<"{}.conv2">>>>;

template <class C>
struct V1 : Area<"V1", C, Convolved<C, image_channels, 64, 7, 4>, AddInput, FeedbackFrom<C, "V4">, GroupNorm<32>,
                 Step<C>, Nonlinearity<C>, Supralinear, Record, Delay> {};
template <class C>
struct V2 : Area<"V2", C, Convolved<C, 64, 128, 3, 2>, AddInput, FeedbackFrom<C, "IT">, GroupNorm<32>, Step<C>,
                 Nonlinearity<C>, Supralinear, Record, Delay> {};
template <class C>
struct V4 : Area<"V4", C, Convolved<C, 128, 256, 3, 2>, AddInput, SkipFrom<C, "V1">, GroupNorm<32>, Step<C>,
                 Nonlinearity<C>, Supralinear, Record, Delay> {};
template <class C>
struct IT : Area<"IT", C, Convolved<C, 256, 512, 3, 2>, AddInput, SkipFrom<C, "V2">, GroupNorm<32>, Step<C>,
                 Nonlinearity<C>, Supralinear, Record, Delay> {};

template <class C> using FourAreas = Model<V1<C>, V2<C>, V4<C>, IT<C>>;

}  // namespace cornet_rt

template <template <int...> class Recurrence = Self, class... Policies>
struct CorNetRT : cornet_rt::FourAreas<ChoiceOf<cornet_rt::Defaults, Recurrence, Policies...>> {
  static constexpr std::string_view model_name = "CorNetRT";
  using Base = cornet_rt::FourAreas<ChoiceOf<cornet_rt::Defaults, Recurrence, Policies...>>;

  // dt, t_feedforward, t_recurrence [ms]: one step each; IT hands on to the head at once.
  static Options published() {
    return {.n_classes = 1000,
            .dt = 2,
            .t_feedforward = 2,
            .t_recurrence = 2,
            .layers = {{"IT", {.t_feedforward = 0}}},
            .fixed_self_weight = 1,
            .feedforward_init = FeedforwardInit::kaiming_uniform};
  }

  CorNetRT(Options const& given = {}) : Base(given.over(published())) {}  // NOLINT: implicit on purpose
};

}  // namespace dynvision
