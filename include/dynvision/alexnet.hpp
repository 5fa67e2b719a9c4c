// AlexNet: five convolutions and three linear maps, at every time step.
//
//   r_l(t) = relu(W_l * x_l(t) + b_l)      x: the image, or r of the layer before, pooled (maximum 3 x 3, stride 2) after
//   layers 1, 2 and 5;  output: two layers of 4096 units and a linear map, with dropout while the model is trained
//
// Source: Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks" (one tower, as torchvision
// has it). The published network knows no time; with the policies it becomes a recurrent one in continuous time.
//
//   AlexNet<> model;                                               1000 classes
//   AlexNet<> model({.n_classes = 10, .input_dims = {3, 224, 224}});      63 x 63 is the smallest image
//   AlexNet<Full, Euler> recurrent;
//
// The first argument is the recurrence type (published: NoRecurrence), the others are policies in any order
// (families/policies.hpp), with the defaults ToOutput, Additive, NoSolver, Relu and the order below.
//
//   layer1 3->64, kernel 11, stride 4, padding 2   layer2 64->192, kernel 5   layer3 ->384, layer4 ->256, layer5 ->256, kernel 3
//   classifier: means over 6 x 6 cells, 9216->4096->4096->classes
#pragma once
#include <dynvision/connections/no_recurrence.hpp>
#include <dynvision/families/ordered_layer.hpp>
#include <dynvision/families/recurrent_convolution.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/dense.hpp>
#include <dynvision/operations/dropout.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/run/unroll.hpp>

namespace dynvision {

namespace alexnet {

using PublishedOrder = Order<"layer", "addext", "tstep", "nonlin", "supralin", "record", "delay", "pool">;
using Defaults = List<ToOutput, Additive, NoSolver, Relu, PublishedOrder>;

template <class Choice, int In, int Out, int K, int Stride, int Margin, class Pooling = List<>> struct Parts {
  using layer = decltype([] {
    using Target = typename Choice::target;
    using Forward = Conv<In, Out, K, Stride, Padding<Margin>>;
    if constexpr (std::is_same_v<Target, ToMiddle>) {
      return List<MiddleOfOneConvolution>{};
    } else if constexpr (std::is_same_v<Target, ToInput>) {
      return List<typename Choice::template recurrence<Out, K, In>, Forward>{};
    } else {
      return List<Forward, typename Choice::template recurrence<Out, K, Out>>{};
    }
  }());
  using tstep = Evolved<typename Choice::solver>;
  using nonlinearity = typename Choice::nonlinearity;
  using pool = Pooling;
};
using Pool = List<MaxPool<3, 2, 0>>;

template <class C, Name N, class Parts> using Ordered = OrderedLayer<N, typename C::order, Parts>;
template <class C> struct Layer1 : Ordered<C, "layer1", Parts<C, image_channels, 64, 11, 4, 2, Pool>> {};
template <class C> struct Layer2 : Ordered<C, "layer2", Parts<C, 64, 192, 5, 1, 2, Pool>> {};
template <class C> struct Layer3 : Ordered<C, "layer3", Parts<C, 192, 384, 3, 1, 1>> {};
template <class C> struct Layer4 : Ordered<C, "layer4", Parts<C, 384, 256, 3, 1, 1>> {};
template <class C> struct Layer5 : Ordered<C, "layer5", Parts<C, 256, 256, 3, 1, 1, Pool>> {};
struct Hidden : Layer<"classifier", AdaptiveAvgPool<6>, Dropout, Dense<256, 4096, 6, As<"classifier.2">>, Relu, Dropout,
                      Dense<4096, 4096, 1, As<"classifier.5">>, Relu, Record> {};

template <class C>
using Layers = ModelWith<LinearHead<As<"classifier.7">>, Layer1<C>, Layer2<C>, Layer3<C>, Layer4<C>, Layer5<C>, Hidden>;

}  // namespace alexnet

template <template <int...> class Recurrence = NoRecurrence, class... Policies>
struct AlexNet : alexnet::Layers<ChoiceOf<alexnet::Defaults, Recurrence, Policies...>> {
  static constexpr std::string_view model_name = "AlexNet";
  using Base = alexnet::Layers<ChoiceOf<alexnet::Defaults, Recurrence, Policies...>>;

  static Options published() { return {.n_classes = 1000}; }

  AlexNet(Options numbers = published()) : Base(std::move(numbers)) {}  // NOLINT: implicit on purpose
};

}  // namespace dynvision
