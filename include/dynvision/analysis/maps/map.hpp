// Maps and flows of a few numbers, as the analyses of this room take them: values, of whatever type.
//
//   a map    x(t+1) = F(x)            map(x), and map.jacobian(x) where it has one: else central differences
//   a flow   dx/dt = f(x, t)          flow.derivative(x, t), and flow.jacobian(x, t) likewise
//   a driven map   x(t+1) = F(x,u)    map.step(x, u), and map.tangent(x, u, V) = J V
//
// A map may have tangent(x, V) = J V, too, for states of which J is not to be written down.
//
//   analysis::Rest const rest{lorenz};        // the map x + f(x, 0), whose fixed points are the flow's equilibria
//
// For models of the library, convolutional or not, the same analyses go by products with the Jacobian of a step: analysis/stability/.
#pragma once
#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <concepts>

namespace dynvision::analysis {

template <class F>
concept Map = requires(F const& map, Eigen::VectorXd const& x) {
  { map(x) } -> std::convertible_to<Eigen::VectorXd>;
};
template <class F>
concept MapWithJacobian = Map<F> && requires(F const& map, Eigen::VectorXd const& x) {
  { map.jacobian(x) } -> std::convertible_to<Eigen::MatrixXd>;
};
template <class F>
concept MapWithTangent = Map<F> && requires(F const& map, Eigen::VectorXd const& x) {
  { map.tangent(x, Eigen::MatrixXd()) } -> std::convertible_to<Eigen::MatrixXd>;
};
template <class F>
concept Flow = requires(F const& flow, Eigen::VectorXd const& x, double t) {
  { flow.derivative(x, t) } -> std::convertible_to<Eigen::VectorXd>;
};
template <class F>
concept FlowWithJacobian = Flow<F> && requires(F const& flow, Eigen::VectorXd const& x, double t) {
  { flow.jacobian(x, t) } -> std::convertible_to<Eigen::MatrixXd>;
};
template <class F>
concept DrivenMap = requires(F const& map, Eigen::VectorXd const& x, Eigen::VectorXd const& u) {
  { map.step(x, u) } -> std::convertible_to<Eigen::VectorXd>;
  { map.tangent(x, u, Eigen::MatrixXd()) } -> std::convertible_to<Eigen::MatrixXd>;
};

// Central differences, to about 1e-9 of a smooth f.
template <class F> Eigen::MatrixXd jacobian_by_differences(F const& f, Eigen::VectorXd const& x) {
  Eigen::MatrixXd J;
  Eigen::VectorXd at = x;
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    double const h = 6e-6 * std::max(1.0, std::abs(x[j]));
    at[j] = x[j] + h;
    Eigen::VectorXd const above = f(at);
    at[j] = x[j] - h;
    Eigen::VectorXd const below = f(at);
    at[j] = x[j];
    if (j == 0) J.resize(above.size(), x.size());
    J.col(j) = (above - below) / (2 * h);
  }
  return J;
}

template <Map F> Eigen::MatrixXd jacobian_of(F const& map, Eigen::VectorXd const& x) {
  if constexpr (MapWithJacobian<F>) {
    return map.jacobian(x);
  } else {
    return jacobian_by_differences(map, x);
  }
}
template <Map F> Eigen::MatrixXd tangent_of(F const& map, Eigen::VectorXd const& x, Eigen::MatrixXd const& V) {
  if constexpr (MapWithTangent<F>) {
    return map.tangent(x, V);
  } else {
    return jacobian_of(map, x) * V;
  }
}
template <Flow F> Eigen::MatrixXd jacobian_of(F const& flow, Eigen::VectorXd const& x, double t) {
  if constexpr (FlowWithJacobian<F>) {
    return flow.jacobian(x, t);
  } else {
    return jacobian_by_differences([&](Eigen::VectorXd const& at) { return Eigen::VectorXd(flow.derivative(at, t)); },
                                   x);
  }
}

template <Flow F> struct Rest {
  F flow;
  Eigen::VectorXd operator()(Eigen::VectorXd const& x) const { return x + flow.derivative(x, 0.0); }
  Eigen::MatrixXd jacobian(Eigen::VectorXd const& x) const {
    return jacobian_of(flow, x, 0.0) + Eigen::MatrixXd::Identity(x.size(), x.size());
  }
};
template <class F> Rest(F) -> Rest<F>;

}  // namespace dynvision::analysis
