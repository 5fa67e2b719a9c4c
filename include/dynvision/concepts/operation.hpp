// Operation: what a layer is made of. A struct with one function; the rest is optional.
//
//   struct Threshold {                                      // applied where there is a signal
//     double theta = 0.1;
//     Tensor operator()(Tensor const& x) const { return x.sub(theta).relu(); }
//   };
//   struct Adapt {                                          // sees the moment, called for absent signals too
//     Signal operator()(Signal const& x, Moment& now) const;
//   };
//
// It may have both functions: the first is then what it does outside training, for every sample and step alone.
//
// Optional members, by name (a flag, bool, counts by its value: concepts/flags.hpp):
//   static constexpr int out_channels(int in)    channels leaving, channel_mismatch if `in` cannot enter; default: in
//   Size out_size(Size in) const                 (H,W) leaving; default: in
//   void compose(Composition& at)                make parameters, resolve delays; once, when the model is composed
//   static constexpr PartNumber numbers[]        numbers that Options set, described (concepts/part_number.hpp)
//   void parameters(auto&& visit)                visit("weight", weight) for a learned tensor,
//                                                visit("tau", tau, Fixed{}) for one that is kept but not learned
//   static constexpr std::string_view path       where parameters are found: "{}.conv"; {} is the layer's name
//   static constexpr std::string_view label      name of the operation in monitors and messages: "tstep"
//   static constexpr bool forgets_state          sees the moment, but reads no stored state: several steps may share it
//   static constexpr bool active_without_input   makes a signal where there is none yet: the output does not wait for input
//   void train(bool on)                          is different while a model is trained (dropout): see ModelWith::train
//   static constexpr std::array<std::string_view, K> states      states of its own: concepts/mechanism.hpp
#pragma once
#include <dynvision/concepts/mechanism.hpp>
#include <dynvision/concepts/moment.hpp>
#include <dynvision/core/name.hpp>
#include <dynvision/core/size.hpp>
#include <dynvision/core/tensor.hpp>

#include <concepts>
#include <string_view>

namespace dynvision {

struct Fixed {};  // a tensor that is saved with the model but not learned

// What `parameters` is given: visit(name, tensor), or visit(name, tensor, Fixed{}).
class ParameterVisitor {
 public:
  template <class F>
  explicit ParameterVisitor(F& f)
      : object_(&f), call_([](void* object, std::string_view name, Tensor& tensor, bool learned) {
          (*static_cast<F*>(object))(name, tensor, learned);
        }) {}
  void operator()(std::string_view name, Tensor& tensor) const { call_(object_, name, tensor, true); }
  void operator()(std::string_view name, Tensor& tensor, Fixed) const { call_(object_, name, tensor, false); }

 private:
  void* object_;
  void (*call_)(void*, std::string_view, Tensor&, bool);
};

// A tensor that is learned, or not, as the model's numbers say.
void visit_parameter(auto&& visit, std::string_view name, Tensor& tensor, bool learned) {
  if (learned) {
    visit(name, tensor);
  } else {
    visit(name, tensor, Fixed{});
  }
}

inline constexpr int image_channels = 0;  // channels: those of the image, a number of the model (Options::input_dims)
inline constexpr int any_units = 0;       // the same, of units that a number of the layer says (operations/linear.hpp)
inline constexpr int channel_mismatch = -1;  // channels: these cannot enter

template <class Op>
concept SimpleOperation = requires(Op const& op, Tensor const& x) {
  { op(x) } -> std::convertible_to<Tensor>;
};
template <class Op>
concept MomentOperation = requires(Op const& op, Signal const& x, Moment& now) {
  { op(x, now) } -> std::convertible_to<Signal>;
};
template <class Op>
concept TrainedOperation = requires(Op& op) {  // different while a model is trained
  op.train(true);
};
template <class Op>
concept Operation = std::default_initializable<Op> &&
    (SimpleOperation<Op> || MomentOperation<Op> || MechanismOperation<Op>);

// `parameters` of an operation that is only read: it is not const, because tensors are also assigned through it.
template <class Op> void read_parameters(Op const& op, ParameterVisitor const& visit) {
  if constexpr (requires(Op & own) { own.parameters(visit); }) const_cast<Op&>(op).parameters(visit);
}

// Channels agree: the same number, or one of them is the image's and known only at run time.
constexpr bool same_channels(int a, int b) { return a == b || a == image_channels || b == image_channels; }

template <class Op> constexpr int out_channels(int in) {
  if constexpr (requires { Op::out_channels(in); }) {
    return Op::out_channels(in);
  } else {
    return in;
  }
}

template <class Op> Size out_size(Op const& op, Size in) {
  if constexpr (requires { op.out_size(in); }) {
    return op.out_size(in);
  } else {
    return in;
  }
}

// The one place where an operation meets a signal.
template <class Op> Signal apply(Op const& op, Signal const& x, Moment& now) {
  if constexpr (MechanismOperation<Op>) {
    return apply_mechanism(op, x, now);
  } else if constexpr (MomentOperation<Op> && StatefulOperation<Op>) {
    Signal y = op(x, now);
    close_states(now, Op::states, label_of<Op>(), y.defined());
    return y;
  } else if constexpr (MomentOperation<Op>) {
    return op(x, now);
  } else {
    return x.defined() ? op(x) : x;
  }
}

}  // namespace dynvision
