// What is done to networks that have learned: pruned, lesioned, turned up. For one network, and for all or some of an ensemble.
//
//   rate::prune(net.parameters(), "rates.recurrent", 0.3);             30 % of W stay, in each member the largest |w|
//   rate::lesion_connections(all, "rates.recurrent", gone, {3, 7});    gone (N,N), 1: lost, in members 3 and 7; {}: in all
//   rate::lesion_units(all, {4, 5});                                   their outputs are lost: columns of W and of V
//   rate::scale_weights(all, "rates.recurrent", 1.2);                  w <- 1.2 w
//   run::run(net, x, {.external = {{"rates.modulation", rate::gains_of_members(gains, 64, T)}}})    of the drive, with More<Modulate>
//
// What is lost is lost in the mask of a weight (Recurrent<Masked<>>), so that training on does not bring it back. A share is that of
// all numbers of the matrix; masks only lose connections. Names of `of`: the path of a weight, without ".weight".
// Errors: rate.161, rate.163, rate.164; model.107: a weight without a mask.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/core/parameters.hpp>
#include <dynvision/rate/ensembles/members.hpp>

#include <ATen/core/grad_mode.h>

#include <cmath>
#include <string_view>
#include <vector>

namespace dynvision {

namespace ensembles {

// (K,Out,In), of one network with K = 1: a view.
inline Tensor with_members(Tensor const& x) { return x.dim() == 3 ? x : x.unsqueeze(0); }

// f(the numbers of a member) for these members, or all.
template <class F> void each_member(Tensor const& x, std::vector<int> const& members, F const& f) {
  Tensor const all = with_members(x.detach());
  int const n = static_cast<int>(all.size(0));
  for (int const k : members) check_member(k, n);
  if (members.empty()) {
    for (int k = 0; k < n; ++k) f(all.select(0, k));
  } else {
    for (int const k : members) f(all.select(0, k));
  }
}

}  // namespace ensembles

namespace rate {

inline void prune(Parameters const& all, std::string_view of, double kept) {
  if (!(kept >= 0 && kept <= 1)) fail("rate", 163, {"a share ", kept, " of weights to keep: expected 0 to 1"});
  at::AutoGradMode const no_gradient(false);
  Tensor const mask = ensembles::with_members(tensor_of(all, joined({of, ".mask"})).detach());
  Tensor const size = ensembles::with_members(tensor_of(all, joined({of, ".weight"})).detach()).abs().mul(mask);
  std::int64_t const members = size.size(0), each = size.size(1) * size.size(2);
  auto const n = static_cast<std::int64_t>(std::lround(kept * static_cast<double>(each)));
  Tensor const largest = std::get<1>(size.reshape({members, each}).topk(n, 1));  // (K,n)
  Tensor const stays = zeros({members, each}, mask.options()).scatter(1, largest, 1);
  mask.mul_(stays.view(mask.sizes()));
}

inline void lesion_connections(Parameters const& all, std::string_view of, Tensor const& gone,
                               std::vector<int> const& members = {}) {
  at::AutoGradMode const no_gradient(false);
  ensembles::each_member(tensor_of(all, joined({of, ".mask"})), members, [&](Tensor const& mask) {
    if (!gone.sizes().equals(mask.sizes())) {
      fail("rate", 164,
           {"lost connections of \"", of, "\" of shape ", shape_text(gone.sizes()), ": expected ",
            shape_text(mask.sizes())});
    }
    mask.mul_(gone.to(mask.options()).eq(0));
  });
}

// What these units send, over these weights.
inline void lesion_units(Parameters const& all, std::vector<int> const& units, std::vector<int> const& members = {},
                         std::vector<std::string_view> const& over = {"rates.recurrent", "readout"}) {
  at::AutoGradMode const no_gradient(false);
  for (std::string_view const of : over) {
    ensembles::each_member(tensor_of(all, joined({of, ".mask"})), members, [&](Tensor const& mask) {
      for (int const unit : units) {
        if (unit < 0 || unit >= mask.size(1)) {
          fail("rate", 164, {"unit ", unit, " of \"", of, "\": expected 0 to ", mask.size(1) - 1});
        }
        mask.select(1, unit).zero_();
      }
    });
  }
}

inline void scale_weights(Parameters const& all, std::string_view of, double factor,
                          std::vector<int> const& members = {}) {
  at::AutoGradMode const no_gradient(false);
  ensembles::each_member(tensor_of(all, joined({of, ".weight"})), members,
                         [&](Tensor const& weight) { weight.mul_(factor); });
}

// (K), of all units of a member, or (K,N): as a run of T steps takes it, (1,T,K N). In steps that are not given the gain is 1.
inline Tensor gains_of_members(Tensor const& gains, std::int64_t n_units, std::int64_t n_timesteps) {
  bool const fits = gains.dim() == 1 || (gains.dim() == 2 && gains.size(1) == n_units);
  if (!fits || n_timesteps < 1) {
    fail("rate", 164,
         {"gains of shape ", shape_text(gains.sizes()), " in ", n_timesteps, " steps: expected (K), or (K,", n_units,
          "), and at least one step"});
  }
  Tensor const of_units = gains.dim() == 2 ? gains : gains.unsqueeze(1).expand({gains.size(0), n_units});
  return of_units.reshape({1, 1, -1}).expand({1, n_timesteps, gains.size(0) * n_units});
}

}  // namespace rate

}  // namespace dynvision
