// Pipeline: a run of neighbouring pointwise operations, forward and reverse, by one of three backends.
//
// Roles are composed by the compiler (kernels/pipeline/roles.hpp, kernels/pipeline/program.hpp).
#pragma once
#include <dynvision/kernels/pipeline/loop.hpp>
#include <dynvision/kernels/pipeline/tensors.hpp>

namespace dynvision::kernels {

void forward(PipelineType const&, Engine const&, void const* roles, Arguments const&);
void reverse(PipelineType const&, Engine const&, void const* roles, Arguments const&, AdjointArguments const&);

template <class... Roles> struct Pipeline {
  Row<Roles...> roles;

  void forward(Engine const& engine, Arguments const& arguments) const {
    kernels::forward(type, engine, &roles, arguments);
  }
  void reverse(Engine const& engine, Arguments const& arguments, AdjointArguments const& adjoint) const {
    kernels::reverse(type, engine, &roles, arguments, adjoint);
  }

 private:
  static constexpr RoleType const* types[]{&role_type<Roles>...};
  static void list(void const* roles, void const** to) {
    static_cast<Row<Roles...> const*>(roles)->each([&](auto const& role, int j) { to[j] = &role; });
  }

 public:
  static constexpr PipelineType type{static_cast<int>(sizeof...(Roles)),
                                     types,
                                     &list,
                                     StepLoop<float, Roles...>::both,
                                     StepLoop<double, Roles...>::both,
                                     &pipeline_launcher<Pipeline>};
};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/pipeline/pipeline.ipp>
#endif
