// Pipeline: a run of neighbouring pointwise operations, forward and reverse, by one of three backends.
//
// Roles are composed by the compiler (kernels/pipeline/roles.hpp, kernels/pipeline/program.hpp).
#pragma once
#include <dynvision/kernels/pipeline/loop.hpp>
#include <dynvision/kernels/pipeline/tensors.hpp>

#include <algorithm>
#include <array>

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
  using Run = Program<Roles...>;
  static constexpr auto types = [] {
    std::array<RoleType const*, static_cast<std::size_t>(Run::J)> all{};
    all.fill(&input_type);
    int role = 0;
    ((all[static_cast<std::size_t>(Run::slot(role++))] = &role_type<Roles>), ...);
    return all;
  }();
  static void list(void const* roles, void const** to) {
    std::fill_n(to, Run::J, nullptr);
    static_cast<Row<Roles...> const*>(roles)->each([&](auto const& role, int j) { to[Run::slot(j)] = &role; });
  }

 public:
  static constexpr PipelineType type{Run::J,
                                     types.data(),
                                     &list,
                                     StepLoop<float, Roles...>::both,
                                     StepLoop<double, Roles...>::both,
                                     &pipeline_launcher<Pipeline>};
};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/pipeline/pipeline.ipp>
#endif
