// NodeKinds: all kinds of nodes, and which of them an operation is.
//
// A new kind is a file in run/compiled/roles or run/compiled/stages, and its name here. An operation is of the first kind
// that says so: what is more special stands before what is more general.
#pragma once
#include <dynvision/core/list.hpp>
#include <dynvision/run/compiled/roles/bias.hpp>
#include <dynvision/run/compiled/roles/external_input.hpp>
#include <dynvision/run/compiled/roles/gain.hpp>
#include <dynvision/run/compiled/roles/input_adaption.hpp>
#include <dynvision/run/compiled/roles/map.hpp>
#include <dynvision/run/compiled/roles/mechanism.hpp>
#include <dynvision/run/compiled/roles/modulation.hpp>
#include <dynvision/run/compiled/roles/noise.hpp>
#include <dynvision/run/compiled/roles/projection.hpp>
#include <dynvision/run/compiled/roles/solver_step.hpp>
#include <dynvision/run/compiled/roles/tap.hpp>
#include <dynvision/run/compiled/roles/unit_solver_step.hpp>
#include <dynvision/run/compiled/stages/combine_tensors.hpp>
#include <dynvision/run/compiled/stages/convolution.hpp>
#include <dynvision/run/compiled/stages/max_pool.hpp>
#include <dynvision/run/compiled/stages/readout.hpp>
#include <dynvision/run/compiled/stages/stepwise.hpp>
#include <dynvision/run/compiled/stages/tensor_function.hpp>
#include <dynvision/run/compiled/stages/units.hpp>
#include <dynvision/run/compiled/stages/zero_if_absent.hpp>

namespace dynvision::run {

using NodeKinds =
    List<roles::Projection, stages::CombineTensors, roles::ExternalInput, roles::Bias, roles::Gain, roles::Modulation,
         roles::Noise, roles::InputAdaption, roles::Record, stages::ZeroIfAbsent, stages::Units, roles::DelayBy,
         roles::Delay, roles::SolverStep, roles::UnitSolverStep, roles::Mechanism, roles::Map, stages::Convolution,
         stages::MaxPool, stages::TensorFunction, stages::Stepwise>;

template <class Op, class... Kinds> auto first_kind(List<Kinds...>) {
  bool constexpr is[] = {Kinds::template is_kind_of<Op>()...};
  int constexpr first = [&] {
    int i = 0;
    while (i < static_cast<int>(sizeof...(Kinds)) && !is[i]) ++i;
    return i;
  }();
  static_assert(first < static_cast<int>(sizeof...(Kinds)), "dynvision: an operation that is of no kind of node");
  return std::type_identity<element<first, Kinds...>>{};
}
template <class Op> using NodeKind = typename decltype(first_kind<Op>(NodeKinds{}))::type;

// A kind that is a role of a pipeline says which: role(op), a kernels:: role.
template <class Op> inline constexpr bool is_role = requires(Op const& op) { NodeKind<Op>::role(op); };
template <class Op> inline constexpr bool ends_pipeline = requires { requires NodeKind<Op>::ends_pipeline; };

}  // namespace dynvision::run
