// What bench.worker measures: a case, and a model that is run for it on one of the library's paths.
#pragma once
#include <dynvision/run/compiled.hpp>

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

using namespace dynvision;

struct Case {
  std::string model, recurrence, path, mode, dtype, layout;
  int batch = 1, size = 32, idle = 0, steps = 20, delay = 3;
  int checkpoint = 0;  // every so many steps; 0: keep all
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(Case, model, recurrence, path, mode, dtype, layout, batch, size, idle, steps, delay,
                                 checkpoint)

  bool half() const { return dtype == "bfloat16"; }
  bool training() const { return mode == "training"; }
};

inline std::vector<std::string> const path_names{"libtorch", "reference", "compiled"};

template <class Model>
run::Activity run_on(std::string const& path, Model& model, run::Stimulus const& stimulus,
                     run::Settings const& settings) {
  if (path == "reference") return run::unroll(model, stimulus, settings);
  if (path == "compiled") return run::compiled(model, stimulus, settings);
  throw std::invalid_argument("no path " + path);
}

inline run::Settings settings_of(Case const& chosen) {
  bool const compiled = chosen.path == "compiled";
  if (chosen.checkpoint > 0 && !compiled) throw std::invalid_argument("path " + chosen.path + " has no checkpoints");
  return {.n_timesteps = chosen.steps,
          .idle_timesteps = chosen.idle,
          .checkpoint_timesteps = chosen.checkpoint,
          .compute_bfloat16 = compiled && chosen.half()};
}

// What is measured: a model on a path.
struct Subject {
  Parameters parameters;
  std::function<Tensor(Tensor const&)> forward;  // (B,C,H,W) -> (B,T,K)
};

template <class Model> Subject subject_of(Case const& chosen, std::shared_ptr<Model> const& model) {
  run::Settings const settings = settings_of(chosen);
  return {model->parameters(), [model, settings, path = chosen.path](Tensor const& images) {
            return run_on(path, *model, run::present(images, settings.n_timesteps), settings).outputs;
          }};
}

Subject published_subject(Case const& chosen);  // CORnet-RT and CordsNet, in published.cpp

}  // namespace bench
