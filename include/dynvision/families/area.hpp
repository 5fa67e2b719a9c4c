// Area: a layer of a model family, written as its operations in the published order. C is the choice of policies.
//
//   template <class C>
//   struct V4 : Area<"V4", C, Convolution<C, 64, 121, 3>, AddInput, SkipFrom<C, "V1">, Step<C>, Nonlinearity<C>,
//                    Supralinear, Record, DelayOf<C>, MaxPool<3, 2>> {};
//
//   Convolution<C, In, Out, K>       convolution and recurrence (families/recurrent_convolution.hpp)
//   SkipFrom<C, "V1">                AddSkip<"V1", I>, nothing with NoSkip
//   FeedbackFrom<C, "IT">            AddFeedback<"IT", I>, nothing with NoFeedback
//   Step<C>                          Evolve<Solver>, nothing with NoSolver; with its noise, if there is any
//   Nonlinearity<C>                  Relu, or another one
//   DelayOf<C>                       Delay, DelayBy<How> with FeedforwardDelay<How>
//
// The policy Order computes them in another order (families/order.hpp).
#pragma once
#include <dynvision/families/policies.hpp>
#include <dynvision/families/recurrent_convolution.hpp>
#include <dynvision/model/layer.hpp>
#include <dynvision/operations/add_feedback.hpp>
#include <dynvision/operations/add_input.hpp>
#include <dynvision/operations/add_skip.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/noise.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/supralinear.hpp>

namespace dynvision::families {

template <Name N, class C, class... Operations>
using Area = typename LayerOf<N, typename C::order::template of<Operations...>>::type;

template <class C, Name Source, class... With>
using SkipFrom = std::conditional_t<std::is_void_v<typename C::skip>, List<>,  //
                                    List<AddSkip<Source, typename C::skip, With...>>>;
template <class C, Name Source, class... With>
using FeedbackFrom = std::conditional_t<std::is_void_v<typename C::feedback>, List<>,
                                        List<AddFeedback<Source, typename C::feedback, With...>>>;

// Noise of a scaling at its side of the solver; void: none.
template <class Scaling, class... Solver> struct Noisy {
  using type = std::conditional_t<Scaling::side == SideOfSolver::before, TimeStep<Noise<Scaling>, Solver...>,
                                  TimeStep<Solver..., Noise<Scaling>>>;
};
template <class Solver> struct Noisy<void, Solver> { using type = List<Solver>; };
template <> struct Noisy<void> { using type = List<>; };
template <class C, Name TauPath = "tau_{}">
using Step = typename std::conditional_t<std::is_same_v<typename C::solver, NoSolver>, Noisy<typename C::noise>,
                                         Noisy<typename C::noise, Evolve<typename C::solver, As<TauPath>>>>::type;

template <class C> using Nonlinearity = typename C::nonlinearity;
template <class C> using DelayOf = typename C::memory;

}  // namespace dynvision::families
