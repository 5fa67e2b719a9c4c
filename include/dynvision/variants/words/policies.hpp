// The words of recurrence types and of policies (families/policies.hpp), and the order in which a type's name has them.
#pragma once
#include <dynvision/variants/words/word.hpp>

#include <array>

namespace dynvision::variants {

inline constexpr Word recurrence_words[] = {
    {"full", "Full", "connections/full.hpp"},
    {"self", "Self", "connections/self.hpp"},
    {"depthwise", "Depthwise", "connections/depthwise.hpp"},
    {"pointwise", "Pointwise", "connections/pointwise.hpp"},
    {"depthpointwise", "DepthPointwise", "connections/depth_pointwise.hpp"},
    {"pointdepthwise", "PointDepthwise", "connections/point_depthwise.hpp"},
    {"local", "Local", "connections/local.hpp"},
    {"localdepthwise", "LocalDepthwise", "connections/local_depthwise.hpp"},
    {"none", "NoRecurrence", "connections/no_recurrence.hpp"},
};
inline constexpr Word target_words[] = {
    {"output", "ToOutput", ""},
    {"middle", "ToMiddle", ""},
    {"input", "ToInput", ""},
};
inline constexpr Word integration_words[] = {
    {"additive", "Additive", "", {"add"}},
    {"multiplicative", "Multiplicative", "", {"mul"}},
};
inline constexpr Word solver_words[] = {
    {"euler", "Euler", ""},
    {"rk4", "RungeKutta4", "dynamics/runge_kutta4.hpp"},
    {"none", "NoSolver", ""},
};
inline constexpr Word skip_words[] = {
    {"true", "Skip<>", "", {"add", "additive"}},
    {"mul", "Skip<Multiplicative>", "", {"multiplicative"}},
    {"false", "NoSkip", "", {"none"}},
};
inline constexpr Word feedback_words[] = {
    {"false", "NoFeedback", "", {"none"}},
    {"add", "Feedback<>", "", {"additive", "true"}},
    {"mul", "Feedback<Multiplicative>", "", {"multiplicative"}},
};
inline constexpr Word nonlinearity_words[] = {
    {"relu", "Relu", ""},     {"tanh", "Tanh", ""},           {"sigmoid", "Sigmoid", ""},
    {"retanh", "Retanh", ""}, {"none", "NoNonlinearity", ""},
};
inline constexpr Word retina_words[] = {
    {"false", "NoRetina", ""},
    {"true", "WithRetina", ""},
};
inline constexpr Word noise_words[] = {
    {"none", "NoNoise", ""},
    {"per_step", "WithNoise<PerStep>", ""},
    {"diffusion", "WithNoise<Diffusion>", ""},
    {"white_drive", "WithNoise<WhiteDrive>", ""},
    {"stationary_drive", "WithNoise<StationaryDrive>", ""},
    {"stationary", "WithNoise<Stationary>", ""},
};
inline constexpr Word delay_words[] = {
    {"whole_steps", "WholeSteps", ""},
    {"interpolated", "Interpolated", "connections/interpolated_delay.hpp"},
    {"learned", "LearnedDelay<>", "connections/interpolated_delay.hpp"},
    {"learned_by_channel", "LearnedDelay<Feature>", "connections/interpolated_delay.hpp"},
};
inline constexpr Word feedforward_words[] = {
    {"whole_steps", "FeedforwardDelay<>", ""},
    {"interpolated", "FeedforwardDelay<Interpolated>", "connections/interpolated_delay.hpp"},
    {"learned", "FeedforwardDelay<LearnedDelay<>>", "connections/interpolated_delay.hpp"},
    {"learned_by_channel", "FeedforwardDelay<LearnedDelay<Feature>>", "connections/interpolated_delay.hpp"},
};
// Of rate networks (rate/policies.hpp).
inline constexpr Word state_words[] = {
    {"potentials", "Potentials", ""},
    {"rates", "RatesAreState", ""},
};
inline constexpr Word time_constant_words[] = {
    {"uniform", "Uniform", ""},
    {"by_unit", "Feature", ""},
};
inline constexpr Word rate_noise_words[] = {
    {"none", "NoRateNoise", ""},
    {"per_step", "RateNoise<PerStep>", ""},
    {"diffusion", "RateNoise<Diffusion>", ""},
    {"white_drive", "RateNoise<WhiteDrive>", ""},
    {"stationary_drive", "RateNoise<StationaryDrive>", ""},
    {"stationary", "RateNoise<Stationary>", ""},
};
inline constexpr Word incoming_words[] = {
    {"free", "Incoming<>", ""},
    {"masked", "Incoming<Masked<>>", "rate/parametrised.hpp"},
    {"positive", "Incoming<Dale<1, 0>>", "rate/parametrised.hpp"},
    {"first_14", "Incoming<Masked<rate::FirstUnits<14>>, NoBias>", "rate/parametrised.hpp"},
    {"first_33", "Incoming<Masked<rate::FirstUnits<33>>, NoBias>", "rate/parametrised.hpp"},
};
inline constexpr Word recurrent_words[] = {
    {"free", "Recurrent<>", ""},
    {"no_autapses", "Recurrent<Masked<NoAutapses>>", "rate/parametrised.hpp"},
    {"masked", "Recurrent<Masked<>>", "rate/parametrised.hpp"},
    {"dale", "Recurrent<Dale<>>", "rate/parametrised.hpp"},
    {"no_autapses_dale", "Recurrent<Masked<NoAutapses>, Dale<>>", "rate/parametrised.hpp"},
    {"masked_dale", "Recurrent<Masked<>, Dale<>>", "rate/parametrised.hpp"},
    {"sparse_10", "Recurrent<Masked<Sparse<10>>>", "rate/parametrised.hpp"},
    {"sparse_20", "Recurrent<Masked<Sparse<20>>>", "rate/parametrised.hpp"},
    {"sparse_50", "Recurrent<Masked<Sparse<50>>>", "rate/parametrised.hpp"},
    {"sparse_10_dale", "Recurrent<Masked<Sparse<10>>, Dale<>>", "rate/parametrised.hpp"},
    {"sparse_20_dale", "Recurrent<Masked<Sparse<20>>, Dale<>>", "rate/parametrised.hpp"},
    {"sparse_50_dale", "Recurrent<Masked<Sparse<50>>, Dale<>>", "rate/parametrised.hpp"},
    {"low_rank_1", "Recurrent<LowRank<1>>", "rate/parametrised.hpp"},
    {"low_rank_2", "Recurrent<LowRank<2>>", "rate/parametrised.hpp"},
    {"low_rank_3", "Recurrent<LowRank<3>>", "rate/parametrised.hpp"},
    {"low_rank_5", "Recurrent<LowRank<5>>", "rate/parametrised.hpp"},
};
inline constexpr Word outgoing_words[] = {
    {"free", "Outgoing<>", ""},
    {"masked", "Outgoing<Masked<>>", "rate/parametrised.hpp"},
    {"dale", "Outgoing<Dale<>>", "rate/parametrised.hpp"},
    {"excitatory", "Outgoing<Excitatory<>>", "rate/parametrised.hpp"},
    {"last_27", "Outgoing<Masked<rate::LastUnits<27>>>", "rate/parametrised.hpp"},
    {"last_33", "Outgoing<Masked<rate::LastUnits<33>>>", "rate/parametrised.hpp"},
};
inline constexpr Word leak_words[] = {
    {"fixed", "NoLeak", ""},
    {"learned", "Leak", ""},
    {"learned_bounded", "BoundedLeak", ""},
};
inline constexpr Word start_words[] = {
    {"rest", "NoLearnedStart", ""},
    {"learned", "LearnedStart", ""},
};
inline constexpr Word balance_words[] = {
    {"sums", "BalancedSums", ""},
    {"gamma", "GammaSizes<>", ""},
    {"means", "BalancedMeans", ""},
};
// Names of operations in Order<...> (families/order.hpp).
inline constexpr std::array<std::string_view, 13> order_words{"layer",  "addext",   "addskip", "addfeedback", "tstep",
                                                              "nonlin", "supralin", "record",  "delay",       "pool",
                                                              "norm",   "addbias",  "readout"};

// Kinds of policies in the order in which a type's name has them; those of rate networks come last, which have no order of operations.
enum class PolicyKind {
  target,
  integration,
  solver,
  skip,
  feedback,
  nonlinearity,
  retina,
  noise,
  delay,
  feedforward,
  order,
  state,
  time_constants,
  rate_noise,
  incoming,
  recurrent,
  outgoing,
  leak,
  start,
  balance
};
inline constexpr std::size_t n_policy_kinds = 20;

inline constexpr Words recurrence_choice{"recurrence_type", recurrence_words};
inline constexpr std::array<Words, n_policy_kinds> policy_choices{{{"recurrence_target", target_words},
                                                                   {"integration", integration_words},
                                                                   {"dynamics_solver", solver_words},
                                                                   {"skip", skip_words},
                                                                   {"feedback", feedback_words},
                                                                   {"nonlinearity", nonlinearity_words},
                                                                   {"use_retina", retina_words},
                                                                   {"noise", noise_words},
                                                                   {"lateral_delay", delay_words},
                                                                   {"feedforward_delay", feedforward_words},
                                                                   {"order_of_operations", {}},
                                                                   {"rate_state", state_words},
                                                                   {"time_constants", time_constant_words},
                                                                   {"rate_noise", rate_noise_words},
                                                                   {"incoming_weights", incoming_words},
                                                                   {"recurrent_weights", recurrent_words},
                                                                   {"outgoing_weights", outgoing_words},
                                                                   {"leak", leak_words},
                                                                   {"initial_state", start_words},
                                                                   {"balance", balance_words}}};

}  // namespace dynvision::variants
