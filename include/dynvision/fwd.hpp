// The map: every public type, one line each, in the order config -> model -> data -> run -> losses -> records.
// Declarations only, without LibTorch; what cannot be declared ahead (aliases, concepts) is named in a comment. Each name
// lives in the header that bears it (Full in connections/full.hpp), or in that of the name beside it.
#pragma once
#include <dynvision/core/name.hpp>

namespace dynvision {

// --- core
class Error;       // [dynvision.area.number] message
struct Size;       // (H,W)
struct Parameter;  // a named tensor of a model; Parameters: all of them
struct Decimals;   // how a number is written
// Tensor: LibTorch's; Signal: a Tensor that may be absent

// --- numbers of a model
struct Options;                   // dt, tau, delays [ms], classes, image size, initialisation
struct LayerOptions;              // exceptions for single layers
template <class T> class Option;  // a number that may be left out
struct PartNumber;                // a number of a part, described; NumbersOf<parts...>: of several
struct NumberRange;               // what it may be
class OptionField;                // where Options hold it
struct NumberFacts;               // its value in a layer
// GivenNumbers: numbers by their names
enum class FeedforwardInit;  // how forward weights begin

// --- dynamics
struct Clock;        // ms <-> steps
struct Euler;        // order 1
struct RungeKutta4;  // order 4
struct NoSolver;     // none: r(t) = f(u(t))
class DelayLine;     // the newest states of a layer
// Solver, LinearSolver: what a solver of one's own offers; Integrator: a solver with its tau and dt
struct EulerStep;  // of any flow; also HeunStep, RungeKutta4Step, ExponentialEulerStep, EulerMaruyamaStep
struct FlowSteps;  // integrate<RungeKutta4Step>(flow, x, {.dt, .n_steps})
// FlowOn: what a flow offers

// --- connections
struct Additive;                                       // x + h
struct Multiplicative;                                 // x (1 + tanh h)
template <int C, int K, int D> struct Full;            // lateral: all channels, K x K
template <int C, int K, int D> struct Depthwise;       // each channel to itself, K x K
template <int C, int K, int D> struct Pointwise;       // all channels, 1 x 1
template <int C, int K, int D> struct FullyConnected;  // all units, with a matrix as its weight
template <int C, int K, int D> struct DepthPointwise;  // depthwise, then pointwise
template <int C, int K, int D> struct PointDepthwise;  // pointwise, then depthwise
template <int C, int K, int D> struct Self;            // one weight
template <int C, int K, int D> struct Local;           // on the topographic plane
template <int C, int K, int D> struct LocalDepthwise;  // the same, then depthwise
template <int C, int K, int D> struct NoRecurrence;    // no recurrence
struct TopographicPlane;                               // channels side by side as one image
template <int K, int Stride> struct Through;           // the kernel that adapts a skip or feedback
// Lateral, ParametrisedLateral, SilentLateral, AffineLateral, KeepsChannels, Integration: what those of one's own offer

// --- weights that follow from other numbers
struct WeightNorm;                                      // g v/|v|
template <class M> struct Masked;                       // m v; M: AllConnections, Sparse<30>, NoAutapses, or one's own
struct AllConnections;                                  // until set_mask(...)
template <int Percent> struct Sparse;                   // drawn
struct NoAutapses;                                      // none of a channel to itself
template <int Excitatory, int Inhibitory> struct Dale;  // s_j |v|; Excitatory<E, I>: those of E alone
template <int R> struct LowRank;                        // U V
class Parametrisations;                                 // those of one weight, in their order
// Parametrisation: what one of one's own offers; StandsFirst, Elementwise; ParametrisationType: one without its type; AddToGradient
class EffectiveWeights;  // while it lives, each weight is made once

// --- operations, in the usual order of a layer
// StatefulOperation, MechanismOperation, MechanismOf: those with states of their own
template <int In, int Out, int K, int Stride, class... With> struct Conv;  // feedforward convolution
template <class Lateral, class... With> struct Recur;                      // lateral recurrence arrives
struct Modulate;                                                           // gain over time
struct AddInput;                                                           // external input arrives
template <Name Source, class... With> struct AddSkip;                      // from an earlier layer
template <Name Source, class... With> struct AddFeedback;                  // from a later layer
template <class Solver, class... With> struct Evolve;                      // tau dr/dt = -r + u
template <class Solver, class... With> struct EvolvePotential;             // tau dv/dt = -v + u, r = f(v)
struct Leak;                                           // also BoundedLeak: alpha = dt/tau is learned
struct Relu;                                           // also Tanh, Sigmoid, Retanh, NoNonlinearity
struct MiddleRelu;                                     // between two convolutions of a layer
struct Supralinear;                                    // k sign(x) |x|^n
template <class Kind> struct Adaptation;               // minus what was fired lately
template <class Kind> struct SynapticDepression;       // times what synapses have left
template <class Kind> struct DelayedNormalisation;     // divided by what was lately
template <class Kind> struct ApplyGain;                // Spatial, Feature, Uniform
template <class Scaling, class... With> struct Noise;  // sigma c xi, c as the scaling says; InMembers
template <class Kind> struct AddBias;                  // Spatial, Feature, Uniform
template <int Groups, class... With> struct GroupNorm;
struct Record;                        // the response
struct Delay;                         // the state, and the feedforward delay
template <class How> struct DelayBy;  // DelayBy<Interpolated>, DelayBy<LearnedDelay<>>: one between two steps
template <int K, int Stride, int Margin> struct MaxPool;
template <int K, int Stride, int Margin> struct AvgPool;
template <int Height, int Width> struct AdaptiveAvgPool;
template <class... With> struct BatchNorm;
struct Dropout;
template <int In, int Out, class... With> struct Linear;               // a matrix product of the channels
template <int In, int Out, int Side, class... With> struct Dense;      // a linear map of all units
template <class Body, class Shortcut, class... With> struct Residual;  // F(x) + S(x)
template <int N, class Operations, class... With> struct Repeat;       // copies one after the other
struct ZeroIfAbsent;                                                   // active before input; Units<N>: silent
struct InputAdaption;                                                  // a frame fades while it stays on
template <int In, int Mid, int Out, int K> struct Retina;
struct PerStep;          // scalings of noise: whatever dt is
struct WhiteDrive;       // in the drive: tau dr = (-r + u) dt + sigma dW
struct Diffusion;        // behind the solver: dr = ... dt + sigma dW
struct StationaryDrive;  // in the drive, so that the response has the standard deviation sigma
struct Stationary;       // the same behind the solver
class NoiseSource;       // the random numbers of a run
// NoiseScaling, SideOfSolver: what a scaling of one's own offers
struct Moment;           // what an operation sees of the running model
struct Composition;      // what an operation sees of its place; StoredLayer: what others may know of a layer
class ParameterVisitor;  // an operation shows it what is learned
struct Fixed;            // what is not
struct Weight;           // of a convolution, or a linear map
struct SameStep;         // AddSkip<..., SameStep>: of this time step
struct Interpolated;     // Recur, AddSkip, AddFeedback<..., Interpolated>: a delay that is no multiple of dt
template <class Kind> struct LearnedDelay;  // a delay that learns, of the connection or of each channel
class InterpolatedDelay;                    // what holds it; DelayTaps: which states count
template <int N> struct Padding;
// Operation, SimpleOperation, MomentOperation, TrainedOperation: what an operation offers; MemoryOperation,
// EvolutionOperation, RecurrenceOperation, IncomingOperation, OnlyOnce, ActiveWithoutInput, ForgetsState: what it says of itself

// --- models
template <Name N, class... Operations> struct Layer;  // struct V1 : Layer<"V1", ...> {};
template <class... Layers> struct Model;              // struct MyNet : Model<V1, V2> {};
// LayerType: what a layer is; LayerOf<name, operations>: a layer of a list of operations; ModelWith<Head, layers...>
template <class... With> struct LinearHead;  // the head of a model: global mean, linear map
using Classifier = LinearHead<>;
template <class... With> struct Readout;  // a head that does not pool
struct NoHead;                            // outputs are the last response
template <template <int...> class Recurrence, class... Policies> struct DyRCNNx2;
template <template <int...> class Recurrence, class... Policies> struct DyRCNNx4;
template <template <int...> class Recurrence, class... Policies> struct DyRCNNx8;
template <template <int...> class Recurrence, class... Policies> struct CorNetRT;
template <template <int...> class Recurrence, class... Policies> struct CordsNet;

// --- rate networks; EIRNN, MultiArea<3, RateArea...>, From; LearnedStart; BalancedSums, BalancedMeans, GammaSizes
template <int In, int N, class... With> struct CTRNN;  // tau dv/dt = -v + W r + U x + b, r = f(v), z = V r + c
template <Name Layer, int In, int N, class... With> struct RateLayer;  // an area of one
struct Potentials;                           // the state is v; RatesAreState: tau dr/dt = -r + f(u)
template <class... P> struct Incoming;       // policies of U; Recurrent: of W; Outgoing: of V
template <class Scaling> struct RateNoise;   // noise of the rates
template <class... Operations> struct More;  // what arrives from other areas
class Plasticity;                            // how much of an optimiser's step a weight takes
template <template <int...> class Recurrence, class... Policies> struct AlexNet;
template <int Depth, template <int...> class Recurrence, class... Policies>
struct ResNet;  // ResNet18, ResNet34, ResNet50, ResNet101, ResNet152

// ResNet20, ResNet32, ResNet44, ResNet56, ResNet110, ResNet1202: for images of 32 x 32

// --- policies of the families
struct ToOutput;  // where the recurrence arrives: also ToMiddle, ToInput
struct ToMiddle;
struct ToInput;
struct NoSkip;      // or Skip<Integration>
struct NoFeedback;  // or Feedback<Integration>
struct NoRetina;
struct WithRetina;
struct WholeSteps;                             // or Interpolated, LearnedDelay<>: of the lateral delay
template <class How> struct FeedforwardDelay;  // the same of the feedforward delay
struct NoNoise;                                // or WithNoise<Scaling>: in every area of a family
template <Name... Labels> struct Order;        // of the operations in a layer
// TargetPolicy, SolverPolicy, SkipPolicy, FeedbackPolicy, NonlinearityPolicy, RetinaPolicy, NoisePolicy, OrderPolicy,
// DelayPolicy, FeedforwardPolicy: what each may be

// --- data
struct Images;        // (N,C,H,W), labels, class names
struct FashionMnist;  // from IDX files
struct Mnist;
struct IdxSet;          // what both are
struct DataSettings;    // which images, and how they are divided
struct Normalisation;   // of their pixels
struct KnownDataSet;    // what its name says of a data set
struct TrainingImages;  // for training, and for validation
class Batches;          // shuffled minibatches, each a Batch
struct Batch;           // images and labels
struct BatchOptions;    // size, order, seed
struct Presentation;    // pattern and reaction time

// --- run
namespace run {
struct Stimulus;                       // what is shown at each step
struct Settings;                       // steps, idle steps, truncation, what is kept
struct Activity;                       // outputs and responses
struct Trace;                          // one signal over time
struct Probe;                          // what a run looks at while it goes; Statistic, Over, Unit: what it keeps of it
struct Probed;                         // what it has seen
struct Trial;                          // a batch as it is presented and scored
struct TrialSettings;                  // how
struct State;                          // what a run goes on from; LayerState: of one layer
template <class Model> class Stepper;  // one step at a time
struct Plan;                           // what run::compiled will do; run::plan(model, shape, settings)
// CudaGraph: a run or a training step, recorded once and replayed
}  // namespace run

// --- losses
struct CrossEntropy;
enum class LossReduction;    // mean, sum, none
struct ActivityLoss;         // metabolic cost
enum class ActivityMode;     // of its responses
class WeightedSum;           // the objective
struct LossPart;             // one term of it
struct LossSettings;         // objective_of(...): the objective from names; LossConfigs: their numbers
struct LossAverage;          // of many batches
struct LossValue;            // its total and its parts
struct WeightedSteps;        // cross entropy over the last steps, each with its weight
struct SpontaneousActivity;  // cost of what happens while nothing is shown

// --- training
struct OptimizerSettings;  // its name, learning rate, arguments
class Optimizer;           // of torch.optim, with learning rates by group
struct LrParameterGroup;   // names -> factor of the learning rate; LrParameterGroups: all of them
struct ParameterGroup;     // parameters with one factor
struct SchedulerSettings;  // of the learning rate
struct SchedulerConfigs;   // when it goes on
class Scheduler;           // of torch.optim.lr_scheduler
struct Rates;              // what it gives: learning rate, momentum
struct LrScaling;          // how the learning rate follows the batch size
struct InitialWeights;     // begin_with(...): weights before a training, what is trained
struct PresentSettings;    // present_with(...): a RunBatch of a model
enum class RunPath;        // compiled, unroll
enum class Precision;      // of signals: float, bfloat16, half
class KwargValue;          // arguments by name, of optimisers, schedulers, losses
// Kwargs: a list of them with their names
enum class KwargKind;
struct Kwarg;         // one that there is
class KnownKwargs;    // what is given, and defaults
struct FitSettings;   // epochs, updates, clipping, checkpoints
struct Fit;           // what came of fit(...)
struct Presented;     // one batch that was run; RunBatch: runs one
struct BatchContext;  // which one, and what for
struct EvaluateSettings;
struct Evaluation;           // loss, accuracy, accuracy over time, responses
struct LayerResponse;        // of one layer
struct Checkpoint;           // weights, optimizer, TrainingState
struct TrainingState;        // epoch, step, seed, best so far
struct TrainingSums;         // of an epoch
struct Callbacks;            // functions called at the events of a training
struct Training;             // what they see
struct ResumeSettings;       // going on where a training stopped
struct CheckpointOutcome;    // written, or why not
struct RecordSettings;       // record_training(): all that is recorded beside it
struct WatchSettings;        // watch(): layers, norms, memory
struct TensorboardSettings;  // tensorboard(): scalars, distributions, filters
struct CurveSettings;        // training_curves(): a figure that is renewed
class BesideTraining;        // what is written beside a training ends none
// RandomState: where the generators of random numbers are
struct CordsNetTraining;  // the published training

// --- analysis
struct Facts;             // what can be said of a model before it runs; summary(model, shape)
struct LayerFacts;        // of one layer
struct OperationFacts;    // of one operation
struct ConnectionFacts;   // of one connection
enum class Way;           // lateral, skip, feedback
struct TrainingForecast;  // memory and work of a training step
struct Diagram;           // diagram(model, shape): SVG, DOT
// analysis::, from analysis/measures.hpp: measure_table (MeasureTable, TraceRows, Shown), temporal_summation, recovery,
// contrast_response, fit_normalisation, judge (Judgements), reaction_times, robustness, fit_psychometric; quantile, spearman;
// decode (Decoding, PatternsOverTime), decoding_chance, dissimilarities, similarity, noise_ceiling, linear_cka, debiased_cka,
// BatchedAlignment, dimensionality, SignProjection
// stability::, from analysis/dynamics.hpp: StepMap, StateLayout, StepJacobian, fixed_points (FixedPoints), leading_modes (Modes),
// spectral_radius, lyapunov (Lyapunov), return_to_baseline, solver_order, delay_validation

// analysis::, from analysis/maps.hpp: fixed_points, equilibria, lyapunov_exponents, conditional_exponent, basin_depth: of maps and flows
// rate::, from rate/systems.hpp: LeakyIntegrator, Network, Lorenz, Kuramoto; rate/attractors.hpp: SrLatch, Hopfield, Ring;
// rate/ksat.hpp: Cnf, read_dimacs, Ctnn, Ctds, solve; rate/reservoirs.hpp: ridge, Force, memory_capacity, synchronization,
// ClosedLoop; rate/programming.hpp: Ensemble, program_dynamics, program_reservoir

// --- models without their type
class AnyModel;           // any_model_of<Net>(options); run, plan, summary and the others take it
struct ModelFunctions;    // what is different for every type
struct Structure;         // a model in the words of a configuration; type_of(structure)
struct StructureProblem;  // what is wrong with it
struct Variant;           // a model that a program has built in: built_in_variants()
struct FirstUse;          // how make_model(structure) and own_model(file, type) compile what is not

// --- files and records
enum class Reading;     // copied or mapped
class TensorMap;        // named tensors of a file: read_tensors; read_/write_ safetensors, torch, npy, npz
struct WeightOptions;   // load_weights: names, strict or not, classes, what is trained
struct WeightsReport;   // what became of every name
struct NameTable;       // names of a file -> names here; published ones: names::cornet_rt() ...
class AtomicFile;       // written whole or not at all
struct CsvTable;        // read_csv
class CsvWriter;        // row by row
class RunFolder;        // runs/<time>-<model>
class RunLock;          // one process at a time in a run folder
class RunLog;           // log.txt and log.jsonl
struct ProcessMemory;   // resident and peak
class Interrupt;        // Ctrl-C that stops cleanly
class Progress;         // progress bar
struct ProgressView;    // where and how
class TextTable;        // summary
struct MetricsRow;      // named numbers
class MetricsTable;     // of a training: columns appear as they come
struct Curve;           // accuracy over time
struct LabelledLogits;  // outputs and labels of the steps that count; TrialAnswer: of a trial

}  // namespace dynvision
