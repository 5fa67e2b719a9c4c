// The families of models that a configuration can name: their header, and what they are without further words. The defaults
// are those of the headers, which tests/variants/structure.cpp compares them with.
#pragma once
#include <dynvision/variants/words/policies.hpp>

#include <array>
#include <string_view>

namespace dynvision::variants {

struct Family {
  std::string_view model_name;
  std::string_view header;
  std::string_view recurrence;                            // the type that it has by default
  std::array<std::string_view, n_policy_kinds> defaults;  // by PolicyKind; empty: it has no use for the kind
  bool has_middle;                                        // its areas have two convolutions each
  std::string_view sizes{};  // of rate networks, in place of the recurrence: arguments before policies

  bool takes(PolicyKind kind) const { return !defaults[static_cast<std::size_t>(kind)].empty(); }
};

namespace family_defaults {
using All = std::array<std::string_view, n_policy_kinds>;
inline constexpr All dyrcnn{"ToOutput",      "Additive", "Euler",   "Skip<>",     "NoFeedback",
                            "Relu",          "NoRetina", "NoNoise", "WholeSteps", "FeedforwardDelay<>",
                            "PublishedOrder"};
inline constexpr All cornet_rt{"ToMiddle", "Additive", "NoSolver",   "NoSkip", "NoFeedback",    "Relu",
                               "",         "",         "WholeSteps", "",       "PublishedOrder"};
inline constexpr All cordsnet{"ToOutput", "Additive",   "Euler", "Skip<>",        "", "Relu", "",
                              "",         "WholeSteps", "",      "PublishedOrder"};
inline constexpr All alexnet{"ToOutput",   "Additive", "NoSolver",      "", "", "Relu", "", "",
                             "WholeSteps", "",         "PublishedOrder"};
inline constexpr All ctrnn{"",
                           "",
                           "Euler",
                           "",
                           "",
                           "Relu",
                           "",
                           "NoNoise",
                           "",
                           "",
                           "",
                           "Potentials",
                           "Uniform",
                           "NoRateNoise",
                           "Incoming<>",
                           "Recurrent<>",
                           "Outgoing<>",
                           "NoLeak",
                           "NoLearnedStart"};
inline constexpr All eirnn = [] {
  All all = ctrnn;
  all[static_cast<std::size_t>(PolicyKind::balance)] = "BalancedSums";
  return all;
}();
inline constexpr All resnet{"ToOutput", "Additive", "NoSolver", "", "", "Relu", "", "", "WholeSteps", "", ""};
}  // namespace family_defaults

inline constexpr Family families_by_name[] = {
    {"DyRCNNx2", "dyrcnn.hpp", "Full", family_defaults::dyrcnn, false},
    {"DyRCNNx4", "dyrcnn.hpp", "Full", family_defaults::dyrcnn, false},
    {"DyRCNNx8", "dyrcnn.hpp", "Full", family_defaults::dyrcnn, true},
    {"CorNetRT", "cornet_rt.hpp", "Self", family_defaults::cornet_rt, true},
    {"CordsNet", "cordsnet.hpp", "Full", family_defaults::cordsnet, false},
    {"AlexNet", "alexnet.hpp", "NoRecurrence", family_defaults::alexnet, false},
    {"ResNet18", "resnet.hpp", "NoRecurrence", family_defaults::resnet, true},
    {"ResNet34", "resnet.hpp", "NoRecurrence", family_defaults::resnet, true},
    {"ResNet50", "resnet.hpp", "NoRecurrence", family_defaults::resnet, true},
    {"ResNet101", "resnet.hpp", "NoRecurrence", family_defaults::resnet, true},
    {"ResNet152", "resnet.hpp", "NoRecurrence", family_defaults::resnet, true},
    {"ResNet20", "resnet.hpp", "NoRecurrence", family_defaults::resnet, true},
    {"ResNet32", "resnet.hpp", "NoRecurrence", family_defaults::resnet, true},
    {"ResNet44", "resnet.hpp", "NoRecurrence", family_defaults::resnet, true},
    {"ResNet56", "resnet.hpp", "NoRecurrence", family_defaults::resnet, true},
    {"ResNet110", "resnet.hpp", "NoRecurrence", family_defaults::resnet, true},
    {"ResNet1202", "resnet.hpp", "NoRecurrence", family_defaults::resnet, true},
    {"CTRNN", "rate/ctrnn.hpp", "FullyConnected", family_defaults::ctrnn, false, "image_channels, any_units"},
    {"EIRNN", "rate/eirnn.hpp", "FullyConnected", family_defaults::eirnn, false, "image_channels, any_units"},
};

}  // namespace dynvision::variants
