// Operations of K networks beside each other: channels k C ... (k + 1) C - 1 are those of member k.
//
//   Linear<In, Out>             MemberLinear: a matrix of each, of its own inputs or of those that all share
//   Recur<FullyConnected<N>>    Recur<MemberLateral>: units meet those of their own network alone
//   AddSkip, AddFeedback        MemberIncoming: the same between areas
//   Readout                     MemberReadout: z (B, K Out)
//
// Operations that treat each unit by itself are what they are in one network: nonlinearities, Evolve, EvolvePotential, Noise, AddInput,
// Modulate, ApplyGain, Record, Delay, DelayBy. What no ensemble can have is one compile-time message; for an operation of
// one's own that is sound in an ensemble:
//
//   template <int K, bool shares> struct dynvision::ensembles::OperationOfMembers<K, shares, Mine> { using type = Mine; };
#pragma once
#include <dynvision/model/model.hpp>
#include <dynvision/operations/add_feedback.hpp>
#include <dynvision/operations/add_skip.hpp>
#include <dynvision/operations/apply_gain.hpp>
#include <dynvision/operations/delay_by.hpp>
#include <dynvision/operations/modulate.hpp>
#include <dynvision/operations/readout.hpp>
#include <dynvision/rate/ensembles/member_weights.hpp>
#include <dynvision/rate/rate_layer.hpp>

namespace dynvision::ensembles {

// What a part is told while it is composed as the part of one of K members.
template <class F> void in_one_member(Composition& at, int n_members, F const& compose) {
  at.channels /= n_members;
  for (StoredLayer& place : at.places) place.state_channels /= n_members;
  compose();
  at.channels *= n_members;
  for (StoredLayer& place : at.places) place.state_channels *= n_members;
}

template <int K, bool shares, int In, int Out, class... With> struct MemberLinear : Linear<In, Out, With...> {
  static constexpr int out_channels(int in) {
    if (!shares && in % K != 0) return channel_mismatch;
    int const out = Linear<In, Out, With...>::out_channels(shares ? in : in / K);
    return out > 0 ? K * out : out;
  }
  int channels_out() const requires(Out == any_units) { return K * this->units; }

  void compose(Composition& at) {
    bool const bias = at.options.bias && !has<NoBias, With...>;
    this->kernel =
        weight_of_members<K, With...>(at, this->units, shares ? at.channels : at.channels / K, bias, shares ? 1 : K);
  }
};

template <int K, int C, int D> struct MemberLateral {  // of FullyConnected
  static constexpr int state_channels = K * C, target_channels = K * D;
  Weight units;  // (K,D,C)

  void compose(Composition& at, bool bias, Parametrisations const& weights, int target) {
    units = {.groups = K};
    units.weight = at.constant({K, target / K, at.state_channels() / K}, 1);
    if (bias) units.bias = at.constant({K, target / K}, 0);
    units.parametrise(at, weights);
  }
  void parameters(auto&& visit) { units.parameters("", visit); }
  std::array<Weight const*, 1> convolutions() const { return {&units}; }
  Tensor operator()(Tensor const& h) const { return units(h); }  // (B,K C,1,1) -> (B,K D,1,1)
};

template <int K, class... With> struct MemberReadout : Readout<With...> {
  void compose(Composition& at) {
    Readout<With...> one;
    in_one_member(at, K, [&] { one.compose(at); });
    auto const [outputs, units, height, width] = one.kernel.sizes();
    this->kernel = weight_of_members<K, With...>(at, outputs, units, one.kernel.bias.defined(), K);
  }
};

template <int K, class Op, class... With> struct MemberIncoming : Op {
  void compose(Composition& at) {
    in_one_member(at, K, [&] { Op::compose(at); });
    Weight& conv = this->incoming.adapter.conv;
    if (!conv.exists()) return;
    auto const [out, in, height, width] = conv.sizes();
    conv = weight_of_members<K, With...>(at, out, in, conv.bias.defined(), K);
  }
};

template <class Op> inline constexpr bool treats_units_alone = IsNonlinearity<Op>::value;
template <> inline constexpr bool treats_units_alone<rate::Start> = true;
template <> inline constexpr bool treats_units_alone<AddInput> = true;
template <> inline constexpr bool treats_units_alone<Modulate> = true;
template <> inline constexpr bool treats_units_alone<Record> = true;
template <> inline constexpr bool treats_units_alone<Delay> = true;
template <class How> inline constexpr bool treats_units_alone<DelayBy<How>> = true;
template <class Kind> inline constexpr bool treats_units_alone<ApplyGain<Kind>> = true;
template <class S, class... With> inline constexpr bool treats_units_alone<Evolve<S, With...>> = true;
template <class S, class... With> inline constexpr bool treats_units_alone<EvolvePotential<S, With...>> = true;

// Functions, whose result is deduced, so that what they say is the only message (see explain in model/explain.hpp).
template <class Op> constexpr auto checked_operation() {
  static_assert(treats_units_alone<Op>,
                "dynvision: an Ensemble is of rate layers (RateLayer, CTRNN): Linear, Recur<FullyConnected>, AddSkip, "
                "AddFeedback, and operations that treat each unit by itself (docs/rate/ensembles.md)");
  return std::type_identity<Op>{};
}
template <int K, class Op, class... With> constexpr auto checked_incoming() {
  static_assert(
      !interpolates<With...> && pick<IsThrough, Through<1>, With...>::kernel_size == 1,
      "dynvision: between areas of an Ensemble connections have delays of whole steps, and kernels of one place "
      "(docs/rate/ensembles.md)");
  return std::type_identity<MemberIncoming<K, Op, With...>>{};
}
template <class Head> constexpr auto checked_head() {
  static_assert(std::is_same_v<Head, NoHead>,
                "dynvision: the head of a network in an Ensemble is a Readout, or NoHead (docs/rate/ensembles.md)");
  return std::type_identity<Head>{};
}

// shares: it stands where all members are shown the same.
template <int K, bool shares, class Op> struct OperationOfMembers {
  using type = typename decltype(checked_operation<Op>())::type;
};
template <int K, bool shares, int In, int Out, class... With>
struct OperationOfMembers<K, shares, Linear<In, Out, With...>> {
  using type = MemberLinear<K, shares, In, Out, With...>;
};
template <int K, bool shares, int C, int J, int D, class... With>
struct OperationOfMembers<K, shares, Recur<FullyConnected<C, J, D>, With...>> {
  using type = Recur<MemberLateral<K, C, D>, policy_of_members<K, With>...>;
};
template <int K, bool shares, class S, class... With> struct OperationOfMembers<K, shares, Noise<S, With...>> {
  using type = Noise<S, With..., InMembers<K>>;
};
template <int K, bool shares, Name Source, class... With>
struct OperationOfMembers<K, shares, AddSkip<Source, With...>> {
  using type = typename decltype(checked_incoming<K, AddSkip<Source, With...>, With...>())::type;
};
template <int K, bool shares, Name Source, class... With>
struct OperationOfMembers<K, shares, AddFeedback<Source, With...>> {
  using type = typename decltype(checked_incoming<K, AddFeedback<Source, With...>, With...>())::type;
};

template <int K, bool shares, class Ops> struct OperationsOfMembers;
template <int K, bool shares, class First, class... Rest> struct OperationsOfMembers<K, shares, List<First, Rest...>> {
  using type =
      List<typename OperationOfMembers<K, shares, First>::type, typename OperationOfMembers<K, false, Rest>::type...>;
};

// The same layers, K times beside each other; the first one is shown the stimulus.
template <int K, bool shares, class L>
using layer_of_members =
    typename LayerOf<L::layer_name, typename OperationsOfMembers<K, shares, typename L::operations>::type>::type;

template <int K, class Head> struct HeadOfMembers { using type = typename decltype(checked_head<Head>())::type; };
template <int K, class... With> struct HeadOfMembers<K, Readout<With...>> { using type = MemberReadout<K, With...>; };

template <int K, bool shares, class Head, class First, class... Rest>
ModelWith<typename HeadOfMembers<K, Head>::type, layer_of_members<K, shares, First>,
          layer_of_members<K, false, Rest>...>
members_of(ModelWith<Head, First, Rest...> const&);  // without a body: its type is what is meant

template <int K, bool shares, class Net> using Together = decltype(members_of<K, shares>(std::declval<Net const&>()));

}  // namespace dynvision::ensembles
