// covers: concepts/fault.hpp families/policies.hpp
// The first fault of a composition and its place; the messages are tested in tests/fail.
#include <dynvision/dyrcnn.hpp>

#include "laws/set_parameter.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

namespace {

template <class... Layers> constexpr bool is(Fault fault, int layer, int position, int channels = 0) {
  constexpr Finding found = first_fault<Layers...>();
  return found.fault == fault && found.layer == layer && found.position == position && found.has == channels;
}
template <class... Layers> constexpr bool sound() { return first_fault<Layers...>().fault == Fault::none; }

template <class... Ops> using V1 = Layer<"V1", Ops...>;
template <class... Ops> using V2 = Layer<"V2", Ops...>;
using Plain1 = V1<Conv<3, 4, 3>, Delay>;
using Plain2 = V2<Conv<4, 5, 3>, Delay>;
struct Unfinished {};

}  // namespace

TEST_CASE("sound compositions", "[model]") {
  STATIC_CHECK(sound<Plain1>());
  STATIC_CHECK(sound<Plain1, Plain2>());
  STATIC_CHECK(sound<V1<Conv<image_channels, 4, 3>, Recur<Full<4>>, Delay>>());
  STATIC_CHECK(sound<V1<Recur<Full<4, 3, image_channels>>, Conv<image_channels, 4, 3>, Delay>>());
  STATIC_CHECK(sound<V1<Recur<Full<4, 3, 3>>, Conv<3, 4, 3>, Delay>>());
  STATIC_CHECK(sound<V1<Conv<3, 4, 3>, AddFeedback<"V2">, Delay>, V2<Conv<4, 5, 3>, AddSkip<"V1">, Delay>>());
  STATIC_CHECK(sound<V1<Relu>>());
  STATIC_CHECK(sound<V1<>>());
  STATIC_CHECK(sound<V1<Recur<NoRecurrence<4>>, Relu>>());
}

TEST_CASE("faults and their places", "[model]") {
  STATIC_CHECK(is<>(Fault::no_layers, 0, 0));
  STATIC_CHECK(is<Plain1, int>(Fault::not_a_layer, 1, 0));
  STATIC_CHECK(is<Plain1, Plain2, V1<Conv<5, 4, 3>>>(Fault::same_name, 2, 0));
  STATIC_CHECK(is<V1<Conv<3, 4, 3>, Unfinished>>(Fault::not_an_operation, 0, 1));
  STATIC_CHECK(is<Plain1, V2<Conv<4, 5, 0>>>(Fault::number, 1, 0, 4));
  STATIC_CHECK(is<V1<Conv<3, 4, 3>, GroupNorm<0>>>(Fault::number, 0, 1, 4));
  STATIC_CHECK(is<V1<Conv<3, 4, 3, 1, Additive>>>(Fault::policy, 0, 0));
  STATIC_CHECK(is<Plain1, V2<Conv<3, 5, 3>>>(Fault::channels, 1, 0, 4));
  STATIC_CHECK(is<V1<Conv<3, 4, 3>, Evolve<int>, Delay>>(Fault::solver, 0, 1, 4));
  STATIC_CHECK(is<V1<Conv<3, 4, 3>, Recur<Relu>, Delay>>(Fault::lateral, 0, 1, 4));
  STATIC_CHECK(is<V1<Conv<3, 4, 3>, Recur<LocalDepthwise<4>, WeightNorm>, Delay>>(Fault::parametrisation, 0, 1, 4));
  STATIC_CHECK(is<V1<Conv<3, 4, 3>, Recur<Full<5>>, Delay>>(Fault::state_channels, 0, 1, 4));
  STATIC_CHECK(sound<V1<Recur<Full<4>>, Conv<3, 4, 3>, Delay>>());  // the image has 3 channels, or 4: known at run time
  STATIC_CHECK(is<Plain1, V2<Recur<Full<5>>, Conv<4, 5, 3>, Delay>>(Fault::target_channels, 1, 0, 4));
  STATIC_CHECK(is<Plain1, V2<Recur<Self<5, 1, 4>>, Conv<4, 5, 3>, Delay>>(Fault::target_channels, 1, 0, 4));
  STATIC_CHECK(is<V1<Delay, Conv<3, 4, 3>, Delay>>(Fault::twice, 0, 0));
  STATIC_CHECK(is<V1<Conv<3, 4, 3>, Relu, Evolve<>>>(Fault::evolve_without_delay, 0, 2));
  STATIC_CHECK(is<V1<Conv<3, 4, 3>, Recur<Full<4>>>>(Fault::recurrence_without_delay, 0, 1));
  STATIC_CHECK(is<Plain1, V2<Conv<4, 5, 3>, AddSkip<"V0">, Delay>>(Fault::unknown_source, 1, 1));
  STATIC_CHECK(is<V1<Conv<3, 4, 3>, AddSkip<"V2">, Delay>, Plain2>(Fault::skip_backwards, 0, 1));
  STATIC_CHECK(is<V1<Conv<3, 4, 3>, AddSkip<"V1">, Delay>>(Fault::skip_backwards, 0, 1));
  STATIC_CHECK(is<Plain1, V2<Conv<4, 5, 3>, AddFeedback<"V1">, Delay>>(Fault::feedback_forwards, 1, 1));
  STATIC_CHECK(is<Plain1, V2<Conv<4, 5, 3>, AddFeedback<"V2">, Delay>>(Fault::feedback_forwards, 1, 1));
  STATIC_CHECK(is<V1<Conv<3, 4, 3>>, V2<Conv<4, 5, 3>, AddSkip<"V1">, Delay>>(Fault::source_without_delay, 1, 1));
  STATIC_CHECK(is<Plain1, V2<GroupNorm<3>>>(Fault::groups, 1, 0, 4));
  // of several the first
  STATIC_CHECK(is<V1<Conv<3, 4, 3>, Evolve<int>>, V2<Conv<5, 5, 0>>>(Fault::solver, 0, 1, 4));
}

TEST_CASE("policies are picked by what they are", "[model]") {
  using Default = Choice<Full>;
  STATIC_CHECK(std::is_same_v<Default::target, ToOutput>);
  STATIC_CHECK(std::is_same_v<Default::solver, Euler>);
  STATIC_CHECK(std::is_same_v<Default::skip, Additive>);
  STATIC_CHECK(std::is_void_v<Default::feedback>);
  STATIC_CHECK(std::is_same_v<Default::nonlinearity, Relu>);
  STATIC_CHECK(!Default::retina);
  using Other = Choice<Self, Tanh, Feedback<Multiplicative>, WithRetina, ToMiddle, RungeKutta4, NoSkip, Multiplicative>;
  STATIC_CHECK(std::is_same_v<Other::target, ToMiddle>);
  STATIC_CHECK(std::is_same_v<Other::solver, RungeKutta4>);
  STATIC_CHECK(std::is_void_v<Other::skip>);
  STATIC_CHECK(std::is_same_v<Other::feedback, Multiplicative>);
  STATIC_CHECK(std::is_same_v<Other::nonlinearity, Tanh>);
  STATIC_CHECK(std::is_same_v<Other::integration, Multiplicative>);
  STATIC_CHECK(Other::retina);
  STATIC_CHECK(policy_kind<int>() == -1);
  STATIC_CHECK(policy_kind<Euler>() != policy_kind<Additive>());
  STATIC_CHECK(policy_kind<Euler>() == policy_kind<RungeKutta4>());
  STATIC_CHECK(policy_kind<NoSkip>() == policy_kind<Skip<Multiplicative>>());
}

TEST_CASE("the families have the names of the Python toolbox", "[model]") {
  using Names = std::vector<std::string>;
  Options options;
  options.bias = false;
  options.input_adaption_weight = 0.9;
  DyRCNNx2<DepthPointwise, Feedback<>> x2{options};
  CHECK(laws::parameter_names(x2) ==
        Names{"input_adaption.recurrence.weight", "layer1.conv.weight", "layer1.recurrence.depthwise_conv.weight",
              "layer1.recurrence.pointwise_conv.weight", "addfeedback_layer1.conv.weight",
              "addfeedback_layer1.conv.bias", "tstep_layer1.tau", "layer2.conv.weight",
              "layer2.recurrence.depthwise_conv.weight", "layer2.recurrence.pointwise_conv.weight",
              "addskip_layer2.conv.weight", "addskip_layer2.conv.bias", "tstep_layer2.tau", "classifier.2.weight",
              "classifier.2.bias"});
  DyRCNNx4<NoRecurrence, Feedback<>, NoSkip, WithRetina> x4{Options{.bias = false}};
  CHECK(laws::parameter_names(x4) == Names{"retina.conv1.weight", "retina.conv2.weight", "V1.conv.weight",
                                           "addfeedback_V1.conv.weight", "addfeedback_V1.conv.bias", "tau_V1",
                                           "V2.conv.weight", "addfeedback_V2.conv.weight", "addfeedback_V2.conv.bias",
                                           "tau_V2", "V4.conv.weight", "tau_V4", "IT.conv.weight", "tau_IT",
                                           "classifier.2.weight", "classifier.2.bias"});
  CHECK(laws::parameter(x4, "V1.conv.weight").sizes().equals({36, 18, 3, 3}));
  CHECK(laws::parameter(x4, "IT.conv.weight").sizes().equals({256, 121, 3, 3}));
}
