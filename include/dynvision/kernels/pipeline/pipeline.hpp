// Pipeline: a run of neighbouring pointwise operations, forward and reverse, by one of three backends.
//
// Roles are composed by the compiler (kernels/pipeline/roles.hpp, kernels/pipeline/program.hpp).
#pragma once
#include <dynvision/kernels/pipeline/launcher.hpp>
#include <dynvision/kernels/pipeline/loop.hpp>
#include <dynvision/kernels/pipeline/tensors.hpp>

namespace dynvision::kernels {

template <class... Roles> struct Pipeline {
  Row<Roles...> roles;

  void forward(Engine const& engine, Arguments const& flow) const {
    PipelineLauncher const& kernel = pipeline_launcher<Pipeline>;
    if (engine.backend == Backend::loops) {
      engine.with_storage([&]<class S>(S) { PipelineLoop<S, Roles...>::forward(roles, flow); });
    } else if (engine.backend == Backend::tensors || !launch_forward(kernel, engine, &roles, flow)) {
      PipelineTensors<Roles...>::forward(engine, roles, flow);
    }
  }
  void reverse(Engine const& engine, Arguments const& flow, AdjointArguments const& back) const {
    PipelineLauncher const& kernel = pipeline_launcher<Pipeline>;
    if (engine.backend == Backend::loops) {
      engine.with_storage([&]<class S>(S) { PipelineLoop<S, Roles...>::reverse(roles, flow, back); });
    } else if (engine.backend == Backend::tensors || !launch_reverse(kernel, engine, &roles, flow, back)) {
      PipelineTensors<Roles...>::reverse(engine, roles, flow, back);
    }
  }
};

}  // namespace dynvision::kernels
