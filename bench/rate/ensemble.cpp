// A training step of an ensemble, beside its members one after the other and beside stacked products, an operator after the other.
//
//   cmake --build build --target bench.ensemble && OMP_NUM_THREADS=2 build/bench/bench.ensemble [ROUNDS]
//
// 100 networks of 100 units, 100 steps of 16 samples that all members are shown. "One after the other" and "stacked" are LibTorch's
// operators in eager C++: what eager PyTorch and torch.func.vmap over the same cell call, without Python and vmap's own cost, so that ratios to
// these are smaller. Outputs and gradients are compared before anything is measured.
#include <dynvision/rate/ctrnn.hpp>
#include <dynvision/rate/ensembles.hpp>
#include <dynvision/run/keep_freed_memory.hpp>
#include <dynvision/run/run.hpp>

#include "../runtime/times.hpp"
#include "beside.hpp"
#include "plain_rates.hpp"

namespace {

using dynvision::Tensor;
int constexpr n_members = 100, n_units = 100, n_inputs = 3, n_outputs = 2, n_samples = 16, n_steps = 100;
double constexpr alpha = 0.2;

using Net = dynvision::CTRNN<n_inputs, n_units, dynvision::Tanh>;

// PlainRates with an axis of members in front: what vmap makes of the cell.
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

}  // namespace

int main(int argc, char** argv) {
  int const rounds = rounds_of(argc, argv, 5);
  dynvision::run::keep_freed_memory();  // as the documents advise
  torch::manual_seed(1);
  dynvision::Ensemble<n_members, Net> net({.n_classes = n_outputs, .dt = 10, .tau = 50, .seed = 1});
  std::vector<Tensor> const learned = learned_of(net.parameters());
  std::vector<PlainRates> members;
  for (int k = 0; k < n_members; ++k) members.push_back(plain_rates(net.member_parameters(k), alpha));
  auto const [U, u, W, w, V, c] = copied_weights(net.parameters());
  Stacked const stacked{U, u, W, w, V, c};

  Tensor const x = at::randn({n_samples, n_steps, n_inputs}), target = at::randn({n_samples, n_steps, n_outputs});
  auto const by_library = [&] {
    forget_gradients(learned);
    Tensor const outputs = dynvision::rate::by_member(dynvision::run::run(net, x).outputs, n_members);
    (outputs - target).square().mean({1, 2, 3}).sum().backward();
  };
  auto const one_after_the_other = [&] {
    for (PlainRates const& one : members) {
      forget_gradients(one.parameters());
      (one(x) - target).square().mean().backward();
    }
  };
  auto const by_stacked = [&] {
    forget_gradients(stacked.parameters());
    (stacked(x) - target).square().mean({1, 2, 3}).sum().backward();
  };

  by_library(), one_after_the_other(), by_stacked();
  Tensor const found = dynvision::rate::by_member(dynvision::run::run(net, x).outputs, n_members);
  double const outputs = relative_difference(found.select(0, 37), members[37](x)),
               of_stacked = relative_difference(found, stacked(x));
  Tensor const g = dynvision::tensor_of(net.parameters(), "rates.recurrent.weight").grad();
  double const gradients =
      std::max(relative_difference(g.select(0, 37), members[37].W.grad()), relative_difference(g, stacked.W.grad()));
  std::printf("outputs agree to %.1e and %.1e, gradients of W to %.1e\n", outputs, of_stacked, gradients);
  print_calls("library", by_library), print_calls("one after the other", one_after_the_other),
      print_calls("stacked", by_stacked);
  int failed =
      beside("100 networks of 100 units", 1 / 10.0, by_library, one_after_the_other, rounds, "one after the other");
  failed += beside("100 networks of 100 units", 1 / 2.0, by_library, by_stacked, rounds, "stacked");
  return failed || !(outputs < 1e-4) || !(of_stacked < 1e-4) || !(gradients < 1e-3);
}
