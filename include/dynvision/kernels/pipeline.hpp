// Pipeline: a run of neighbouring pointwise operations, forward and reverse, by one of three backends.
//
// Station: kernels. Roles are composed by the compiler (kernels/roles.hpp, kernels/program.hpp).
#pragma once
#include <dynvision/kernels/launcher.hpp>
#include <dynvision/kernels/pipeline_loop.hpp>
#include <dynvision/kernels/pipeline_tensors.hpp>

namespace dynvision::kernels {

template <class... Roles> struct Pipeline {
  Row<Roles...> roles;

  void forward(Engine const& engine, Flow const& flow) const {
    PipelineLauncher const& kernel = pipeline_launcher<Pipeline>;
    if (engine.backend == Backend::loops) {
      engine.with_storage([&]<class S>(S) { PipelineLoop<S, Roles...>::forward(roles, flow); });
    } else if (engine.backend == Backend::tensors || !launch_forward(kernel, engine, &roles, flow)) {
      PipelineTensors<Roles...>::forward(engine, roles, flow);
    }
  }
  void reverse(Engine const& engine, Flow const& flow, Backflow const& back) const {
    PipelineLauncher const& kernel = pipeline_launcher<Pipeline>;
    if (engine.backend == Backend::loops) {
      engine.with_storage([&]<class S>(S) { PipelineLoop<S, Roles...>::reverse(roles, flow, back); });
    } else if (engine.backend == Backend::tensors || !launch_reverse(kernel, engine, &roles, flow, back)) {
      PipelineTensors<Roles...>::reverse(engine, roles, flow, back);
    }
  }
};

}  // namespace dynvision::kernels
