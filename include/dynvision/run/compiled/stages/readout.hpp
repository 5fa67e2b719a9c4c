// A head that is a linear map of all units: z = W r + b, for all steps of a block at once, in the dtype of the parameters.
#pragma once
#include <dynvision/operations/readout.hpp>
#include <dynvision/run/compiled/functions/convolution.hpp>
#include <dynvision/run/compiled/functions/fallback.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

namespace dynvision::run::stages {

class Readout {
 public:
  template <class Head> static constexpr bool is_kind_of() {
    return requires(Head const& head) {
      []<class... With>(dynvision::Readout<With...> const&) {}(head);
    };
  }

  template <class... With>
  Readout(dynvision::Readout<With...> const& head, PreparedRun& run)
      : map_(head.kernel, run.layout, at::typeMetaToScalarType(run.parameter_options.dtype()), run.gradients),
        units_of_(dynvision::Readout<With...>::units_of) {}

  Tensor forward(ForwardContext& at, Node const&, Tensor const& r) { return map_.forward(units(at.run, r)).flatten(1); }
  void adjoint(ReverseContext& at, Node const&) {
    Tensor const r = at.input_of_head();
    Tensor const g = map_.reverse(units_of_(at.g), units(at.run, r), true);
    at.g = in_signal_dtype(at.run, g.reshape(r.sizes()));
  }
  void finish(GradientSums& sums) { map_.finish(sums); }
  void release_forward_weight() { map_.release_forward_weight(); }

 private:
  Tensor units(PreparedRun const& run, Tensor const& r) const { return units_of_(in_parameter_dtype(run, r)); }

  run::Convolution map_;
  Tensor (*units_of_)(Tensor const& r);
};

}  // namespace dynvision::run::stages
