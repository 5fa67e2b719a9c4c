// A layer of a model family: its parts, put in the order that the model asks for.
//
// Parts is a struct with, for each operation the layer defines, a List under the operation's name:
//   struct Parts { using layer = List<Conv<…>, Recur<…>>; using addskip = List<AddSkip<"V1">>; using pool = …; };
// Operations it does not define are skipped; unknown names are a compile-time error.
#pragma once
#include <dynvision/families/policies.hpp>
#include <dynvision/model/layer.hpp>
#include <dynvision/operations/add_feedback.hpp>
#include <dynvision/operations/add_input.hpp>
#include <dynvision/operations/add_skip.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/supralinear.hpp>

namespace dynvision {

// The solver's step, none with NoSolver.
template <class Solver, Name TauPath = "tau_{}">
using Evolved = std::conditional_t<std::is_same_v<Solver, NoSolver>, List<>, List<Evolve<Solver, As<TauPath>>>>;

// A connection of the policy Skip or Feedback, none with NoSkip or NoFeedback.
template <Name Source, class I, class... With>
using SkipFrom = std::conditional_t<std::is_void_v<I>, List<>, List<AddSkip<Source, I, With...>>>;
template <Name Source, class I, class... With>
using FeedbackFrom = std::conditional_t<std::is_void_v<I>, List<>, List<AddFeedback<Source, I, With...>>>;

template <Name Operation, class Parts> constexpr auto part() {
  constexpr std::string_view name = Operation.view();
  if constexpr (name == "layer") {
    return typename Parts::layer{};
  } else if constexpr (name == "addext") {
    return List<AddInput>{};
  } else if constexpr (name == "addskip") {
    if constexpr (requires { typename Parts::addskip; })
      return typename Parts::addskip{};
    else
      return List<>{};
  } else if constexpr (name == "addfeedback") {
    if constexpr (requires { typename Parts::addfeedback; })
      return typename Parts::addfeedback{};
    else
      return List<>{};
  } else if constexpr (name == "tstep") {
    if constexpr (requires { typename Parts::tstep; })
      return typename Parts::tstep{};
    else
      return List<>{};
  } else if constexpr (name == "nonlin") {
    if constexpr (requires { typename Parts::nonlinearity; })
      return List<typename Parts::nonlinearity>{};
    else
      return List<>{};
  } else if constexpr (name == "addbias") {
    if constexpr (requires { typename Parts::addbias; })
      return typename Parts::addbias{};
    else
      return List<>{};
  } else if constexpr (name == "supralin") {
    return List<Supralinear>{};
  } else if constexpr (name == "record") {
    return List<Record>{};
  } else if constexpr (name == "delay") {
    return List<Delay>{};
  } else if constexpr (name == "pool") {
    if constexpr (requires { typename Parts::pool; })
      return typename Parts::pool{};
    else
      return List<>{};
  } else if constexpr (name == "norm") {
    if constexpr (requires { typename Parts::norm; })
      return typename Parts::norm{};
    else
      return List<>{};
  } else if constexpr (name == "readout") {
    if constexpr (requires { typename Parts::readout; })
      return typename Parts::readout{};
    else
      return List<>{};
  } else {  // Order has said that there is no such operation
    return List<>{};
  }
}

template <class Order, class Parts> struct Ordered {
  using front = decltype([] {
    if constexpr (requires { typename Parts::front; })
      return typename Parts::front{};
    else
      return List<>{};
  }());
  using type = join<front, typename Order::template of<Parts>>;
};

template <Name N, class Order, class Parts>
using OrderedLayer = typename LayerOf<N, typename Ordered<Order, Parts>::type>::type;

}  // namespace dynvision
