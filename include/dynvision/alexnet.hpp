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
#include <dynvision/families/area.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/dense.hpp>
#include <dynvision/operations/dropout.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/run/unroll.hpp>

namespace dynvision {

namespace alexnet {

using namespace families;
using Defaults = List<ToOutput, Additive, NoSolver, Relu, PublishedOrder, WholeSteps>;
using Pool = MaxPool<3, 2, 0>;

template <class C, Name N, int In, int Out, int K, int Stride, int Margin, class Last = List<>>
using Convolved = Area<N, C, Convolution<C, In, Out, K, Stride, Padding<Margin>>, AddInput, Step<C>, Nonlinearity<C>,
                       Supralinear, Record, Delay, Last>;
template <class C> struct Layer1 : Convolved<C, "layer1", image_channels, 64, 11, 4, 2, Pool> {};
template <class C> struct Layer2 : Convolved<C, "layer2", 64, 192, 5, 1, 2, Pool> {};
template <class C> struct Layer3 : Convolved<C, "layer3", 192, 384, 3, 1, 1> {};
template <class C> struct Layer4 : Convolved<C, "layer4", 384, 256, 3, 1, 1> {};
template <class C> struct Layer5 : Convolved<C, "layer5", 256, 256, 3, 1, 1, Pool> {};
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

  AlexNet(Options const& given = {}) : Base(given.over(published())) {}  // NOLINT: implicit on purpose
};

}  // namespace dynvision
