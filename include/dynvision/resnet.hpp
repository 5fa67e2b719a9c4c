// ResNet: stages of residual blocks, at every time step.
//
//   y = F(x) + S(x)       F: BN(W2 * relu(BN(W1 * x))), or 1 x 1, 3 x 3, 1 x 1 (depths 50, 101, 152), BN: batch normalisation
//                         S: identity, or BN(W * x), 1 x 1, where channels or size change; between blocks relu
//   r_l(t) = relu(y of the last block of stage l);   output: global mean, then a linear map
//
// Source: He, Zhang, Ren & Sun 2015, "Deep residual learning for image recognition", table 1 (depths 18, 34, 50, 101,
// 152) and section 4.2 (images of 32 x 32: 20, 32, 44, 56, 110, 1202); strides and shortcuts as torchvision has them. The
// published networks know no time; with the policies each stage becomes a recurrent area in continuous time.
//
//   ResNet18<> model;                                           1000 classes, images of any size
//   ResNet20<> model({.n_classes = 10, .input_dims = {3, 32, 32}});
//   ResNet50<Self, Euler> recurrent;       lateral connections of each stage, arriving before its last relu
//
// The first argument is the recurrence type (published: NoRecurrence), the others are policies in any order
// (families/policies.hpp), with the defaults ToOutput, Additive, NoSolver, Relu. model.train() makes it ready to be trained.
#pragma once
#include <dynvision/connections/no_recurrence.hpp>
#include <dynvision/families/area.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/batch_norm.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/operations/repeat.hpp>
#include <dynvision/operations/residual.hpp>
#include <dynvision/run/unroll.hpp>

namespace dynvision {

namespace resnet {

using namespace families;
using Defaults = List<ToOutput, Additive, NoSolver, Relu, WholeSteps>;

struct Plan {  // what a depth stands for
  std::string_view name;
  int depth;
  bool small_images;  // 32 x 32: three stages of 16, 32, 64 channels
  bool bottleneck;
  int blocks[4];  // of each stage
};
inline constexpr Plan plans[] = {
    {"ResNet18", 18, false, false, {2, 2, 2, 2}},      {"ResNet34", 34, false, false, {3, 4, 6, 3}},
    {"ResNet50", 50, false, true, {3, 4, 6, 3}},       {"ResNet101", 101, false, true, {3, 4, 23, 3}},
    {"ResNet152", 152, false, true, {3, 8, 36, 3}},    {"ResNet20", 20, true, false, {3, 3, 3}},
    {"ResNet32", 32, true, false, {5, 5, 5}},          {"ResNet44", 44, true, false, {7, 7, 7}},
    {"ResNet56", 56, true, false, {9, 9, 9}},          {"ResNet110", 110, true, false, {18, 18, 18}},
    {"ResNet1202", 1202, true, false, {200, 200, 200}}};

template <int Depth> constexpr Plan plan_of() {
  constexpr Plan const* found = [] {
    for (Plan const& plan : plans) {
      if (plan.depth == Depth) return &plan;
    }
    return static_cast<Plan const*>(nullptr);
  }();
  static_assert(found != nullptr,
                "dynvision: there is no ResNet of this depth: expected 18 | 34 | 50 | 101 | 152, or for images of 32 x "
                "32 20 | 32 | 44 | 56 | 110 | 1202 (docs/models/resnet.md)");
  return found == nullptr ? plans[0] : *found;
}

template <int In, int Mid, int Stride, class Nonlinearity>
using Basic = List<Conv<In, Mid, 3, Stride, NoBias, As<"conv1">>, BatchNorm<As<"bn1">>, Nonlinearity,
                   Conv<Mid, Mid, 3, 1, NoBias, As<"conv2">>, BatchNorm<As<"bn2">>>;
template <int In, int Mid, int Stride, class Nonlinearity>
using Bottleneck = List<Conv<In, Mid, 1, 1, NoBias, As<"conv1">>, BatchNorm<As<"bn1">>, Nonlinearity,
                        Conv<Mid, Mid, 3, Stride, NoBias, As<"conv2">>, BatchNorm<As<"bn2">>, Nonlinearity,
                        Conv<Mid, 4 * Mid, 1, 1, NoBias, As<"conv3">>, BatchNorm<As<"bn3">>>;
template <int In, int Out, int Stride, bool Small>
using Shortcut = std::conditional_t<
    In == Out && Stride == 1, List<>,
    std::conditional_t<Small, List<Conv<In, Out, 1, Stride, NoBias, As<"skip.0">>, BatchNorm<As<"skip.1">>>,
                       List<Conv<In, Out, 1, Stride, NoBias, As<"downsample.0">>, BatchNorm<As<"downsample.1">>>>>;

// The blocks of one stage, and the recurrence at its target.
template <class C, int Depth, int In, int Mid, int Blocks, int Stride> struct Stage {
  static constexpr Plan plan = plan_of<Depth>();
  static constexpr int out = plan.bottleneck ? 4 * Mid : Mid;
  using F = Nonlinearity<C>;
  using First = std::conditional_t<plan.bottleneck, Bottleneck<In, Mid, Stride, F>, Basic<In, Mid, Stride, F>>;
  using Other = std::conditional_t<plan.bottleneck, Bottleneck<out, Mid, 1, F>, Basic<out, Mid, 1, F>>;
  using blocks =
      WithRecurrence<C, typename C::template recurrence<out, 3, target_channels<C, In, In, out>>,
                     List<Residual<First, Shortcut<In, out, Stride, plan.small_images>, As<"{}.0">>,
                          Repeat<Blocks - 1, List<F, Residual<Other, List<>, As<"">>>, As<"{}">, FirstCopy<1>>>>;
};

template <class C, Name N, int Depth, int In, int Mid, int Number>
struct StageArea
    : Area<N, C, typename Stage<C, Depth, In, Mid, plan_of<Depth>().blocks[Number], Number == 0 ? 1 : 2>::blocks,
           Step<C>, Nonlinearity<C>, Record, Delay> {};
template <class C>
struct Stem : Layer<"stem", Conv<image_channels, 64, 7, 2, NoBias, As<"conv1">>, BatchNorm<As<"bn1">>, Nonlinearity<C>,
                    Record, Delay, MaxPool<3, 2>> {};
template <class C>
struct SmallStem : Layer<"stem", Conv<image_channels, 16, 3, 1, NoBias, As<"conv1">>, BatchNorm<As<"bn1">>,
                         Nonlinearity<C>, Record, Delay> {};

template <class C, int Depth> constexpr auto layers() {
  constexpr Plan plan = plan_of<Depth>();
  if constexpr (plan.small_images) {
    return std::type_identity<
        ModelWith<LinearHead<As<"classifier">>, SmallStem<C>, StageArea<C, "layer1", Depth, 16, 16, 0>,
                  StageArea<C, "layer2", Depth, 16, 32, 1>, StageArea<C, "layer3", Depth, 32, 64, 2>>>{};
  } else {
    constexpr int wide = plan.bottleneck ? 4 : 1;
    return std::type_identity<
        ModelWith<LinearHead<As<"fc">>, Stem<C>, StageArea<C, "layer1", Depth, 64, 64, 0>,
                  StageArea<C, "layer2", Depth, 64 * wide, 128, 1>, StageArea<C, "layer3", Depth, 128 * wide, 256, 2>,
                  StageArea<C, "layer4", Depth, 256 * wide, 512, 3>>>{};
  }
}

}  // namespace resnet

template <int Depth, template <int...> class Recurrence = NoRecurrence, class... Policies>
struct ResNet : decltype(resnet::layers<ChoiceOf<resnet::Defaults, Recurrence, Policies...>, Depth>())::type {
  static constexpr std::string_view model_name = resnet::plan_of<Depth>().name;
  using Base = typename decltype(resnet::layers<ChoiceOf<resnet::Defaults, Recurrence, Policies...>, Depth>())::type;

  static Options published() { return {.n_classes = resnet::plan_of<Depth>().small_images ? 10 : 1000}; }

  ResNet(Options const& given = {}) : Base(given.over(published())) {}  // NOLINT: implicit on purpose
};

template <template <int...> class R = NoRecurrence, class... Policies> using ResNet18 = ResNet<18, R, Policies...>;
template <template <int...> class R = NoRecurrence, class... Policies> using ResNet34 = ResNet<34, R, Policies...>;
template <template <int...> class R = NoRecurrence, class... Policies> using ResNet50 = ResNet<50, R, Policies...>;
template <template <int...> class R = NoRecurrence, class... Policies> using ResNet101 = ResNet<101, R, Policies...>;
template <template <int...> class R = NoRecurrence, class... Policies> using ResNet152 = ResNet<152, R, Policies...>;
template <template <int...> class R = NoRecurrence, class... Policies> using ResNet20 = ResNet<20, R, Policies...>;
template <template <int...> class R = NoRecurrence, class... Policies> using ResNet32 = ResNet<32, R, Policies...>;
template <template <int...> class R = NoRecurrence, class... Policies> using ResNet44 = ResNet<44, R, Policies...>;
template <template <int...> class R = NoRecurrence, class... Policies> using ResNet56 = ResNet<56, R, Policies...>;
template <template <int...> class R = NoRecurrence, class... Policies> using ResNet110 = ResNet<110, R, Policies...>;
template <template <int...> class R = NoRecurrence, class... Policies> using ResNet1202 = ResNet<1202, R, Policies...>;

}  // namespace dynvision
