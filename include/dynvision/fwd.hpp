// The map: every public name, one line each, in the order config -> model -> data -> run -> losses -> records.
// Declarations only, without LibTorch. Each name lives in the header that bears it (Full in connections/full.hpp).
#pragma once
#include <dynvision/core/name.hpp>

namespace dynvision {

// --- core
class Error;       // [dynvision.area.number] message
struct Size;       // (H,W)
struct Parameter;  // a named tensor of a model

// --- numbers of a model
struct Options;       // dt, tau, delays [ms], classes, image size, initialisation
struct LayerOptions;  // exceptions for single layers

// --- dynamics
struct Clock;        // ms <-> steps
struct Euler;        // order 1
struct RungeKutta4;  // order 4
struct NoSolver;     // none: r(t) = f(u(t))
class DelayLine;     // the newest states of a layer

// --- connections
struct Additive;                                       // x + h
struct Multiplicative;                                 // x (1 + tanh h)
template <int C, int K, int D> struct Full;            // lateral: all channels, K x K
template <int C, int K, int D> struct Depthwise;       // each channel to itself, K x K
template <int C, int K, int D> struct Pointwise;       // all channels, 1 x 1
template <int C, int K, int D> struct DepthPointwise;  // depthwise, then pointwise
template <int C, int K, int D> struct PointDepthwise;  // pointwise, then depthwise
template <int C, int K, int D> struct Self;            // one weight
template <int C, int K, int D> struct Local;           // on the topographic plane
template <int C, int K, int D> struct LocalDepthwise;  // the same, then depthwise
template <int C, int K, int D> struct NoRecurrence;    // no recurrence
struct TopographicPlane;                               // channels side by side as one image

// --- operations, in the usual order of a layer
template <int In, int Out, int K, int Stride, class... With> struct Conv;  // feedforward convolution
template <class Lateral, class... With> struct Recur;                      // lateral recurrence arrives
struct AddInput;                                                           // external input arrives
template <Name Source, class... With> struct AddSkip;                      // from an earlier layer
template <Name Source, class... With> struct AddFeedback;                  // from a later layer
template <class Solver, class... With> struct Evolve;                      // tau dr/dt = -r + u
struct Relu;                                                               // also Tanh, Sigmoid, Retanh, NoNonlinearity
struct Supralinear;                                                        // k sign(x) |x|^n
template <class Kind> struct ApplyGain;                                    // Spatial, Feature, Uniform
template <class Kind> struct AddBias;                                      // Spatial, Feature, Uniform
template <int Groups, class... With> struct GroupNorm;
struct Record;  // the response
struct Delay;   // the state, and the feedforward delay
template <int K, int Stride, int Margin> struct MaxPool;
template <int K, int Stride, int Margin> struct AvgPool;
template <int Height, int Width> struct AdaptiveAvgPool;
template <class... With> struct BatchNorm;
struct Dropout;
template <int In, int Out, int Side, class... With> struct Dense;      // a linear map of all units
template <class Body, class Shortcut, class... With> struct Residual;  // F(x) + S(x)
template <int N, class Operations, class... With> struct Repeat;       // copies one after the other
struct ZeroIfAbsent;                                                   // active before the input arrives
struct InputAdaption;                                                  // a frame fades while it stays on
template <int In, int Mid, int Out, int K> struct Retina;
struct Moment;       // what an operation sees of the running model
struct Composition;  // what an operation sees of its place

// --- models
template <Name N, class... Operations> struct Layer;  // struct V1 : Layer<"V1", ...> {};
template <class... Layers> struct Model;              // struct MyNet : Model<V1, V2> {};
template <class... With> struct LinearHead;           // the head of a model: global mean, linear map
using Classifier = LinearHead<>;
template <template <int...> class Recurrence, class... Policies> struct DyRCNNx2;
template <template <int...> class Recurrence, class... Policies> struct DyRCNNx4;
template <template <int...> class Recurrence, class... Policies> struct DyRCNNx8;
template <template <int...> class Recurrence, class... Policies> struct CorNetRT;
template <template <int...> class Recurrence, class... Policies> struct CordsNet;
template <template <int...> class Recurrence, class... Policies> struct AlexNet;
template <int Depth, template <int...> class Recurrence, class... Policies> struct ResNet;  // also ResNet18 ...

// --- data
struct Images;        // (N,C,H,W), labels, class names
struct FashionMnist;  // from IDX files
class Batches;        // shuffled minibatches
struct Presentation;  // pattern and reaction time

// --- run
namespace run {
struct Stimulus;  // what is shown at each step
struct Settings;  // steps, idle steps, truncation, what is kept
struct Activity;  // outputs and responses
struct Trace;     // one signal over time
struct Trial;     // a batch as it is presented and scored
}  // namespace run

// --- losses
struct CrossEntropy;
struct ActivityLoss;  // metabolic cost
class WeightedSum;    // the objective

struct WeightedSteps;        // cross entropy over the last steps, each with its weight
struct SpontaneousActivity;  // cost of what happens while nothing is shown

// --- analysis
struct Facts;    // what can be said of a model before it runs; summary(model, shape)
struct Diagram;  // diagram(model, shape): SVG, DOT

// --- files and records
class TensorMap;       // named tensors of a file: read_tensors; read_/write_ safetensors, torch, npy, npz
struct WeightOptions;  // load_weights: names, strict or not, classes, what is trained
struct WeightsReport;  // what became of every name
struct NameTable;      // names of a file -> names here; published ones: names::cornet_rt() ...
class AtomicFile;      // written whole or not at all
class RunFolder;       // runs/<time>-<model>
class Progress;        // progress bar
class TextTable;       // summary

}  // namespace dynvision
