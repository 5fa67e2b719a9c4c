// AnyModel: a model without its type, for all that is not templated on it: programs that choose their model by a
// configuration, training, reports.
//
//   AnyModel model = any_model_of<DyRCNNx4<Full, ToInput>>({.n_classes = 10});      variants/any_model_of.hpp
//   run::Activity const a = run::run(model, images, {.n_timesteps = 20});           as for a model of a type
//   std::printf("%s%s\n", model.type().c_str(), summary(model).c_str());
//
// The functions for models are there for it under their names: run::run, compiled, unroll, plan, make_trial, initial_state,
// facts_of, summary, diagram, clamp_delays. What runs is what the type has: the model is called once a run through a table
// of functions (ModelFunctions), and knows its type from there on, so that the loop over time is the same code. Copies share
// the model, which lives as long as the last of them.
#pragma once
#include <dynvision/analysis/diagram.hpp>
#include <dynvision/concepts/options.hpp>
#include <dynvision/core/parameters.hpp>
#include <dynvision/model/part.hpp>
#include <dynvision/run/activity.hpp>
#include <dynvision/run/plan_numbers.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/stimulus.hpp>
#include <dynvision/run/trial.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dynvision {

// What is different for every type of model; `model` points to one of that type. One table for a type, made by
// variants/any_model_of.hpp.
struct ModelFunctions {
  bool is_different_in_training;
  Options const& (*options)(void const* model);
  std::vector<int> const& (*memory)(void const* model);
  Parts (*parts)(void const* model);
  std::shared_ptr<void> (*copy)(void const* model);
  void (*to)(void* model, at::TensorOptions const& target);
  void (*train)(void* model, bool on);
  bool (*in_training)(void const* model);
  int (*n_residual_timesteps)(void const* model);
  void (*clamp_delays)(void const* model);
  analysis::ModelView (*view)(void const* model);
  run::Activity (*compiled)(void const* model, run::Stimulus const& stimulus, run::Settings const& settings);
  run::Activity (*compiled_images)(void const* model, Tensor const& images, run::Settings const& settings);
  run::Activity (*unroll)(void const* model, run::Stimulus const& stimulus, run::Settings const& settings);
  run::Activity (*unroll_images)(void const* model, Tensor const& images, run::Settings const& settings);
  run::Plan (*plan)(void const* model, std::array<std::int64_t, 4> images, run::Settings const& settings);
};

class AnyModel {
 public:
  AnyModel(std::shared_ptr<void> model, ModelFunctions const& functions, std::string type)
      : options(functions.options(model.get())),
        memory(functions.memory(model.get())),
        model_(std::move(model)),
        functions_(&functions),
        type_(std::make_shared<std::string const>(std::move(type))) {}
  AnyModel(AnyModel const&) = default;
  // Then it is the other model: `options` and `memory` are those of that one.
  AnyModel& operator=(AnyModel const& other) {
    if (this != &other) {
      AnyModel copy(other);  // nothing below throws
      std::destroy_at(this);
      std::construct_at(this, std::move(copy));
    }
    return *this;
  }

  Options const& options;          // of the model, as it was composed
  std::vector<int> const& memory;  // [steps] that each layer's delay line holds

  std::string const& type() const { return *type_; }  // "DyRCNNx4<Full, ToInput>"
  Parts parts() const { return functions_->parts(model_.get()); }
  Parameters parameters() const { return parameters_of(parts()); }  // all named tensors, each once
  // A model of its own, with the same parameters until one of the two is moved, as a copy of a typed model has them.
  AnyModel copy() const { return {functions_->copy(model_.get()), *functions_, *type_}; }
  void to(at::TensorOptions const& target) { functions_->to(model_.get(), target); }
  void train(bool on = true) { functions_->train(model_.get(), on); }
  bool in_training() const { return functions_->in_training(model_.get()); }
  bool is_different_in_training() const { return functions_->is_different_in_training; }
  int n_residual_timesteps() const { return functions_->n_residual_timesteps(model_.get()); }

  // For the functions below.
  ModelFunctions const& functions() const { return *functions_; }
  void const* model() const { return model_.get(); }

 private:
  std::shared_ptr<void> model_;
  ModelFunctions const* functions_;
  std::shared_ptr<std::string const> type_;
};

inline Facts facts_of(AnyModel const& model, std::array<int, 3> image = {0, 0, 0}) {
  return facts_of(model.functions().view(model.model()), model.parts(), model.options, image);
}
inline void clamp_delays(AnyModel const& model) { model.functions().clamp_delays(model.model()); }

namespace run {

inline Activity compiled(AnyModel const& model, Stimulus const& stimulus, Settings const& settings = {}) {
  return model.functions().compiled(model.model(), stimulus, settings);
}
inline Activity compiled(AnyModel const& model, Tensor const& images, Settings const& settings = {}) {
  return model.functions().compiled_images(model.model(), images, settings);
}
inline Activity run(AnyModel const& model, Stimulus const& stimulus, Settings const& settings = {}) {
  return compiled(model, stimulus, settings);
}
inline Activity run(AnyModel const& model, Tensor const& images, Settings const& settings = {}) {
  return compiled(model, images, settings);
}
inline Activity unroll(AnyModel const& model, Stimulus const& stimulus, Settings const& settings = {}) {
  return model.functions().unroll(model.model(), stimulus, settings);
}
inline Activity unroll(AnyModel const& model, Tensor const& images, Settings const& settings = {}) {
  return model.functions().unroll_images(model.model(), images, settings);
}
inline Plan plan(AnyModel const& model, std::array<std::int64_t, 4> images, Settings const& settings = {}) {
  return model.functions().plan(model.model(), images, settings);
}

}  // namespace run

}  // namespace dynvision
