// What a configuration says of how a model is run: run::Settings.
#pragma once
#include <dynvision/config/describe/description.hpp>
#include <dynvision/config/describe/lists.hpp>
#include <dynvision/run/settings.hpp>

namespace dynvision::config {

template <> struct Description<run::Settings> {
  static constexpr std::string_view section = "model";
  using S = run::Settings;
  static constexpr auto fields = hana::make_tuple(
      also<&S::n_timesteps>("model.n_timesteps"),
      field<&S::idle_timesteps>({.key = "idle_timesteps",
                                 .unit = "steps",
                                 .range = between(0, 1000000),
                                 .help = "blank steps before, not recorded, without gradient",
                                 .aliases = {"idle"}}),
      field<&S::truncated_bptt_timesteps>({.key = "truncated_bptt_timesteps",
                                           .unit = "steps",
                                           .range = at_least(0),
                                           .help = "after every so many the gradient goes no further back; 0: never",
                                           .aliases = {"tbptt"}}),
      also<&S::non_input_value>("data.non_input_value"),
      field<&S::feedforward_only>(
          {.key = "feedforward_only", .help = "without lateral, skip and feedback input", .aliases = {"ffonly"}}),
      no_key<&S::record>("the program asks for what it writes"),
      no_key<&S::monitor>("the objective asks for what it needs"), no_key<&S::probes>("functions of a program"),
      field<&S::checkpoint_timesteps>({.key = "checkpoint_timesteps",
                                       .unit = "steps",
                                       .range = at_least(0),
                                       .help = "states are kept of every so many steps only; 0: of all",
                                       .section = "trainer"}),
      field<&S::samples_at_once>({.key = "samples_at_once",
                                  .range = at_least(0),
                                  .help = "samples of a batch that are run together; 0: all",
                                  .section = "trainer"}),
      field<&S::memory_budget>({.key = "memory_budget",
                                .unit = "bytes",
                                .range = at_least(0),
                                .help = "a training step keeps no more: chooses the two above; 0: no budget",
                                .section = "trainer"}),
      field<&S::compute_bfloat16>({.key = "compute_bfloat16",
                                   .help = "signals in bfloat16, arithmetic of neurons in float32",
                                   .section = "trainer"}),
      field<&S::store_bfloat16>(
          {.key = "store_bfloat16", .help = "what is kept for the gradient in bfloat16", .section = "trainer"}),
      field<&S::share_cpus>({.key = "share_cpus",
                             .help = "one thread for LibTorch's operators while other programs take CPU time",
                             .section = "trainer"}),
      no_key<&S::start>("a state of a program"), no_key<&S::keep_state>("a program goes on from it"),
      field<&S::seed>(
          {.key = "seed", .help = "of the model's noise; null: of LibTorch's generator", .section = "trainer"}),
      no_key<&S::trial>("counted by the program"),
      field<&S::noise>({.key = "noise_enabled", .help = "false: operations that draw random numbers do nothing"}),
      no_key<&S::external>("tensors of a program"),
      field<&S::tau_factors>({.key = "tau_factors",
                              .help = "tau of a layer is multiplied by this number in each step: {\"V1\": [1, 2]}"}));
};

}  // namespace dynvision::config
