// Units whose dynamics are known in closed form, and what tests ask of any model.
#pragma once
#include <dynvision/analysis/stability/fixed_points.hpp>
#include <dynvision/analysis/stability/leading_modes.hpp>
#include <dynvision/connections/full.hpp>
#include <dynvision/dyrcnn.hpp>

#include <cmath>
#include <complex>
#include <vector>

namespace stability_test {

using namespace dynvision;

// One unit with itself: r' = f(r + a (u + w r_(d) - r)).
template <class F> struct V1Of : Layer<"V1", Recur<Full<1, 1>>, Evolve<Euler>, F, Record, Delay> {};
template <class F> using UnitOf = Model<V1Of<F>>;

inline void set(auto& model, std::string const& name, Tensor const& x) {
  for (Parameter const& p : model.parameters()) {
    if (p.name != name) continue;
    Tensor(p.tensor).data().copy_(x.reshape(p.tensor.sizes()));
    return;
  }
  std::string all;
  for (Parameter const& p : model.parameters()) all += " " + p.name;
  fail("analysis", 0, {"the model has no ", name, ", but", all});
}

template <class F = Relu> UnitOf<F> unit(double w, int delay, double dt = 2, double tau = 5) {
  UnitOf<F> model({.n_classes = 2,
                   .input_dims = features(1),
                   .dt = dt,
                   .tau = tau,
                   .t_recurrence = delay * dt,
                   .bias = false,
                   .dtype = at::kDouble});
  set(model, "V1.recurrence.conv.weight", full({1}, w, at::kDouble));
  return model;
}

inline Tensor numbers(std::vector<double> const& values) {
  Tensor x = zeros({static_cast<std::int64_t>(values.size())}, at::kDouble);
  std::copy(values.begin(), values.end(), x.data_ptr<double>());
  return x;
}
inline double largest(Tensor const& x) { return x.abs().max().item<double>(); }

}  // namespace stability_test
