// Noise: y = x + A xi, A = sigma c of the scaling, xi standard normal numbers of this step.
//
// They are drawn when a block is computed: by the loops in float32 a chunk at a time, within the pipeline; else all before it.
// They are drawn again for the adjoint of A, so that nothing of them is kept: gA = sum of g xi over steps and samples. What
// that is for sigma, and for tau where the scaling depends on it, autograd says once a run.
#pragma once
#include <dynvision/connections/integration.hpp>
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/kernels/random/normal_tensor.hpp>
#include <dynvision/operations/noise.hpp>
#include <dynvision/run/compiled/functions/fallback.hpp>
#include <dynvision/run/compiled/functions/learned_parameters.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

namespace dynvision::run::roles {

template <class Op> inline constexpr bool is_noise = false;
template <class S, class... With> inline constexpr bool is_noise<dynvision::Noise<S, With...>> = true;

class Noise {
 public:
  template <class Op> static constexpr bool is_kind_of() { return is_noise<Op>; }
  template <class Op> static kernels::Combine<Additive> role(Op const&) { return {}; }
  template <class Op> static void describe(Op const&, Node& node) { node.sees_time = node.passes_gradient = true; }

  template <class Op>
  Noise(Op& op, Node& node, PreparedRun& run)
      : op_(&op),
        amplitude_([](void const* one, Tensor const& tau) { return static_cast<Op const*>(one)->amplitude(tau); }),
        place_(static_cast<std::uint32_t>(op.place)),
        n_members_(Op::n_members),
        tau_(run.tau[static_cast<std::size_t>(node.layer)]),
        parameters_(learned_parameters(op)) {
    bool constexpr of_tau = requires { Op::scaling::factor(tau_, op.dt); };
    if (of_tau && tau_.requires_grad()) parameters_.push_back(tau_);
    if (op.sigma.numel() == 1 && (!of_tau || tau_.numel() == 1)) {  // without waiting for a GPU to multiply
      auto const here = [](Tensor const& x) { return full({}, number_of(x), at::TensorOptions(at::kDouble)); };
      Op own = op;
      own.sigma = here(op.sigma);
      value_ = own.amplitude(of_tau ? here(tau_) : Tensor{}).template item<double>();
    } else {
      units_ = run.of_units(op.amplitude(tau_), node.in);
    }
    node.wants_operand_gradient = units_.defined() && !parameters_.empty();
  }

  void operand(ForwardContext& at, Node const& node, kernels::Arguments& arguments, kernels::RoleArguments& role) {
    if (!is_drawn(at.run, node, at.block)) return;
    Tensor const xi = set_numbers(at.run, node, at.block, arguments, role);
    if (units_.defined()) xi.mul_(units_);
  }
  void adjoint_operand(ReverseContext& at, Node const& node, kernels::Arguments& arguments,
                       kernels::RoleArguments& role, kernels::AdjointArguments&,
                       kernels::AdjointRoleArguments& adjoint) {
    if (parameters_.empty() || !is_drawn(at.run, node, at.block)) return;
    Tensor const xi = set_numbers(at.run, node, at.block, arguments, role);
    if (units_.defined()) {  // scatter() sums up
      drawn_ = xi;
      return;
    }
    if (!sum_.defined()) sum_ = zeros({2}, at.run.options.dtype(at::kDouble));
    adjoint.g_affine = sum_.mutable_data_ptr<double>();
  }
  void scatter(ReverseContext&, Node const&, Tensor const& g) {
    Tensor const xi = std::exchange(drawn_, Tensor{});
    if (!g.defined() || !xi.defined()) return;
    Tensor const sum = g.mul(xi).sum({0}, true, at::kDouble);
    sum_ = sum_.defined() ? sum_.add_(sum) : sum;
  }
  void finish(GradientSums& sums) {
    Tensor const sum = std::exchange(sum_, Tensor{});
    if (!sum.defined()) return;
    Tensor const g = units_.defined() ? sum : sum.select(0, 0);
    std::vector<Tensor> const all = local_gradients(
        [&] {
          Tensor const A = amplitude_(op_, tau_);
          return units_.defined() ? A.expand({1, units_.size(1), units_.size(2), units_.size(3)}) : A.reshape({});
        },
        parameters_, g);
    add_gradients(sums, parameters_, all);
  }

 private:
  static bool is_drawn(PreparedRun const& run, Node const& node, Block const& block) {
    return run.noise.is_on() && run.table.has_signal(node.index, run.table.step(node.index, block.first));
  }
  // The numbers of all steps of a block, (n B,C,H,W) in the dtype and the layout of the signals; undefined: the loops draw
  // them, chunk by chunk.
  Tensor set_numbers(PreparedRun& run, Node const& node, Block const& block, kernels::Arguments const& arguments,
                     kernels::RoleArguments& role) {
    int const step = run.first_step() + run.table.step(node.index, block.first);
    numbers_ = {.key = run.noise.key(),
                .place = place_,
                .first_step = static_cast<std::uint32_t>(step),
                .first_sample = static_cast<std::uint32_t>(run.first_sample),
                .n_steps = block.n,
                .batch = run.batch,
                .size = node.in.size()};
    role.operand_stride = arguments.size;
    role.is_affine = !units_.defined(), role.w = value_;
    if (run.engine.backend == kernels::Backend::loops && run.dtype() == at::kFloat && !units_.defined() &&
        n_members_ == 1) {
      void** const list = run.addresses.take(block.n);
      std::fill_n(list, block.n, nullptr);
      role.operand = list, role.drawn = &numbers_;
      return {};
    }
    Tensor const xi = drawn(run, node.in);
    run.alive.push_back(run.layout.of(kernels::in_dtype(xi, run.dtype())));
    role.operand = run.steps_of(run.alive.back(), block.n, false, arguments.size);
    return run.alive.back();
  }

  Tensor drawn(PreparedRun const& run, kernels::Shape shape) {
    if (n_members_ == 1) return kernels::normal_tensor(numbers_, shape, run.options.device());
    shape.channels /= n_members_, numbers_.size = shape.size();
    std::vector<Tensor> all;
    for (int k = 0; k < n_members_; ++k) {
      numbers_.key = run.noise.key(k);
      all.push_back(kernels::normal_tensor(numbers_, shape, run.options.device()));
    }
    return cat(all, 1);
  }

  void const* op_;
  Tensor (*amplitude_)(void const* op, Tensor const& tau);
  std::uint32_t place_;
  int n_members_;
  kernels::NormalNumbers numbers_{};  // of the block
  Tensor tau_;                        // of the layer
  std::vector<Tensor> parameters_;    // that the amplitude depends on, and that learn
  double value_ = 1;                  // of A, where it is one number
  Tensor units_{};                    // A (1,C,H,W), where it is not
  Tensor drawn_{}, sum_{};            // xi of the block, until scatter(); gA so far
};

}  // namespace dynvision::run::roles
