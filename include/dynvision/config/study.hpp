// Study: the numbers and words of a study, as the structs that the library takes them in.
//
//   config::Resolved const resolved = config::resolve({.files = {"study.json"}});
//   config::Study const& study = resolved.study;
//   DyRCNNx2<> model(study.options);
//
// What a configuration may say of each field is described in config/described/.
#pragma once
#include <dynvision/concepts/options.hpp>
#include <dynvision/config/mode_settings.hpp>
#include <dynvision/config/program_settings.hpp>
#include <dynvision/data/data_settings.hpp>
#include <dynvision/experiments/protocol/stimulus_settings.hpp>
#include <dynvision/losses/loss_settings.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/trial.hpp>
#include <dynvision/train/fit_settings.hpp>
#include <dynvision/train/initial_weights.hpp>
#include <dynvision/train/lr_scaling.hpp>
#include <dynvision/train/optimizer_settings.hpp>
#include <dynvision/train/record_settings.hpp>
#include <dynvision/variants/structure.hpp>

namespace dynvision::config {

struct Study {
  Structure structure{};       // of the model: its type
  Options options{};           // its numbers
  run::TrialSettings trial{};  // what is shown, which steps count
  run::Settings run{};         // how the model is run
  LossSettings loss{};
  OptimizerSettings optimizer{};
  LrScaling lr_scaling{};
  InitialWeights weights{};
  FitSettings fit{};
  RecordSettings record{};  // what a training leaves beside its checkpoints
  DataSettings data{};
  experiments::StimulusSettings stimulus{};
  ModeSettings modes{};
  ProgramSettings program{};
};

}  // namespace dynvision::config
