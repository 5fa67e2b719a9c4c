// The library's names beside those of std and of LibTorch: a program that says `using namespace` of all three. Names that
// the library shares with one of them are listed at the end; a program that uses both of them qualifies them.
#pragma once
#include <torch/torch.h>

#include "everything.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <valarray>
#include <variant>
#include <vector>

namespace beside_others {

using namespace std;
using namespace torch;
using namespace dynvision;

// Of models, in the order of the map (fwd.hpp).
using Of_models =
    tuple<Tensor, Signal, Size, Parameter, Parameters, Options, LayerOptions, PartNumber, NumberRange, OptionField,
          GivenNumbers, NumberFacts, FeedforwardInit, Clock, Euler, RungeKutta4, NoSolver, DelayLine, Additive,
          Multiplicative, Full<8>, Depthwise<8>, Pointwise<8>, DepthPointwise<8>, PointDepthwise<8>, Self<8>, Local<8>,
          LocalDepthwise<8>, NoRecurrence<8>, TopographicPlane, Through<1>, NoBias, WeightNorm, Masked<>, Sparse<30>,
          NoAutapses, AllConnections, Dale<>, LowRank<2>, Parametrisations, FullyConnected<8>, Linear<8, 8>, Readout<>,
          EffectiveWeights, As<"{}.conv2">, Conv<3, 8, 3>, Recur<Full<8>>, Noise<WhiteDrive>, PerStep, Diffusion,
          StationaryDrive, Stationary, NoiseSource, AddInput, AddSkip<"V1">, SameStep, AddFeedback<"V2">, Evolve<>,
          Relu, Tanh, Sigmoid, Retanh, NoNonlinearity, Supralinear, AddBias<Spatial>, AddBias<Feature>,
          AddBias<Uniform>, GroupNorm<4>, BatchNorm<>, Record, Delay, MaxPool<3, 2>, AvgPool<3, 2>, AdaptiveAvgPool<6>,
          Dropout, Dense<8, 8>, Residual<dynvision::List<Conv<8, 8, 3>>>, Repeat<2, dynvision::List<Relu>>,
          ZeroIfAbsent, InputAdaption, Retina<>, Classifier, LinearHead<>, NoHead, ToOutput, ToMiddle, ToInput, Skip<>,
          NoSkip, Feedback<>, NoFeedback, NoRetina, WithRetina, NoNoise, WithNoise<WhiteDrive>,
          Order<"layer", "record", "delay">>;

struct V1 : Layer<"V1", Conv<3, 8, 3>, Recur<Full<8>>, Evolve<>, Relu, Record, Delay> {};
struct Net : Model<V1> {};
using Models = tuple<Net, DyRCNNx2<>, DyRCNNx4<>, DyRCNNx8<>, CorNetRT<>, CordsNet<>, AlexNet<>, ResNet18<>>;

// Of programs around them.
using Of_programs =
    tuple<run::Settings, run::Stimulus, run::Activity, run::Trace, run::Trial, run::TrialSettings, Presentation, Images,
          FashionMnist, Batch, Batches*, BatchOptions, CrossEntropy, ActivityLoss, WeightedSum, WeightedSteps,
          SpontaneousActivity, LossReduction, LossValue, Facts, Diagram, TensorMap*, WeightOptions, WeightsReport,
          NameTable, AtomicFile*, RunFolder*, Progress*, TextTable*, Interrupt*, Optimizer*, OptimizerSettings,
          FitSettings, Fit, Fit::Stop, Evaluation, Presented, BatchContext, RunBatch, CsvWriter*, TorchFormat>;

inline int used() {
  Net net;
  Tensor const images = full({1, 3, 8, 8}, 0.5);  // either gives the same
  vector<int> numbers{3, 1, 2};
  sort(numbers.begin(), numbers.end());
  optional<int> const first = *find(numbers.begin(), numbers.end(), 1);  // std's
  return static_cast<int>(run::unroll(net, images, {.n_timesteps = 2}).outputs.size(2)) + *first;
}

}  // namespace beside_others

// Names of one's own come first in a namespace of one's own, whatever the library calls something.
namespace mine {

using namespace dynvision;

struct Record {};
struct Table {};
struct Input {};
struct Layer : dynvision::Layer<"L", Conv<3, 8, 3>, Relu, dynvision::Record, Delay> {};
inline bool check(Record const&, Table const&, Input const&) { return true; }
inline bool used() { return check(Record{}, Table{}, Input{}); }

}  // namespace mine
