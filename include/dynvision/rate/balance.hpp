// Balance: weights of excitatory and inhibitory units at their start, in place.
//
//   balance(net.parameters(), "rates.recurrent")
//       total excitation and inhibition are equal: the larger one is scaled down to the smaller (Song, Yang & Wang 2016)
//   draw_gamma(net.parameters(), "rates.recurrent", {.radius = 1.5, .seed = 1})
//       |w_ij| from a gamma distribution, those of the less numerous kind times the ratio of the numbers, all scaled so that the
//       spectral radius of W is `radius` (the same source, 1.5)
//   spectral_radius(W)        greatest |eigenvalue| of W (N,N)
//
//   grade_inhibition(net.parameters(), "rates.recurrent", p.mul(-0.5).add(1.2))
//       a ratio of inhibition to excitation for each unit that receives them, (N), such as one that changes along an axis of the
//       cortex: what inhibits unit i is scaled, excitation stays (gradients of inhibition: Wang 2020)
//   inhibition_ratios(net.parameters(), "rates.recurrent")        (N), as they are
//   scale_to_radius(net.parameters(), "rates.recurrent", 0.9)     all weights times one number, so that ratios stay
//
// The connection has Dale's signs (connections/dale.hpp); a mask beside them counts, so that after set_mask it is balanced again.
// As policies of EIRNN and of areas: BalancedSums (default), GammaSizes<150>, of which 150 is the radius in percent, or
// BalancedMeans, as Dale starts. Errors: rate.151 (no signs, or nothing to balance), rate.152 (radius), rate.154 (ratios).
#pragma once
#include <dynvision/concepts/options.hpp>
#include <dynvision/concepts/policy.hpp>
#include <dynvision/core/error.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/core/parameters.hpp>

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <optional>
#include <string_view>

namespace dynvision {

namespace rate {

struct GammaSettings {
  double radius = 1.5;  // spectral, > 0
  int shape = 2;        // of the distribution; its scale follows from the radius
  std::optional<std::uint64_t> seed{};
};

namespace balancing {

struct Connection {
  Tensor v, sign, mask;  // w = s m |v|: (N,M), (1,M), (N,M)
  Tensor sizes() const { return v.detach().abs().mul(mask); }
};

[[gnu::cold]] inline Connection connection(Parameters const& all, std::string_view name) {
  auto const part = [&](std::string_view which) {
    Parameter const* const found = find_parameter(all, joined({name, ".", which}));
    return found == nullptr ? Tensor{} : found->tensor.detach();
  };
  Connection const found{part("weight"), part("sign"), part("mask")};
  if (!found.v.defined() || !found.sign.defined()) {
    fail("rate", 151,
         {"weights \"", name,
          "\" with signs: there are none: expected a connection with Dale<>, such as "
          "\"rates.recurrent\""});
  }
  Tensor const all_there = full({}, 1, found.v.options());
  return {found.v, found.sign, found.mask.defined() ? found.mask : all_there};
}

}  // namespace balancing

inline void balance(Parameters const& all, std::string_view name) {
  balancing::Connection const w = balancing::connection(all, name);
  Tensor const excites = w.sign.gt(0).to(w.v.scalar_type()), size = w.sizes();
  double const excitation = size.mul(excites).sum().item<double>();
  double const inhibition = size.sum().item<double>() - excitation;
  if (!(excitation > 0 && inhibition > 0)) {
    fail("rate", 151,
         {"weights \"", name, "\" with a total excitation of ", excitation, " and inhibition of ", inhibition,
          ": expected both above 0, so that there is something to balance"});
  }
  bool const more_excitation = excitation > inhibition;
  double const ratio = more_excitation ? inhibition / excitation : excitation / inhibition;
  Tensor const of_larger = more_excitation ? excites : excites.neg().add(1);
  w.v.mul_(of_larger.mul(ratio - 1).add(1));
}

inline double spectral_radius(Tensor const& W) {
  if (W.dim() != 2 || W.size(0) != W.size(1)) {
    fail("rate", 152, {"the spectral radius of weights ", shape_text(W.sizes()), ": expected (N,N)"});
  }
  // |W^n|^(1/n) for n = 2^30 (Gelfand): its error is that of log(n)/n.
  Tensor power = W.detach().to(at::kDouble);
  double log_radius = 0, n = 1;
  for (int i = 0; i <= 30; ++i, n *= 2) {
    double const size = power.abs().max().item<double>();
    if (!(size > 0)) return 0;
    log_radius += std::log(size) / n;
    power = power.div(size);
    power = power.matmul(power);
  }
  return std::exp(log_radius);
}

inline void draw_gamma(Parameters const& all, std::string_view name, GammaSettings const& settings = {}) {
  if (!(settings.radius > 0) || settings.shape < 1) {
    fail("rate", 152,
         {"weights of a spectral radius of ", settings.radius, " and a gamma distribution of shape ", settings.shape,
          ": expected a positive number, and at least 1"});
  }
  balancing::Connection const w = balancing::connection(all, name);
  std::optional<at::Generator> const generator =
      settings.seed ? std::optional(at::detail::createCPUGenerator(*settings.seed)) : std::nullopt;
  Tensor drawn = zeros(w.v.sizes(), at::TensorOptions(at::kDouble));
  for (int k = 0; k < settings.shape; ++k) {  // a sum of exponential numbers
    drawn = drawn.sub(zeros(w.v.sizes(), at::TensorOptions(at::kDouble)).uniform_(0, 1, generator).neg().log1p());
  }
  Tensor const excites = w.sign.gt(0).to(at::kDouble).cpu(), inhibits = excites.neg().add(1);
  double const n_excite = excites.sum().item<double>(), n_inhibit = inhibits.sum().item<double>();
  if (n_excite > 0 && n_inhibit > 0) {
    double const ratio = n_excite / n_inhibit;
    drawn = drawn.mul(ratio > 1 ? inhibits.mul(ratio - 1).add(1) : excites.mul(1 / ratio - 1).add(1));
  }
  double const radius = spectral_radius(drawn.mul(excites.sub(inhibits)).mul(w.mask.cpu()));
  if (!(radius > 0)) {
    fail("rate", 152, {"weights \"", name, "\" are nilpotent: expected connections that lead back to a unit"});
  }
  w.v.copy_(drawn.mul(settings.radius / radius));
}

namespace balancing {

// What each unit receives from units of one kind: (N).
inline Tensor received(Connection const& w, bool from_excitatory) {
  Tensor const kind = (from_excitatory ? w.sign.gt(0) : w.sign.lt(0)).to(w.v.scalar_type());
  return w.sizes().mul(kind).sum({1});
}

}  // namespace balancing

// Not finite where a unit receives no excitation.
inline Tensor inhibition_ratios(Parameters const& all, std::string_view name) {
  balancing::Connection const w = balancing::connection(all, name);
  return balancing::received(w, false).div(balancing::received(w, true));
}

inline void grade_inhibition(Parameters const& all, std::string_view name, Tensor const& ratios) {
  balancing::Connection const w = balancing::connection(all, name);
  bool const fits = w.v.dim() == 2 && ratios.dim() == 1 && ratios.size(0) == w.v.size(0);
  if (!fits || !ratios.ge(0).logical_and(ratios.isfinite()).all().item<bool>()) {
    fail("rate", 154,
         {"ratios of inhibition and excitation of shape ", shape_text(ratios.sizes()), " for weights ",
          shape_text(w.v.sizes()), ": expected (N), numbers that are finite and not negative"});
  }
  Tensor const excitation = balancing::received(w, true), inhibition = balancing::received(w, false);
  if (!excitation.gt(0).logical_and(inhibition.gt(0)).all().item<bool>()) {
    fail("rate", 154,
         {"weights \"", name,
          "\" leave units without excitation or inhibition: expected both at every unit that is to have a ratio"});
  }
  Tensor const factors = ratios.to(w.v.options()).mul(excitation).div(inhibition);  // (N)
  Tensor const inhibits = w.sign.lt(0).to(w.v.scalar_type());
  w.v.mul_(factors.sub(1).unsqueeze(1).mul(inhibits).add(1));
}

inline void scale_to_radius(Parameters const& all, std::string_view name, double radius) {
  balancing::Connection const w = balancing::connection(all, name);
  double const now = spectral_radius(w.sizes().mul(w.sign));
  if (!(radius > 0) || !(now > 0)) {
    fail("rate", 152,
         {"weights \"", name, "\" of a spectral radius of ", now, " scaled to ", radius,
          ": expected positive numbers, and connections that lead back to a unit"});
  }
  w.v.mul_(radius / now);
}

struct BalanceKind {};
template <class T> using IsBalance = std::bool_constant<PolicyOf<T, BalanceKind>>;

}  // namespace rate

// How the weights of a network with Dale's signs start, behind what Dale does: a policy has such a function.
struct BalancedMeans {
  using policy = rate::BalanceKind;
  static void start(Parameters const&, std::string_view, std::optional<std::uint64_t>) {}
};
struct BalancedSums {
  using policy = rate::BalanceKind;
  static void start(Parameters const& all, std::string_view name, std::optional<std::uint64_t>) {
    rate::balance(all, name);
  }
};
template <int Percent = 150> struct GammaSizes {  // of the spectral radius
  using policy = rate::BalanceKind;
  static_assert(Percent > 0, "dynvision: GammaSizes<Percent> needs a positive number (docs/rate/networks.md)");
  static void start(Parameters const& all, std::string_view name, std::optional<std::uint64_t> seed) {
    rate::draw_gamma(all, name, {.radius = Percent / 100.0, .seed = seed});
  }
};

}  // namespace dynvision
