// What the areas of every family are made of: the equation, checked by the compiler; and how policies change it.
// covers: families/area.hpp families/group.hpp families/order.hpp families/recurrent_convolution.hpp
#include <dynvision/alexnet.hpp>
#include <dynvision/cordsnet.hpp>
#include <dynvision/cornet_rt.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/resnet.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

namespace {

template <class Area, class... Operations>
inline constexpr bool is_made_of = std::is_same_v<typename Area::operations, List<Operations...>>;

template <class Group> using operations = families::operations_of<Group>;

}  // namespace

TEST_CASE("DyRCNN: the equation of every area", "[families]") {
  using C = Choice<Full, Feedback<>>;
  using Tau = As<"tau_{}">;
  namespace x2 = dyrcnn::x2;
  namespace x4 = dyrcnn::x4;
  namespace x8 = dyrcnn::x8;
  // [dyrcnn]
  STATIC_CHECK(
      is_made_of<x4::V1<C>, InputAdaption, Conv<image_channels, 36, 3>, Recur<Full<36, 3>, Additive>, AddInput,
                 AddFeedback<"V4", Additive>, Evolve<Euler, Tau>, Relu, Supralinear, Record, Delay, MaxPool<3, 2>>);
  STATIC_CHECK(
      is_made_of<x4::V2<C>, Conv<36, 64, 3>, Recur<Full<64, 3>, Additive>, AddInput, AddFeedback<"IT", Additive>,
                 Evolve<Euler, Tau>, Relu, Supralinear, Record, Delay, MaxPool<3, 2>>);
  STATIC_CHECK(is_made_of<x4::V4<C>, Conv<64, 121, 3>, Recur<Full<121, 3>, Additive>, AddInput, AddSkip<"V1", Additive>,
                          Evolve<Euler, Tau>, Relu, Supralinear, Record, Delay>);
  STATIC_CHECK(is_made_of<x4::IT<C>, Conv<121, 256, 3, 2>, Recur<Full<256, 3>, Additive>, AddInput,
                          AddSkip<"V2", Additive>, Evolve<Euler, Tau>, Relu, Supralinear, Record, Delay>);
  // [/dyrcnn]
  using Tau2 = As<"tstep_{}.tau">;
  STATIC_CHECK(is_made_of<x2::Layer1<C>, InputAdaption, Conv<image_channels, 36, 3>, Recur<Full<36, 3>, Additive>,
                          AddInput, AddFeedback<"layer2", Additive>, Evolve<Euler, Tau2>, Relu, Supralinear, Record,
                          Delay, MaxPool<3, 2>>);
  STATIC_CHECK(is_made_of<x2::Layer2<C>, Conv<36, 64, 3>, Recur<Full<64, 3>, Additive>, AddInput,
                          AddSkip<"layer1", Additive>, Evolve<Euler, Tau2>, Relu, Supralinear, Record, Delay>);
  STATIC_CHECK(
      is_made_of<x8::V1<C>, InputAdaption, Conv<image_channels, 64, 5, 2>, MiddleRelu,
                 Conv<64, 64, 5, 1, As<"{}.conv2">>, Recur<Full<64, 5>, Additive>, AddInput,
                 AddFeedback<"V4", Additive>, Evolve<Euler, Tau>, Relu, Supralinear, Record, Delay, MaxPool<3, 2>>);
  STATIC_CHECK(is_made_of<x8::IT<C>, Conv<256, 529, 3, 2>, MiddleRelu, Conv<529, 529, 3, 1, As<"{}.conv2">>,
                          Recur<Full<529, 3>, Additive>, AddInput, AddSkip<"V2", Additive>, Evolve<Euler, Tau>, Relu,
                          Supralinear, Record, Delay>);
}

TEST_CASE("CORnet-RT: the equation of its areas", "[families]") {
  using C = ChoiceOf<cornet_rt::Defaults, Self>;
  STATIC_CHECK(
      is_made_of<cornet_rt::V1<C>, Conv<image_channels, 64, 7, 4>, GroupNorm<32, As<"{}.mid_modules">>, MiddleRelu,
                 Recur<Self<64, 7>, Additive, NoBias>, ZeroIfAbsent, Conv<64, 64, 3, 1, NoBias, As<"{}.conv2">>,
                 AddInput, GroupNorm<32>, Relu, Supralinear, Record, Delay>);
  STATIC_CHECK(
      is_made_of<cornet_rt::IT<C>, Conv<256, 512, 3, 2>, GroupNorm<32, As<"{}.mid_modules">>, MiddleRelu,
                 Recur<Self<512, 3>, Additive, NoBias>, ZeroIfAbsent, Conv<512, 512, 3, 1, NoBias, As<"{}.conv2">>,
                 AddInput, GroupNorm<32>, Relu, Supralinear, Record, Delay>);
}

TEST_CASE("CordsNet: the equation of its areas", "[families]") {
  using C = ChoiceOf<cordsnet::Defaults, Full>;
  STATIC_CHECK(is_made_of<cordsnet::Layer0<C>, Conv<image_channels, 64, 7, 2, NoBias, WeightNorm>, AddInput,
                          AvgPool<3, 2>, Supralinear, Record, Delay>);
  STATIC_CHECK(
      is_made_of<cordsnet::Layer4<C>, AddSkip<"layer2", Additive, Through<1, 2>, NoBias, WeightNorm>,
                 Conv<128, 128, 3, 1, NoBias, WeightNorm>, Recur<Full<128, 3>, Additive, NoBias, WeightNorm>,
                 AddBias<Spatial>, AddInput, Relu, Evolve<Euler, As<"tau_{}">>, Relu, Supralinear, Record, Delay>);
  using OfSelf = ChoiceOf<cordsnet::Defaults, Self, NoSkip>;  // one weight is not normalised
  STATIC_CHECK(is_made_of<cordsnet::Layer4<OfSelf>, Conv<128, 128, 3, 1, NoBias, WeightNorm>,
                          Recur<Self<128, 3>, Additive, NoBias>, AddBias<Spatial>, AddInput, Relu,
                          Evolve<Euler, As<"tau_{}">>, Relu, Supralinear, Record, Delay>);
}

TEST_CASE("AlexNet and ResNet: the equation of their areas", "[families]") {
  using A = ChoiceOf<alexnet::Defaults, NoRecurrence>;
  STATIC_CHECK(
      is_made_of<alexnet::Layer1<A>, Conv<image_channels, 64, 11, 4, Padding<2>>, Recur<NoRecurrence<64, 11>, Additive>,
                 AddInput, Relu, Supralinear, Record, Delay, MaxPool<3, 2, 0>>);
  using R = ChoiceOf<resnet::Defaults, NoRecurrence>;
  STATIC_CHECK(
      is_made_of<
          resnet::StageArea<R, "layer1", 20, 16, 16, 0>, Residual<resnet::Basic<16, 16, 1, Relu>, List<>, As<"{}.0">>,
          Repeat<2, List<Relu, Residual<resnet::Basic<16, 16, 1, Relu>, List<>, As<"">>>, As<"{}">, FirstCopy<1>>,
          Recur<NoRecurrence<16, 3>, Additive>, Relu, Record, Delay>);
}

TEST_CASE("where the recurrence arrives", "[families]") {
  using families::Convolution, families::TwoConvolutions;
  STATIC_CHECK(std::is_same_v<operations<Convolution<Choice<Full>, 3, 36, 3>>,
                              List<Conv<3, 36, 3>, Recur<Full<36, 3, 36>, Additive>>>);
  STATIC_CHECK(std::is_same_v<operations<Convolution<Choice<Full, ToInput>, 3, 36, 3>>,
                              List<Recur<Full<36, 3, 3>, Additive>, Conv<3, 36, 3>>>);
  using Second = Conv<8, 36, 5, 1, As<"{}.conv2">>;
  STATIC_CHECK(std::is_same_v<operations<TwoConvolutions<Choice<Full, ToMiddle>, 3, 8, 36, 5, 2>>,
                              List<Conv<3, 8, 5, 2>, MiddleRelu, Recur<Full<36, 5, 8>, Additive>, Second>>);
  STATIC_CHECK(std::is_same_v<operations<TwoConvolutions<Choice<Full>, 3, 8, 36, 5, 2>>,
                              List<Conv<3, 8, 5, 2>, MiddleRelu, Second, Recur<Full<36, 5, 36>, Additive>>>);
  STATIC_CHECK(std::is_same_v<operations<TwoConvolutions<Choice<Full, ToInput>, 3, 8, 36, 5, 2>>,
                              List<Recur<Full<36, 5, 3>, Additive>, Conv<3, 8, 5, 2>, MiddleRelu, Second>>);
}

TEST_CASE("the order of operations is an argument", "[families]") {
  using families::Front, families::Convolutions, families::Readout;
  STATIC_CHECK(std::is_same_v<PublishedOrder::of<Front<InputAdaption>, Convolutions<Conv<3, 4, 3>, Relu>, List<>, Tanh>,
                              List<InputAdaption, Conv<3, 4, 3>, Relu, Tanh>>);
  // what is not named is left out, what is named twice is there twice, what is not there is passed over
  STATIC_CHECK(
      std::is_same_v<Order<"delay", "nonlin", "layer", "pool", "nonlin">::of<
                         Front<InputAdaption>, Convolutions<Conv<3, 4, 3>, Relu>, AddInput, List<>, Tanh, Delay>,
                     List<InputAdaption, Delay, Tanh, Conv<3, 4, 3>, Relu, Tanh>>);
  STATIC_CHECK(std::is_same_v<Order<"addskip", "readout">::of<Readout<AddSkip<"B", SameStep>>, List<AddSkip<"A">>>,
                              List<AddSkip<"A">, AddSkip<"B", SameStep>>>);
  using C = ChoiceOf<cordsnet::Defaults, Full, Order<"layer", "nonlin", "record", "delay", "readout">>;
  STATIC_CHECK(is_made_of<cordsnet::Layer1<C>, Conv<64, 64, 3, 1, NoBias, WeightNorm>,
                          Recur<Full<64, 3>, Additive, NoBias, WeightNorm>, Relu, Record, Delay>);
}
