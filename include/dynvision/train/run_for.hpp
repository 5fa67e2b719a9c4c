// Runs a model as the context of a batch asks for: with responses, monitors and probes, on the compiled path or step by step.
//
//   RunBatch const run = [&](Batch const& batch, BatchContext const& context) -> Presented {
//     run::Trial const trial = run::make_trial(model, batch.images, batch.labels, …);
//     return {run_for(context, model, trial.stimulus), trial.labels};
//   };
//
// With run::run in its place a training works as well, but cannot say at which operation a signal stopped being finite, nor which
// layers are silent. `model`: of a type, or AnyModel.
#pragma once
#include <dynvision/run/run.hpp>
#include <dynvision/run/unroll.hpp>
#include <dynvision/train/evaluate.hpp>

namespace dynvision {

template <class Model>
run::Activity run_for(BatchContext const& context, Model const& model, run::Stimulus const& stimulus,
                      run::Settings settings = {}) {
  settings.record = settings.record || context.record;
  settings.monitor.insert(settings.monitor.end(), context.monitor.begin(), context.monitor.end());
  settings.probes.insert(settings.probes.end(), context.probes.begin(), context.probes.end());
  using run::run;  // with those of the model's name space
  using run::unroll;
  return context.reference ? unroll(model, stimulus, settings) : run(model, stimulus, settings);
}

}  // namespace dynvision
