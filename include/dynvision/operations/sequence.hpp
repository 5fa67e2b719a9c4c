// Sequence: several operations as one; what Residual and Repeat are made of.
//
//   y = op_n(... op_2(op_1(x)))
//
// The inner operations see a signal, and no state: operations of a signal alone, or with `forgets_state`. Their
// parameters are found under their own path (As<"conv1">), after that of the operation that contains them.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/flags.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/core/list.hpp>
#include <dynvision/core/number_text.hpp>

namespace dynvision {

template <class Op> constexpr bool is_inner() {  // may be a part of another operation
  return Operation<Op> && (SimpleOperation<Op> || ForgetsState<Op>);
}

template <class... Ops> struct Sequence {
  static constexpr bool forgets_state = true;
  static constexpr bool simple = ((SimpleOperation<Ops> && !MomentOperation<Ops>)&&...);
  static constexpr bool of_tensors = (SimpleOperation<Ops> && ...);  // perhaps outside training alone
  static constexpr Fault fault = [] {
    Fault found = Fault::none;
    [[maybe_unused]] auto const look = [&]<class Op>(std::type_identity<Op>) {
      if (found != Fault::none) return;
      if (!is_inner<Op>()) found = Fault::inner;
      if constexpr (requires { Op::fault; }) {
        if (Op::fault != Fault::none) found = Op::fault;
      }
    };
    (look(std::type_identity<Ops>{}), ...);
    return found;
  }();

  static constexpr auto numbers = NumbersOf<Ops...>::all;

  Row<Ops...> ops{};

  static constexpr int out_channels(int in) {
    [[maybe_unused]] auto const next = [&]<class Op>(std::type_identity<Op>) {
      if (in >= 0) in = dynvision::out_channels<Op>(in);
    };
    (next(std::type_identity<Ops>{}), ...);
    return in;
  }
  Size out_size(Size in) const {
    ops.each([&](auto const& op, int) { in = dynvision::out_size(op, in); });
    return in;
  }
  void compose(Composition& at) {  // leaves the channels and the size behind the last one
    ops.each([&]<class Op>(Op& op, int) {
      int const channels = at.channels;
      if constexpr (requires { op.compose(at); }) op.compose(at);
      at.channels = dynvision::out_channels<Op>(channels);
      if (at.size.height > 0) at.size = dynvision::out_size(op, at.size);
    });
  }
  // visit("conv1.weight", weight)
  void parameters(auto&& visit) {
    ops.each([&]<class Op>(Op& op, int position) {
      std::string prefix = number_text(position);
      if constexpr (requires { Op::path; }) prefix = Op::path;
      if (!prefix.empty()) prefix += '.';
      auto const inner = [&](std::string const& name, Tensor& tensor, auto... fixed) {
        visit(prefix + name, tensor, fixed...);
      };
      if constexpr (requires { op.parameters(inner); }) op.parameters(inner);
    });
  }
  void train(bool on) requires(TrainedOperation<Ops> || ...) {
    ops.each([&]<class Op>(Op& op, int) {
      if constexpr (TrainedOperation<Op>) op.train(on);
    });
  }
  // f(operation, (H,W) entering it, whether it is on the main way) for each, operations in operations included.
  void each_inner(Size in, auto&& f, bool main_way = true) const {
    ops.each([&](auto const& op, int) {
      if constexpr (requires { op.each_inner(in, f, main_way); }) {
        op.each_inner(in, f, main_way);
      } else {
        f(op, in, main_way);
      }
      in = dynvision::out_size(op, in);
    });
  }

  Tensor operator()(Tensor x) const requires of_tensors {
    ops.each([&](auto const& op, int) { x = op(x); });
    return x;
  }
  Signal operator()(Signal x, Moment& now) const requires(!simple) {
    ops.each([&](auto const& op, int) { x = apply(op, x, now); });
    return x;
  }
};

}  // namespace dynvision
