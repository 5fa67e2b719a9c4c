// any_model_of: an AnyModel of a type. This header alone knows both paths and the type; what uses the model does not.
//
//   AnyModel model = any_model_of<MyNet>({.n_classes = 10});
//   AnyModel same = any_model(my_net);                           shares its parameters with my_net
#pragma once
#include <dynvision/core/type_text.hpp>
#include <dynvision/model/clamp_delays.hpp>
#include <dynvision/run/compiled.hpp>
#include <dynvision/run/plan.hpp>
#include <dynvision/run/unroll.hpp>
#include <dynvision/variants/any_model.hpp>

#include <memory>
#include <string>
#include <type_traits>

namespace dynvision {

namespace variants {

template <class M> M const& typed(void const* model) { return *static_cast<M const*>(model); }

template <class M>
inline constexpr ModelFunctions functions_of{
    .is_different_in_training = M::is_different_in_training,
    .options = [](void const* model) -> Options const& { return typed<M>(model).options; },
    .memory = [](void const* model) -> std::vector<int> const& { return typed<M>(model).memory; },
    .parts = [](void const* model) { return typed<M>(model).parts(); },
    .copy = [](void const* model) -> std::shared_ptr<void> { return std::make_shared<M>(typed<M>(model)); },
    .to = [](void* model, at::TensorOptions const& target) { static_cast<M*>(model)->to(target); },
    .train = [](void* model, bool on) { static_cast<M*>(model)->train(on); },
    .in_training = [](void const* model) { return typed<M>(model).in_training; },
    .n_residual_timesteps = [](void const* model) { return typed<M>(model).n_residual_timesteps(); },
    .clamp_delays = [](void const* model) { dynvision::clamp_delays(typed<M>(model)); },
    .view = [](void const* model) { return analysis::view(typed<M>(model)); },
    .compiled = [](void const* model, run::Stimulus const& stimulus,
                   run::Settings const& settings) { return run::compiled(typed<M>(model), stimulus, settings); },
    .compiled_images = [](void const* model, Tensor const& images,
                          run::Settings const& settings) { return run::compiled(typed<M>(model), images, settings); },
    .unroll = [](void const* model, run::Stimulus const& stimulus,
                 run::Settings const& settings) { return run::unroll(typed<M>(model), stimulus, settings); },
    .unroll_images = [](void const* model, Tensor const& images,
                        run::Settings const& settings) { return run::unroll(typed<M>(model), images, settings); },
    .plan = [](void const* model, std::array<std::int64_t, 4> images,
               run::Settings const& settings) { return run::plan(typed<M>(model), images, settings); },
};

}  // namespace variants

// `type`: what AnyModel::type says.
template <class M> AnyModel any_model(M const& model, std::string type = type_text<M>()) {
  static_assert(
      requires { M::n_layers; },
      "dynvision: expected a model, such as Model<V1, V2> or DyRCNNx4<> (docs/concepts/variants.md)");
  return AnyModel(std::make_shared<M>(model), variants::functions_of<M>, std::move(type));
}
template <class M> AnyModel any_model_of(Options const& options = {}, std::string type = type_text<M>()) {
  return any_model(M(options), std::move(type));
}

}  // namespace dynvision
