// The optimisers of torch.optim that LibTorch has not, each with its equation.
//
//   Adadelta  v <- rho v + (1 - rho) g^2;  d = g sqrt(a + eps)/sqrt(v + eps);  a <- rho a + (1 - rho) d^2;  w <- w - lr d
//             Zeiler 2012, algorithm 1
//   Adamax    m <- b1 m + (1 - b1) g;  u <- max(b2 u, |g| + eps);  w <- w - lr/(1 - b1^n) m/u
//             Kingma & Ba 2015, algorithm 2
//   NAdam     Adam's m and v; mu_n = b1 (1 - 0.96^(n psi)/2), P_n = mu_1 ... mu_n, psi: momentum_decay
//             w <- w - lr ( (1 - mu_n)/(1 - P_n) g + mu_{n+1}/(1 - P_{n+1}) m ) / (sqrt(v/(1 - b2^n)) + eps)
//             Dozat 2016
//   RAdam     Adam's m and v; rho_n = rho_inf - 2 n b2^n/(1 - b2^n), rho_inf = 2/(1 - b2) - 1
//             w <- w - lr m/(1 - b1^n) [rho_n > 5: r_n sqrt(1 - b2^n)/(sqrt(v) + eps)]
//             r_n^2 = (rho_n - 4)(rho_n - 2) rho_inf / ((rho_inf - 4)(rho_inf - 2) rho_n);  Liu et al. 2020, algorithm 2
//   ASGD      w <- (1 - lambd eta) w - eta g;  ax <- ax + mu (w - ax);  eta = lr/(1 + lambd lr n)^alpha, mu = 1/max(1, n - t0)
//             Polyak & Juditsky 1992; ax, the average, is kept and not put in place of w
//   Rprop     the step of every number times eta+ where g keeps its sign, eta- where it changes (and g <- 0), within bounds
//             w <- w - step sign(g);  Riedmiller & Braun 1993
//
// n: updates of this parameter. g <- g + weight_decay w before, where the rule has one.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/train/optimizers/rule.hpp>

#include <algorithm>
#include <cmath>

namespace dynvision::optimizers {

namespace detail {

inline Tensor with_decay(Tensor& w, Tensor const& g, RuleOptions const& options, bool decoupled = false) {
  double const decay = options.kwargs.number("weight_decay");
  if (decay == 0) return g;
  if (!decoupled) return g.add(w, decay);
  w.mul_(1 - options.lr * decay);
  return g;
}

// m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2
inline void moments(Tensor& m, Tensor& v, Tensor const& g, RuleOptions const& options) {
  m.lerp_(g, 1 - options.beta1());
  v.mul_(options.beta2()).addcmul_(g, g, 1 - options.beta2());
}

}  // namespace detail

inline void adadelta_update(Tensor& w, Tensor g, RuleState& state, RuleOptions const& options) {
  double const rho = options.kwargs.number("rho"), eps = options.kwargs.number("eps");
  g = detail::with_decay(w, g, options);
  Tensor &v = state.tensors[0], &a = state.tensors[1];
  v.mul_(rho).addcmul_(g, g, 1 - rho);
  Tensor const d = a.add(eps).sqrt_().div_(v.add(eps).sqrt_()).mul_(g);
  a.mul_(rho).addcmul_(d, d, 1 - rho);
  w.add_(d, -options.lr);
}

inline void adamax_update(Tensor& w, Tensor g, RuleState& state, RuleOptions const& options) {
  g = detail::with_decay(w, g, options);
  Tensor &m = state.tensors[0], &u = state.tensors[1];
  m.lerp_(g, 1 - options.beta1());
  u.copy_(u.mul(options.beta2()).maximum(g.abs().add_(options.kwargs.number("eps"))));
  w.addcdiv_(m, u, -options.lr / (1 - std::pow(options.beta1(), state.step)));
}

inline void nadam_update(Tensor& w, Tensor g, RuleState& state, RuleOptions const& options) {
  g = detail::with_decay(w, g, options, options.kwargs.flag("decoupled_weight_decay"));
  Tensor &m = state.tensors[0], &v = state.tensors[1];
  double& product = state.numbers[0];
  double const psi = options.kwargs.number("momentum_decay");
  auto const n = static_cast<double>(state.step);
  auto const mu = [&](double of) { return options.beta1() * (1 - 0.5 * std::pow(0.96, of * psi)); };
  product *= mu(n);
  detail::moments(m, v, g, options);
  Tensor const root = v.div(1 - std::pow(options.beta2(), n)).sqrt_().add_(options.kwargs.number("eps"));
  w.addcdiv_(g, root, -options.lr * (1 - mu(n)) / (1 - product));
  w.addcdiv_(m, root, -options.lr * mu(n + 1) / (1 - product * mu(n + 1)));
}

inline void radam_update(Tensor& w, Tensor g, RuleState& state, RuleOptions const& options) {
  g = detail::with_decay(w, g, options, options.kwargs.flag("decoupled_weight_decay"));
  Tensor &m = state.tensors[0], &v = state.tensors[1];
  detail::moments(m, v, g, options);
  auto const n = static_cast<double>(state.step);
  double const power = std::pow(options.beta2(), n), rho_inf = 2 / (1 - options.beta2()) - 1;
  double const rho = rho_inf - 2 * n * power / (1 - power);
  double const rate = options.lr / (1 - std::pow(options.beta1(), n));
  if (rho <= 5) {
    w.add_(m, -rate);
    return;
  }
  double const r = std::sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho));
  w.addcdiv_(m, v.sqrt().add_(options.kwargs.number("eps")), -rate * r * std::sqrt(1 - power));
}

inline void asgd_update(Tensor& w, Tensor g, RuleState& state, RuleOptions const& options) {
  double const lambd = options.kwargs.number("lambd"), alpha = options.kwargs.number("alpha"), lr = options.lr;
  double &eta = state.numbers[0], &mu = state.numbers[1];
  if (state.step == 1) eta = lr;
  g = detail::with_decay(w, g, options);
  w.mul_(1 - lambd * eta).add_(g, -eta);
  Tensor& average = state.tensors[0];
  average.add_(w.sub(average).mul_(mu));
  auto const n = static_cast<double>(state.step);
  eta = lr / std::pow(1 + lambd * lr * n, alpha);
  mu = 1 / std::max(1.0, n - options.kwargs.number("t0"));
}

inline void rprop_update(Tensor& w, Tensor g, RuleState& state, RuleOptions const& options) {
  double const less = options.kwargs.numbers("etas")[0], more = options.kwargs.numbers("etas")[1];
  double const least = options.kwargs.numbers("step_sizes")[0], most = options.kwargs.numbers("step_sizes")[1];
  Tensor &before = state.tensors[0], &size = state.tensors[1];
  if (state.step == 1) size.fill_(options.lr);
  Tensor const agreement = g.mul(before);
  Tensor const turned = agreement.lt(0);
  Tensor const factor = full(g.sizes(), 1, g.options());
  factor.masked_fill_(agreement.gt(0), more).masked_fill_(turned, less);
  size.mul_(factor).clamp_(least, most);
  before.copy_(g.masked_fill(turned, 0));
  w.addcmul_(before.sign(), size, -1);
}

inline std::vector<Rule> const& rules() {
  static std::vector<Rule> const all{
      {"Adadelta", {"square_avg", "acc_delta"}, {}, {}, {"square_avg", "acc_delta"}, adadelta_update},
      {"Adamax", {"exp_avg", "exp_inf"}, {}, {}, {"exp_inf"}, adamax_update},
      {"NAdam", {"exp_avg", "exp_avg_sq"}, {"mu_product"}, {1}, {"exp_avg_sq", "mu_product"}, nadam_update},
      {"RAdam", {"exp_avg", "exp_avg_sq"}, {}, {}, {"exp_avg_sq"}, radam_update},
      {"ASGD", {"ax"}, {"eta", "mu"}, {0, 1}, {"mu"}, asgd_update},
      {"Rprop", {"prev", "step_size"}, {}, {}, {"step_size"}, rprop_update}};
  return all;
}

}  // namespace dynvision::optimizers
