// The paper's models with fewer channels, for two cores: DyRCNNx4 and DyRCNNx8 with 16, 25, 36 and 64 in place of 36 ... 529.
// Squares, so that every type of recurrence fits. Layers, delays, skips and feedback are those of dyrcnn.hpp.
//
//   dynvision sweep --config configs/paper/small.json configs/paper/types.json --model 'configs/paper/small_models.hpp:small::x4<...>'
//
// What stands for the dots is what the configuration says of the structure, with the words and defaults of its model_name.
#pragma once
#include <dynvision/dyrcnn.hpp>

namespace small {

using namespace dynvision;
using namespace dynvision::families;
using dynvision::dyrcnn::entering;
using dynvision::dyrcnn::Entry;

namespace four {
template <class C>
struct V1 : Area<"V1", C, Entry<C>, Convolution<C, entering<C>, 16, 3>, AddInput, FeedbackFrom<C, "V4">, Step<C>,
                 Nonlinearity<C>, Supralinear, Record, DelayOf<C>, MaxPool<3, 2>> {};
template <class C>
struct V2 : Area<"V2", C, Convolution<C, 16, 25, 3>, AddInput, FeedbackFrom<C, "IT">, Step<C>, Nonlinearity<C>,
                 Supralinear, Record, DelayOf<C>, MaxPool<3, 2>> {};
template <class C>
struct V4 : Area<"V4", C, Convolution<C, 25, 36, 3>, AddInput, SkipFrom<C, "V1">, Step<C>, Nonlinearity<C>, Supralinear,
                 Record, DelayOf<C>> {};
template <class C>
struct IT : Area<"IT", C, Convolution<C, 36, 64, 3, 2>, AddInput, SkipFrom<C, "V2">, Step<C>, Nonlinearity<C>,
                 Supralinear, Record, DelayOf<C>> {};
}  // namespace four

namespace eight {
template <class C>
struct V1 : Area<"V1", C, Entry<C>, TwoConvolutions<C, entering<C>, 16, 16, 5, 2>, AddInput, FeedbackFrom<C, "V4">,
                 Step<C>, Nonlinearity<C>, Supralinear, Record, DelayOf<C>, MaxPool<3, 2>> {};
template <class C>
struct V2 : Area<"V2", C, TwoConvolutions<C, 16, 25, 25, 3, 2>, AddInput, FeedbackFrom<C, "IT">, Step<C>,
                 Nonlinearity<C>, Supralinear, Record, DelayOf<C>, MaxPool<3, 2>> {};
template <class C>
struct V4 : Area<"V4", C, TwoConvolutions<C, 25, 36, 36, 3, 2>, AddInput, SkipFrom<C, "V1">, Step<C>, Nonlinearity<C>,
                 Supralinear, Record, DelayOf<C>> {};
template <class C>
struct IT : Area<"IT", C, TwoConvolutions<C, 36, 64, 64, 3, 2>, AddInput, SkipFrom<C, "V2">, Step<C>, Nonlinearity<C>,
                 Supralinear, Record, DelayOf<C>> {};
}  // namespace eight

template <class C> using FourLayers = Model<four::V1<C>, four::V2<C>, four::V4<C>, four::IT<C>>;
template <class C> using EightLayers = Model<eight::V1<C>, eight::V2<C>, eight::V4<C>, eight::IT<C>>;

template <template <int...> class Recurrence = Full, class... Policies>
struct x4 : FourLayers<Choice<Recurrence, Policies...>> {
  using Base = FourLayers<Choice<Recurrence, Policies...>>;
  using Base::Base;
};

template <template <int...> class Recurrence = Full, class... Policies>
struct x8 : EightLayers<Choice<Recurrence, Policies...>> {
  using Base = EightLayers<Choice<Recurrence, Policies...>>;
  using Base::Base;
};

}  // namespace small
