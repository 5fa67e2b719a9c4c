// What bench.worker measures: a case, and a model that is run for it on one of the library's paths.
#pragma once
#include <dynvision/run/compiled.hpp>
#include <dynvision/run/cuda_graph.hpp>

#include <ATen/ops/cross_entropy_loss_ops.h>

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

using namespace dynvision;

struct Case {
  std::string model, recurrence, path, mode, dtype, layout, device;
  int batch = 1, size = 32, idle = 0, steps = 20, delay = 3;
  int checkpoint = 0;       // every so many steps; 0: keep all
  std::int64_t budget = 0;  // [bytes] of memory; 0: none
  int store = 0;            // 1: what is kept in bfloat16
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(Case, model, recurrence, path, mode, dtype, layout, device, batch, size, idle, steps,
                                 delay, checkpoint, budget, store)

  bool half() const { return dtype == "bfloat16"; }
  bool training() const { return mode == "training"; }
  bool on_gpu() const { return device == "cuda"; }
  bool interpreted() const { return path == "reference" || path == "libtorch"; }  // in bfloat16: under autocast
};

inline std::vector<std::string> const path_names{"libtorch", "reference", "compiled", "operations", "recorded"};

template <class Model>
run::Activity run_on(std::string const& path, Model& model, run::Stimulus const& stimulus,
                     run::Settings const& settings) {
  if (path == "reference") return run::unroll(model, stimulus, settings);
  if (path == "compiled") return run::compiled(model, stimulus, settings);
  if (path == "operations") return run::compiled_by(kernels::Backend::tensors, model, stimulus, settings);
  throw std::invalid_argument("no path " + path);
}

inline run::Settings settings_of(Case const& chosen) {
  if (chosen.checkpoint + chosen.budget + chosen.store > 0 && chosen.interpreted())
    throw std::invalid_argument("path " + chosen.path + " has no checkpoints");
  return {.n_timesteps = chosen.steps,
          .idle_timesteps = chosen.idle,
          .checkpoint_timesteps = chosen.checkpoint,
          .memory_budget = chosen.budget,
          .compute_bfloat16 = !chosen.interpreted() && chosen.half(),
          .store_bfloat16 = chosen.store > 0};
}

// What is measured: a model on a path.
struct Subject {
  Parameters parameters;
  std::function<Tensor(Tensor const&)> forward;                                          // (B,C,H,W) -> (B,T,K)
  std::function<run::CudaGraph(Tensor const& images, Tensor const& labels)> recorded{};  // a step, or inference
  std::function<std::shared_ptr<run::PreparedRun>(Tensor const& images)> prepared{};     // of the compiled path
};

// As PyTorch's, without a look at the labels: that would wait for the GPU.
inline Tensor mean_cross_entropy(Tensor const& outputs, Tensor const& labels) {
  return at::_ops::cross_entropy_loss::call(outputs.to(at::kFloat).flatten(0, 1), labels.flatten(), {}, 1, -100, 0);
}

template <class Model> Subject subject_of(Case const& chosen, std::shared_ptr<Model> const& model) {
  run::Settings const settings = settings_of(chosen);
  model->to(at::TensorOptions(chosen.on_gpu() ? at::kCUDA : at::kCPU));
  Subject subject{model->parameters(), {}};
  subject.forward = [model, settings, path = chosen.path](Tensor const& images) {
    return run_on(path, *model, run::present(images, settings.n_timesteps), settings).outputs;
  };
  if (chosen.path == "compiled") {
    subject.prepared = [model, settings](Tensor const& images) -> std::shared_ptr<run::PreparedRun> {
      run::Stimulus const stimulus = run::present(images, settings.n_timesteps);
      kernels::Engine const engine{run::signal_dtype(model->options, settings), images.device(),
                                   kernels::backend_for(images.device())};
      return std::make_shared<run::PreparedRunOf<Model>>(*model, stimulus, settings,
                                                         run::Monitors(model->parts(), settings), engine);
    };
  }
  if (chosen.path == "recorded") {
    subject.recorded = [model, settings, training = chosen.training()](Tensor const& images, Tensor const& labels) {
      if (!training) return run::recorded(*model, images, settings);
      return run::recorded(*model, images, labels, settings, [](run::Activity const& activity, Tensor const& wanted) {
        return mean_cross_entropy(activity.outputs, wanted);
      });
    };
  }
  return subject;
}

Subject published_subject(Case const& chosen);  // CORnet-RT and CordsNet, in published.cpp

}  // namespace bench
