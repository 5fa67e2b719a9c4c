// A training step of an ensemble, beside its members one after the other and beside stacked products, an operator after the other.
//
//   cmake --build build --target bench.ensemble && OMP_NUM_THREADS=2 build/bench/bench.ensemble [ROUNDS]
//
// 100 networks of 100 units, 100 steps of 16 samples that all members are shown. "One after the other" and "stacked" are LibTorch's
// operators in eager C++: what eager PyTorch and torch.func.vmap over the same cell call, without Python and vmap's own cost, so that ratios to
// these are smaller. Outputs and gradients are compared before anything is measured.
#include <dynvision/rate/ctrnn.hpp>
#include <dynvision/rate/ensembles.hpp>
#include <dynvision/run/run.hpp>

#include <torch/torch.h>

#include "../probes/calls.hpp"
#include "../runtime/times.hpp"
#include "beside.hpp"

namespace {

using dynvision::Tensor;
int constexpr n_members = 100, n_units = 100, n_inputs = 3, n_outputs = 2, n_samples = 16, n_steps = 100;
double constexpr alpha = 0.2;

using Net = dynvision::CTRNN<n_inputs, n_units, dynvision::Tanh>;

// v <- (1 - alpha) v + alpha (U x + W r), r = tanh v
struct Plain {
  Tensor U, u, W, w, V, c;

  Tensor operator()(Tensor const& x) const {
    Tensor v = at::zeros({x.size(0), W.size(0)}), r = at::zeros_like(v);
    std::vector<Tensor> rates;
    for (std::int64_t t = 0; t < x.size(1); ++t) {
      v = (1 - alpha) * v + alpha * (at::linear(r, W, w) + at::linear(x.select(1, t), U, u));
      r = at::tanh(v);
      rates.push_back(r);
    }
    return at::linear(at::stack(rates, 1), V, c);
  }
  std::vector<Tensor> parameters() const { return {U, u, W, w, V, c}; }
};

// The same with an axis of members in front: what vmap makes of the cell.
struct Stacked {
  Tensor U, u, W, w, V, c;

  static Tensor product(Tensor const& x, Tensor const& A, Tensor const& a) {
    return at::baddbmm(a.unsqueeze(1), x, A.transpose(1, 2));
  }
  Tensor operator()(Tensor const& x) const {  // (B,T,In) -> (K,B,T,Out)
    Tensor const shown = x.unsqueeze(0).expand({n_members, x.size(0), x.size(1), x.size(2)});
    Tensor v = at::zeros({n_members, x.size(0), n_units}), r = at::zeros_like(v);
    std::vector<Tensor> rates;
    for (std::int64_t t = 0; t < x.size(1); ++t) {
      v = (1 - alpha) * v + alpha * (product(r, W, w) + product(shown.select(2, t), U, u));
      r = at::tanh(v);
      rates.push_back(r);
    }
    Tensor const all = at::stack(rates, 2).flatten(1, 2);  // (K,B T,N)
    return product(all, V, c).view({n_members, x.size(0), x.size(1), n_outputs});
  }
  std::vector<Tensor> parameters() const { return {U, u, W, w, V, c}; }
};

double relative(Tensor const& a, Tensor const& b) { return ((a - b).norm() / b.norm()).item<double>(); }

void forget(std::vector<Tensor> const& parameters) {
  for (Tensor const& p : parameters) p.mutable_grad() = Tensor{};
}

}  // namespace

int main(int argc, char** argv) {
  int const rounds = rounds_of(argc, argv, 5);
  torch::manual_seed(1);
  dynvision::Ensemble<n_members, Net> net({.n_classes = n_outputs, .dt = 10, .tau = 50, .seed = 1});
  std::vector<Tensor> learned;
  for (dynvision::Parameter const& p : net.parameters()) {
    if (p.learned) learned.push_back(p.tensor);
  }
  auto const copies = [](dynvision::Parameters const& all) {
    auto const copy = [&](char const* name) {
      return dynvision::tensor_of(all, name).detach().clone().requires_grad_();
    };
    return std::array{copy("rates.input.weight"),   copy("rates.input.bias"), copy("rates.recurrent.weight"),
                      copy("rates.recurrent.bias"), copy("readout.weight"),   copy("readout.bias")};
  };
  std::vector<Plain> members;
  for (int k = 0; k < n_members; ++k) {
    auto const [U, u, W, w, V, c] = copies(net.member_parameters(k));
    members.push_back({U, u, W, w, V, c});
  }
  auto const [U, u, W, w, V, c] = copies(net.parameters());
  Stacked const stacked{U, u, W, w, V, c};

  Tensor const x = at::randn({n_samples, n_steps, n_inputs}), target = at::randn({n_samples, n_steps, n_outputs});
  auto const by_library = [&] {
    forget(learned);
    Tensor const outputs = dynvision::rate::by_member(dynvision::run::run(net, x).outputs, n_members);
    (outputs - target).square().mean({1, 2, 3}).sum().backward();
  };
  auto const one_after_the_other = [&] {
    for (Plain const& one : members) {
      forget(one.parameters());
      (one(x) - target).square().mean().backward();
    }
  };
  auto const by_stacked = [&] {
    forget(stacked.parameters());
    (stacked(x) - target).square().mean({1, 2, 3}).sum().backward();
  };

  by_library(), one_after_the_other(), by_stacked();
  Tensor const found = dynvision::rate::by_member(dynvision::run::run(net, x).outputs, n_members);
  double const outputs = relative(found.select(0, 37), members[37](x)), of_stacked = relative(found, stacked(x));
  Tensor const g = dynvision::tensor_of(net.parameters(), "rates.recurrent.weight").grad();
  double const gradients = std::max(relative(g.select(0, 37), members[37].W.grad()), relative(g, stacked.W.grad()));
  std::printf("outputs agree to %.1e and %.1e, gradients of W to %.1e\n", outputs, of_stacked, gradients);
  auto const count = [](char const* what, auto const& step) {
    BenchCalls counts;
    bench_calls_start(), step(), bench_calls_stop(&counts);
    std::printf("  %-20s %7lld operator calls a step, %.1f ms in operators\n", what, counts.calls,
                1e3 * counts.operators);
  };
  count("library", by_library), count("one after the other", one_after_the_other), count("stacked", by_stacked);
  int failed =
      beside("100 networks of 100 units", 1 / 10.0, by_library, one_after_the_other, rounds, "one after the other");
  failed += beside("100 networks of 100 units", 1 / 2.0, by_library, by_stacked, rounds, "stacked");
  return failed || !(outputs < 1e-4) || !(of_stacked < 1e-4) || !(gradients < 1e-3);
}
