// StepJacobian: the derivative J = dF/dx of one step of a model at a state, by its products alone.
//
//   J v     the change of the next state along v, by differentiating v^T J once more: linear in v, no step is repeated
//   J^T w   the adjoint of the step, autograd's
//
// For one Euler layer with lateral delay d, r' = f(p), p = r + a (u + W r_(d) - r), D = f'(p), J has the companion form of
// its histories: ((1 - a) D, 0, ..., a D W) above identities, d = 1: D ((1 - a) I + a W). At kinks the derivative is that of
// the library's adjoints (docs/concepts/derivatives.md).
// A model that is no chain of single operations is its composition: same-step feedforward, skips and all. Needs operations
// that can be differentiated twice, as all of ATen's are.
//
//   stability::StepJacobian const J(map, state);      Tensor const y = J.times(v);      (N) -> (N), float64
//
// Errors: analysis.143 (numbers that are not finite), 144 (a vector of another size).
#pragma once
#include <dynvision/analysis/stability/step_map.hpp>

// LibTorch's logging has a macro of this name; whoever had one before keeps it.
#pragma push_macro("CHECK")
#include <torch/csrc/autograd/autograd.h>
#pragma pop_macro("CHECK")

#include <optional>

namespace dynvision::stability {

class StepJacobian {
 public:
  StepJacobian(StepMap const& map, run::State const& at) : layout_(at) {
    if (!is_finite(at)) fail("analysis", 143, "the Jacobian at a state with numbers that are not finite");
    at::AutoGradMode const graph(true);
    run::State x = with_each(at, [](Tensor const& r) { return r.detach().to(at::kDouble).set_requires_grad(true); });
    run::State const y = map.differentiable_step(x);
    next_ = y.detached();
    std::size_t const n_layers = x.layers.size();
    v_.resize(n_layers), y_.resize(n_layers);
    for (std::size_t i = 0; i < layout_.blocks().size(); ++i) {
      StateBlock const& b = layout_.blocks()[i];
      std::vector<Signal> const& past = x.layers[b.layer].past;
      x_.push_back(past[past.size() - 1 - b.age]);
      if (b.age > 0) continue;
      Tensor const& newest = y.layers[b.layer].past.back();
      if (!newest.defined() || !newest.requires_grad()) continue;  // nothing of the state is in it
      y_[b.layer] = newest;
      v_[b.layer] = zeros(newest.sizes(), newest.options()).set_requires_grad(true);
    }
    std::vector<Tensor> results, weights;
    for (std::size_t l = 0; l < n_layers; ++l) {
      if (y_[l].defined()) results.push_back(y_[l]), weights.push_back(v_[l]);
    }
    adjoint_.resize(x_.size());
    if (!results.empty()) adjoint_ = torch::autograd::grad(results, x_, weights, true, true, true);
  }

  StateLayout const& layout() const { return layout_; }
  std::int64_t size() const { return layout_.size(); }
  run::State const& next() const { return next_; }  // F(x)

  // `among`: by layer, whether it takes part; the others neither give nor get anything. None: all do.
  Tensor times(Tensor const& v, std::vector<bool> const& among = {}) const {
    check(v);
    std::vector<Tensor> from, along, to;
    std::vector<std::size_t> layers;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      StateBlock const& b = layout_.blocks()[i];
      if (!takes_part(among, b.layer) || !adjoint_[i].defined() || !adjoint_[i].requires_grad()) continue;
      from.push_back(adjoint_[i]), along.push_back(v.narrow(0, b.first, b.n).view(adjoint_[i].sizes()));
    }
    for (std::size_t l = 0; l < v_.size(); ++l) {
      if (takes_part(among, l) && v_[l].defined()) to.push_back(v_[l]), layers.push_back(l);
    }
    std::vector<Tensor> newest(v_.size());
    if (!from.empty() && !to.empty()) {
      std::vector<Tensor> const found = torch::autograd::grad(from, to, along, true, false, true);
      for (std::size_t k = 0; k < layers.size(); ++k) newest[layers[k]] = found[k];
    }
    Tensor result = zeros(v.sizes(), v.options());
    for (StateBlock const& b : layout_.blocks()) {
      if (!takes_part(among, b.layer)) continue;
      Tensor to_block = result.narrow(0, b.first, b.n);
      if (b.age > 0) {
        to_block.copy_(v.narrow(0, b.first - b.n, b.n));  // histories move on
      } else if (newest[b.layer].defined()) {
        to_block.copy_(newest[b.layer].reshape({-1}));
      }
    }
    return result;
  }

  Tensor transposed_times(Tensor const& w, std::vector<bool> const& among = {}) const {
    check(w);
    std::vector<Tensor> from, weights, to;
    std::vector<StateBlock const*> blocks;
    for (StateBlock const& b : layout_.blocks()) {
      if (b.age > 0 || !takes_part(among, b.layer) || !y_[b.layer].defined()) continue;
      from.push_back(y_[b.layer]), weights.push_back(w.narrow(0, b.first, b.n).view(y_[b.layer].sizes()));
    }
    Tensor result = zeros(w.sizes(), w.options());
    for (std::size_t i = 0; i < x_.size(); ++i) {
      StateBlock const& b = layout_.blocks()[i];
      if (takes_part(among, b.layer)) to.push_back(x_[i]), blocks.push_back(&b);
    }
    if (!from.empty() && !to.empty()) {
      std::vector<Tensor> const found = torch::autograd::grad(from, to, weights, true, false, true);
      for (std::size_t i = 0; i < to.size(); ++i) {
        StateBlock const& b = *blocks[i];
        if (found[i].defined()) result.narrow(0, b.first, b.n).copy_(found[i].reshape({-1}));
      }
    }
    for (StateBlock const& b : layout_.blocks()) {
      if (b.age > 0 && takes_part(among, b.layer)) result.narrow(0, b.first - b.n, b.n).add_(w.narrow(0, b.first, b.n));
    }
    return result;
  }

 private:
  static bool takes_part(std::vector<bool> const& among, std::size_t layer) { return among.empty() || among[layer]; }
  void check(Tensor const& v) const {
    if (v.dim() == 1 && v.size(0) == size() && v.scalar_type() == at::kDouble) return;
    fail("analysis", 144,
         {"a vector of ", c10::toString(v.scalar_type()), " of shape ", shape_text(v.sizes()), " for a state of ",
          size(), " numbers: expected a vector of float64 of that size"});
  }

  StateLayout layout_;
  run::State next_{};
  std::vector<Tensor> x_{}, adjoint_{};  // by block: the state; v^T J, of v_
  std::vector<Tensor> y_{}, v_{};        // by layer: its next response; undefined: it does not depend on the state
};

}  // namespace dynvision::stability
