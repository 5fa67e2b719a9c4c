// Members of an ensemble: what belongs to each, in what a run gives and among its parameters.
//
//   by_member(activity.outputs, 100)                                   (B,T,K Out) -> (K,B,T,Out); of responses (B,T,K N) -> (K,B,T,N)
//   member_losses(activity.outputs, 100, loss).sum().backward();       loss(outputs of one (B,T,Out), k), (K) of them
//
//   clip_members(nets.parameters(), 100, 1)                            each member's gradient to a norm of 1 at most, as when it is alone
//
// The sum of the losses of the members, and not their mean, gives each member the gradient that it has alone. Errors: rate.160, rate.161.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/core/parameters.hpp>

#include <ATen/core/grad_mode.h>

#include <vector>

namespace dynvision {

namespace rate {

inline Tensor by_member(Tensor const& x, std::int64_t n_members) {
  std::int64_t const n = x.defined() && x.dim() == 3 ? x.size(2) : 0;
  if (n_members < 1 || n < 1 || n % n_members != 0) {
    fail("rate", 160,
         {"a tensor of shape ", x.defined() ? shape_text(x.sizes()) : "none", " of ", n_members,
          " members: expected (B,T,K N), as many numbers of each member"});
  }
  return x.reshape({x.size(0), x.size(1), n_members, n / n_members}).permute({2, 0, 1, 3});
}

template <class Loss> Tensor member_losses(Tensor const& x, std::int64_t n_members, Loss const& loss) {
  std::vector<Tensor> const of_members = dynvision::unbind(by_member(x, n_members), 0);
  std::vector<Tensor> all;
  for (std::size_t k = 0; k < of_members.size(); ++k) {
    if constexpr (requires { loss(of_members[k], static_cast<int>(k)); }) {
      all.push_back(loss(of_members[k], static_cast<int>(k)));
    } else {
      all.push_back(loss(of_members[k]));
    }
  }
  return stack_along(all, 0);
}

// The norm of each member's gradient before it (K). All parameters that are learned have an axis of members.
inline Tensor clip_members(Parameters const& all, std::int64_t n_members, double max_norm) {
  if (n_members < 1 || !(max_norm > 0)) {
    fail("rate", 160,
         {"gradients of ", n_members, " members, clipped to a norm of ", max_norm, ": expected positive numbers"});
  }
  at::AutoGradMode const no_gradient(false);
  auto const each_gradient = [&](auto const& f) {
    for (Parameter const& p : all) {
      if (!p.learned || !p.tensor.grad().defined()) continue;
      Tensor const g = p.tensor.grad();
      if (g.numel() % n_members != 0) {
        fail("rate", 160,
             {"the gradient of \"", p.name, "\", of shape ", shape_text(g.sizes()), ", of ", n_members,
              " members: expected as many numbers of each member"});
      }
      f(g);
    }
  };
  Tensor squares;
  each_gradient([&](Tensor const& g) {
    Tensor const of_members = g.reshape({n_members, -1}).square().sum({1});
    squares = squares.defined() ? squares.add(of_members.to(squares.options())) : of_members;
  });
  if (!squares.defined()) return zeros({n_members});
  Tensor const norms = squares.sqrt(), factors = norms.add(1e-6).reciprocal().mul(max_norm).clamp_max(1);
  each_gradient([&](Tensor const& g) {
    g.copy_(g.reshape({n_members, -1}).mul(factors.to(g.options()).unsqueeze(1)).view(g.sizes()));
  });
  return norms;
}

}  // namespace rate

namespace ensembles {

inline void check_member(int k, int n_members) {
  if (k < 0 || k >= n_members) fail("rate", 161, {"member ", k, ": expected 0 to ", n_members - 1});
}

// Of member k, under the names and in the shapes that they have in `one`; they share memory with those of `all`.
inline Parameters parameters_of_member(Parameters const& all, Parameters const& one, int n_members, int k) {
  check_member(k, n_members);
  Parameters found;
  for (Parameter const& p : one) {
    Tensor const together = tensor_of(all, p.name).detach();
    bool const is_shared = n_members > 1 && together.numel() == p.tensor.numel();
    std::vector<std::int64_t> sizes = p.tensor.sizes().vec();
    sizes.insert(sizes.begin(), n_members);
    found.push_back({p.name, is_shared ? together : together.view(sizes).select(0, k), p.learned});
  }
  return found;
}

}  // namespace ensembles

}  // namespace dynvision
