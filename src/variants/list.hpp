// The models that a program has built in (variants/registry.hpp). One line is one product: each model with each of the
// recurrence types and each combination of the policies. A model more is a word more here; what is not in the list is
// compiled when it is first asked for (variants/first_use.hpp).
//
// Each costs the compiler about a tenth of torch/torch.h. They are dealt out to DYNVISION_VARIANT_PARTS files
// (cmake/dynvisionVariants.cmake), which compile side by side.
#pragma once
#include <dynvision/alexnet.hpp>
#include <dynvision/cordsnet.hpp>
#include <dynvision/cornet_rt.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/rate/eirnn.hpp>
#include <dynvision/rate/parametrised.hpp>
#include <dynvision/resnet.hpp>

#include "product.hpp"

namespace dynvision::variants {

inline constexpr auto every_recurrence =
    recurrences<Full, Self, Depthwise, Pointwise, DepthPointwise, PointDepthwise, Local, LocalDepthwise, NoRecurrence>;
inline constexpr auto full = recurrences<Full>;
inline constexpr auto own_recurrence = recurrences<Self>;  // of CORnet-RT
inline constexpr auto no_recurrence = recurrences<NoRecurrence>;

// A rate network of sizes that numbers of the model say.
template <class... With> inline constexpr auto ctrnn = hana::type_c<CTRNN<image_channels, any_units, With...>>;
using NoiseOfDrive = WithNoise<StationaryDrive>;

inline constexpr auto list = hana::flatten(hana::make_tuple(
    product(models<DyRCNNx2, DyRCNNx4, DyRCNNx8>, every_recurrence),
    product(models<DyRCNNx2, DyRCNNx4>, full, policies<Multiplicative>),
    product(models<DyRCNNx2, DyRCNNx4>, full, policies<ToInput>, policies<Additive, Multiplicative>),
    product(models<DyRCNNx8>, full, policies<Multiplicative>),
    product(models<DyRCNNx8>, full, policies<ToMiddle, ToInput>, policies<Additive, Multiplicative>),
    product(models<DyRCNNx4, DyRCNNx8>, full, policies<NoSkip>),
    product(models<DyRCNNx4, DyRCNNx8>, full, policies<Feedback<>, Feedback<Multiplicative>>, policies<Skip<>, NoSkip>),
    product(models<DyRCNNx2, DyRCNNx4, DyRCNNx8>, full, policies<RungeKutta4>),
    product(models<CorNetRT>, own_recurrence), product(models<CordsNet>, full),
    product(models<AlexNet, ResNet18, ResNet34, ResNet50, ResNet101, ResNet152>, no_recurrence),
    product(models<ResNet20, ResNet32, ResNet44, ResNet56, ResNet110>, no_recurrence),
    hana::make_tuple(ctrnn<>, ctrnn<Tanh>, ctrnn<NoiseOfDrive>, ctrnn<Tanh, NoiseOfDrive>,
                     ctrnn<Recurrent<Masked<NoAutapses>, Dale<>>>,
                     ctrnn<NoiseOfDrive, Recurrent<Masked<NoAutapses>, Dale<>>>, hana::type_c<EIRNN<>>,
                     ctrnn<Tanh, NoiseOfDrive, RatesAreState, Incoming<Masked<rate::FirstUnits<14>>, NoBias>,
                           Outgoing<Masked<rate::LastUnits<27>>>>,
                     hana::type_c<EIRNN<image_channels, any_units, NoiseOfDrive, Recurrent<Masked<NoAutapses>>>>)));

}  // namespace dynvision::variants
