// coupled_layers: layers of which each acts on each, over however many steps; J is block triangular between such groups.
//
// The eigenvalues of the network are then those of its groups, each by itself: without feedback every layer is a group, and
// the spectral radius is the largest of theirs. Between layers of the same eigenvalue (Euler layers with one tau have
// 1 - dt/tau) J has Jordan blocks, whose eigenvalues no method finds better than to eps^(1/size) from J as a whole.
// Who acts on whom is found by a random vector in each layer: J_ml v = 0 for almost no v but where J_ml = 0.
//
// Named states of operations ("V1.a") are in the group of what they act on and what acts on them.
#pragma once
#include <dynvision/analysis/stability/step_jacobian.hpp>

#include <string>
#include <vector>

namespace dynvision::stability {

struct CoupledLayers {
  std::string name;         // "V1", "V1 V2"
  std::vector<bool> among;  // by layer, as StepJacobian::times takes it
  std::int64_t size = 0;    // numbers of the state
};

// v with the numbers of these layers alone.
inline Tensor within(StateLayout const& layout, std::vector<bool> const& among, Tensor const& v) {
  Tensor own = v.clone();
  for (StateBlock const& b : layout.blocks()) {
    if (!among[b.layer]) own.narrow(0, b.first, b.n).zero_();
  }
  return own;
}

inline std::vector<CoupledLayers> coupled_layers(StepJacobian const& J, Tensor const& random) {
  StateLayout const& layout = J.layout();
  std::size_t const n = layout.names().size();
  std::vector<std::vector<bool>> acts(n, std::vector<bool>(n, false));  // [from][to]
  std::vector<bool> stored(n, false);
  for (StateBlock const& b : layout.blocks()) stored[b.layer] = true;
  for (std::size_t from = 0; from < n; ++from) {
    if (!stored[from]) continue;
    std::vector<bool> alone(n, false);
    alone[from] = true;
    Tensor const y = J.times(within(layout, alone, random));
    for (StateBlock const& b : layout.blocks()) {
      if (b.age == 0 && y.narrow(0, b.first, b.n).ne(0).any().item<bool>()) acts[from][b.layer] = true;
    }
  }
  for (std::size_t k = 0; k < n; ++k) {  // over any number of steps
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) acts[i][j] = acts[i][j] || (acts[i][k] && acts[k][j]);
    }
  }
  std::vector<CoupledLayers> all;
  std::vector<bool> done(n, false);
  for (std::size_t l = 0; l < n; ++l) {
    if (!stored[l] || done[l]) continue;
    CoupledLayers one{"", std::vector<bool>(n, false)};
    for (std::size_t m = l; m < n; ++m) {
      if (!stored[m] || (m != l && !(acts[l][m] && acts[m][l]))) continue;
      one.among[m] = done[m] = true;
      one.name += (one.name.empty() ? "" : " ") + layout.names()[m];
    }
    for (StateBlock const& b : layout.blocks()) one.size += one.among[b.layer] ? b.n : 0;
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace dynvision::stability
