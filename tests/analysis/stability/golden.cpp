// covers: analysis/stability/state_layout.hpp
// Fixed points, eigenvalues, exponents and products of two networks, against dense linear algebra in NumPy.
#include <dynvision/analysis/stability/lyapunov.hpp>

#include "golden/golden_file.hpp"
#include "units.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace stability_test;

namespace {

std::filesystem::path measures() { return golden::folder() / "measures"; }

template <class F, int C> struct V1 : Layer<"V1", Recur<Full<C>>, Evolve<Euler>, F, Record, Delay> {};

inline double number(Tensor const& x) { return x.item<double>(); }

template <class F, int C> void check_recurrent(golden::File const& file) {
  auto const d = [&](char const* name) -> Tensor { return file.number(name, at::kDouble); };
  auto const shape = file.config.at("shape").get<std::vector<std::int64_t>>();
  double const a = file.config.at("a"), dt = 2;
  int const delay = file.config.at("delay_steps"), n_steps = file.config.at("n_steps");
  Model<V1<F, C>> net({.n_classes = 2,
                       .input_dims = {C, 0, 0},
                       .dt = dt,
                       .tau = dt / a,
                       .t_recurrence = delay * dt,
                       .bias = false,
                       .dtype = at::kDouble});
  Tensor const drive = d("drive").view({1, shape[0], shape[1], shape[2]});
  auto const started = [&](stability::StepMap const& map, Tensor const& x) {
    run::State const rest = map.rest();
    return stability::StateLayout(rest).state(rest, x);
  };
  auto const exponents = [&](stability::StepMap const& map, run::State const& from, int n, Tensor const& expected,
                             Tensor const& end) {
    std::int64_t const k = expected.numel();
    stability::StateLayout const layout(from);
    Tensor const e = zeros({k, layout.size()}, at::kDouble);
    for (std::int64_t i = 0; i < k; ++i) e[i][i].fill_(1);
    stability::Lyapunov const found =
        stability::lyapunov(map, from, {.n_exponents = static_cast<int>(k), .n_steps = n, .tangents = e});
    for (std::int64_t i = 0; i < k; ++i) {
      double const golden = number(expected[i]), own = found.exponents[static_cast<std::size_t>(i)] * dt;
      CAPTURE(i, golden, own);
      CHECK(((std::isinf(golden) && std::isinf(own)) || std::abs(golden - own) < 1e-6));
    }
    if (end.defined()) CHECK(largest(layout.vector(found.end).narrow(0, 0, end.numel()).sub(end)) < 1e-8);
  };
  if constexpr (std::is_same_v<F, Relu>) {
    set(net, "V1.recurrence.conv.weight", d("kernel"));
    stability::StepMap const map(net, drive);
    stability::FixedPoints const found = stability::fixed_points(map, {.tolerance = 1e-12});
    REQUIRE(found.points.size() == 1);
    run::State const& point = found.points[0].state;
    Tensor const r = point.response("V1").reshape({-1});
    CHECK(largest(r.sub(d("relu.fixed_point"))) < 1e-8);
    CHECK(r.gt(0).to(at::kLong).equal(file.stored("relu.active")));
    Tensor const moduli = d("relu.eigenvalue_moduli");
    stability::Modes const modes = stability::leading_modes(
        map, point, {.n_modes = static_cast<int>(moduli.numel()), .krylov_size = 60, .settled = 0, .tolerance = 1e-11});
    REQUIRE(modes.converged);
    REQUIRE(modes.modes.size() == static_cast<std::size_t>(moduli.numel()));
    for (std::int64_t i = 0; i < moduli.numel(); ++i) {
      CAPTURE(i);
      CHECK(std::abs(std::abs(modes.modes[static_cast<std::size_t>(i)].z) - number(moduli[i])) < 1e-8);
    }
    CHECK(std::abs(modes.spectral_radius - number(d("relu.spectral_radius"))) < 1e-8);
    CHECK(found.points[0].residual <= 1e-12);
    exponents(map, started(map, d("relu.x0")), n_steps, d("relu.lyapunov"), {});
  } else if constexpr (std::is_same_v<F, Tanh>) {
    Tensor const silent = zeros(drive.sizes(), drive.options());
    set(net, "V1.recurrence.conv.weight", d("kernel").mul(d("tanh.gain")));
    stability::StepMap const decaying(net, silent);
    exponents(decaying, started(decaying, d("tanh.x0")), n_steps, d("tanh.lyapunov"), d("tanh.final"));
    set(net, "V1.recurrence.conv.weight", d("kernel").mul(d("sustained.gain")));
    stability::StepMap const sustained(net, silent);
    exponents(sustained, started(sustained, d("sustained.x0")), 300, d("sustained.lyapunov"), d("sustained.final"));
  } else {  // linear: the matrix, the radius
    set(net, "V1.recurrence.conv.weight", d("kernel"));
    stability::StepMap const map(net, drive);
    run::State const rest = map.rest();
    CHECK(std::abs(stability::spectral_radius(map, rest, {.krylov_size = 60, .settled = 0, .tolerance = 1e-11}) -
                   number(d("linear.spectral_radius"))) < 1e-8);
    stability::StepJacobian const J(map, rest);
    Tensor const matrix = d("matrix");  // W: a W is what an impulse `delay` steps ago gives
    std::int64_t const n = matrix.size(0);
    for (std::int64_t i = 0; i < n; ++i) {
      Tensor const e = zeros({J.size()}, at::kDouble);
      e[(delay - 1) * n + i].fill_(1);
      Tensor expected = matrix.select(1, i).mul(a);
      if (delay == 1) expected = expected.clone(), expected[i].add_(1 - a);
      CHECK(largest(J.times(e).narrow(0, 0, n).sub(expected)) < 1e-12);
    }
  }
}

template <class F> void check_recurrent_of(golden::File const& file) {
  switch (file.config.at("shape").at(0).get<int>()) {
    case 1:
      return check_recurrent<F, 1>(file);
    case 2:
      return check_recurrent<F, 2>(file);
    case 3:
      return check_recurrent<F, 3>(file);
    case 4:
      return check_recurrent<F, 4>(file);
    default:
      FAIL("a file of " << file.config.at("shape").at(0) << " channels: the test has models of 1 to 4");
  }
}

}  // namespace

TEST_CASE("a recurrent layer: fixed point, modes, exponents", "[golden][stability]") {
  golden::File const file(measures() / "recurrent_dynamics.safetensors");
  check_recurrent_of<Relu>(file);
  check_recurrent_of<Tanh>(file);
  check_recurrent_of<NoNonlinearity>(file);
}

namespace {

template <int C, int D> struct Two {
  struct V1 : Layer<"V1", Conv<1, C, 3>, Recur<Full<C>>, AddFeedback<"V2">, Evolve<Euler>, Relu, Record, Delay> {};
  struct V2 : Layer<"V2", Conv<C, D, 3, 2>, Recur<Full<D>>, Evolve<Euler>, Relu, Record, Delay> {};
  static void check(golden::File const& file) {
    double const a = file.config.at("a"), dt = 2;
    auto const& delays = file.config.at("delays_steps");
    Model<V1, V2> net({.n_classes = 2,
                       .input_dims = {1, 0, 0},
                       .dt = dt,
                       .tau = dt / a,
                       .t_feedback = delays.at("feedback").get<int>() * dt,
                       .layers = {{"V1", {.t_recurrence = delays.at("recurrence_V1").get<int>() * dt}},
                                  {"V2", {.t_recurrence = delays.at("recurrence_V2").get<int>() * dt}}},
                       .dtype = at::kDouble});
    for (auto const* name : {"V1.conv", "V2.conv", "V1.recurrence.conv", "V2.recurrence.conv", "addfeedback_V1.conv"}) {
      for (std::string const what : {".weight", ".bias"}) set(net, name + what, file.number(name + what, at::kDouble));
    }
    stability::StepMap const map(net, file.number("image", at::kDouble).unsqueeze(0));
    stability::FixedPoints const found = stability::fixed_points(map, {.tolerance = 1e-13, .n_random = 3});
    REQUIRE(found.points.size() == 1);
    run::State const& point = found.points[0].state;
    for (std::string const layer : {"V1", "V2"}) {
      CHECK(largest(point.response(layer)[0].sub(file.number("fixed_point." + layer, at::kDouble))) < 1e-8);
    }
    stability::StepJacobian const J(map, point);
    Tensor const jv = J.times(file.number("jvp.direction", at::kDouble));
    CHECK(largest(jv.sub(file.number("jvp.result", at::kDouble))) < 1e-8);
    Tensor const moduli = file.number("eigenvalue_moduli", at::kDouble);
    stability::Modes const modes = stability::leading_modes(
        map, point, {.n_modes = static_cast<int>(moduli.numel()), .krylov_size = 60, .settled = 0, .tolerance = 1e-11});
    REQUIRE(modes.converged);
    for (std::int64_t i = 0; i < moduli.numel(); ++i) {
      CAPTURE(i);
      CHECK(std::abs(std::abs(modes.modes[static_cast<std::size_t>(i)].z) - number(moduli[i])) < 1e-8);
    }
    CHECK(std::abs(modes.spectral_radius - number(file.number("spectral_radius", at::kDouble))) < 1e-8);
  }
};

}  // namespace

TEST_CASE("two areas with feedback: fixed point, modes, one product", "[golden][stability]") {
  golden::File const file(measures() / "two_area_dynamics.safetensors");
  auto const c = file.stored_unseen("V1.conv.weight").size(0), d = file.stored_unseen("V2.conv.weight").size(0);
  if (c == 2 && d == 3) return Two<2, 3>::check(file);
  if (c == 2 && d == 2) return Two<2, 2>::check(file);
  if (c == 3 && d == 3) return Two<3, 3>::check(file);
  if (c == 3 && d == 4) return Two<3, 4>::check(file);
  FAIL("a file of " << c << " and " << d << " channels: the test has no model of these");
}
