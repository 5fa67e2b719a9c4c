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
#include <dynvision/families/ordered_layer.hpp>
#include <dynvision/families/recurrent_convolution.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/group_norm.hpp>
#include <dynvision/operations/zero_if_absent.hpp>
#include <dynvision/run/unroll.hpp>

namespace dynvision {

// The numbers of the published network.
struct CorNetRTOptions {
  int n_classes = 1000;
  std::array<int, 3> input_dims = {3, 0, 0};  // (C,H,W); H = W = 0: any size

  double dt = 2;             // [ms]
  double tau = 5;            // [ms] with a solver
  double t_feedforward = 2;  // [ms] V1, V2, V4; none from IT to the head
  double t_recurrence = 2;   // [ms]
  double t_feedback = 30;    // [ms] with Feedback
  double t_skip = 0;         // [ms] with Skip
  std::vector<std::pair<std::string, LayerOptions>> layers{};

  bool train_tau = false;
  bool feedforward_only = false;
  std::optional<double> fixed_self_weight = 1;  // none: learned
  std::optional<double> max_weight_init{};
  FeedforwardInit feedforward_init = FeedforwardInit::kaiming_uniform;
  std::optional<std::uint64_t> seed{};
  at::ScalarType dtype = at::kFloat;
  at::Device device = at::kCPU;

  Options options() const {
    Options o{.n_classes = n_classes, .input_dims = input_dims, .dt = dt, .tau = tau};
    o.t_feedforward = t_feedforward, o.t_recurrence = t_recurrence, o.t_feedback = t_feedback, o.t_skip = t_skip;
    o.layers = layers;
    o.layers.push_back({"IT", {.t_feedforward = 0}});
    o.train_tau = train_tau, o.feedforward_only = feedforward_only;
    o.fixed_self_weight = fixed_self_weight, o.max_weight_init = max_weight_init;
    o.feedforward_init = feedforward_init, o.seed = seed, o.dtype = dtype, o.device = device;
    return o;
  }
};

namespace cornet_rt {

using PublishedOrder =
    Order<"layer", "addext", "addskip", "addfeedback", "norm", "tstep", "nonlin", "supralin", "record", "delay">;
using Defaults = List<ToMiddle, Additive, NoSolver, NoSkip, NoFeedback, Relu, PublishedOrder>;

// The recurrence at its target; before the second convolution there is always a signal.
template <class Choice, int In, int Out, int K, int Stride> constexpr auto area() {
  using Target = typename Choice::target;
  using First = List<Conv<In, Out, K, Stride>, GroupNorm<32, As<"{}.mid_modules">>, MiddleRelu>;
  using Second = List<ZeroIfAbsent, Conv<Out, Out, 3, 1, NoBias, As<"{}.conv2">>>;
  constexpr int target_channels = std::is_same_v<Target, ToInput> ? In : Out;
  using Recurrent = List<typename Choice::template recurrence<Out, K, target_channels, NoBias>>;
  if constexpr (std::is_same_v<Target, ToInput>) {
    return join<Recurrent, First, Second>{};
  } else if constexpr (std::is_same_v<Target, ToMiddle>) {
    return join<First, Recurrent, Second>{};
  } else {
    return join<First, Second, Recurrent>{};
  }
}

template <class Choice> struct Common {
  using norm = List<GroupNorm<32>>;
  using tstep = Evolved<typename Choice::solver>;
  using nonlinearity = typename Choice::nonlinearity;
};
template <class Choice> struct V1Parts : Common<Choice> {
  using layer = decltype(area<Choice, image_channels, 64, 7, 4>());
  using addfeedback = FeedbackFrom<"V4", typename Choice::feedback>;
};
template <class Choice> struct V2Parts : Common<Choice> {
  using layer = decltype(area<Choice, 64, 128, 3, 2>());
  using addfeedback = FeedbackFrom<"IT", typename Choice::feedback>;
};
template <class Choice> struct V4Parts : Common<Choice> {
  using layer = decltype(area<Choice, 128, 256, 3, 2>());
  using addskip = SkipFrom<"V1", typename Choice::skip>;
};
template <class Choice> struct ITParts : Common<Choice> {
  using layer = decltype(area<Choice, 256, 512, 3, 2>());
  using addskip = SkipFrom<"V2", typename Choice::skip>;
};
template <class Choice> struct V1 : OrderedLayer<"V1", typename Choice::order, V1Parts<Choice>> {};
template <class Choice> struct V2 : OrderedLayer<"V2", typename Choice::order, V2Parts<Choice>> {};
template <class Choice> struct V4 : OrderedLayer<"V4", typename Choice::order, V4Parts<Choice>> {};
template <class Choice> struct IT : OrderedLayer<"IT", typename Choice::order, ITParts<Choice>> {};

template <class C> using FourAreas = Model<V1<C>, V2<C>, V4<C>, IT<C>>;

}  // namespace cornet_rt

template <template <int...> class Recurrence = Self, class... Policies>
struct CorNetRT : cornet_rt::FourAreas<ChoiceOf<cornet_rt::Defaults, Recurrence, Policies...>> {
  static constexpr std::string_view model_name = "CorNetRT";
  using Base = cornet_rt::FourAreas<ChoiceOf<cornet_rt::Defaults, Recurrence, Policies...>>;

  static Options published() { return CorNetRTOptions{}.options(); }

  CorNetRT(CorNetRTOptions const& numbers = {}) : Base(numbers.options()) {}  // NOLINT: implicit on purpose
  template <std::same_as<Options> O> explicit CorNetRT(O numbers) : Base(std::move(numbers)) {}
};

}  // namespace dynvision
