// covers: analysis/stability/step_map.hpp
// covers: analysis/stability/step_jacobian.hpp
// covers: analysis/stability/coupled_layers.hpp
// covers: analysis/stability/coupled_jacobian.hpp
// Eigenvalues of one step in closed form, and products of the Jacobians of drawn models.
#include <dynvision/analysis/stability/leading_modes.hpp>

#include "io/failure.hpp"
#include "run/drawn_models.hpp"
#include "units.hpp"
#include <catch2/catch_test_macros.hpp>

#include <numbers>

using namespace stability_test;

namespace {

double radius_of_unit(double w, int delay, double dt = 2, double tau = 5) {
  auto const model = unit<NoNonlinearity>(w, delay, dt, tau);
  stability::StepMap const map(model, zeros({1, 1}, at::kDouble));
  return stability::spectral_radius(map, map.rest());
}

// Of all of J, from products with unit vectors.
Tensor dense(stability::StepJacobian const& J) {
  std::vector<Tensor> columns;
  for (std::int64_t i = 0; i < J.size(); ++i) {
    Tensor const e = zeros({J.size()}, at::kDouble);
    e[i].fill_(1);
    columns.push_back(J.times(e));
  }
  return stack_along(columns, 1);
}
Eigen::VectorXcd dense_eigenvalues(Tensor const& J) {
  Tensor const own = J.contiguous();
  Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> const> const all(
      own.data_ptr<double>(), own.size(0), own.size(1));
  return Eigen::EigenSolver<Eigen::MatrixXd>(Eigen::MatrixXd(all), false).eigenvalues();
}
double dense_radius(Tensor const& J) { return dense_eigenvalues(J).cwiseAbs().maxCoeff(); }

// J v against central differences, J^T against J.
void check_products(auto const& model, Tensor const& images, run::Settings settings = {}) {
  settings.noise = false;
  stability::StepMap const map(model, images, settings);
  run::State const x = map.advance(map.rest(), 3);
  stability::StepJacobian const J(map, x);
  stability::StateLayout const layout(x);
  Tensor const v = stability::random_vector(layout.size(), 1), w = stability::random_vector(layout.size(), 2);
  Tensor const jv = J.times(v), jw = J.transposed_times(w);
  CHECK(std::abs(jv.dot(w).sub(v.dot(jw)).item<double>()) <=
        1e-11 * (1 + jv.norm().item<double>() * w.norm().item<double>()));
  // Of the same kinks: a step so small that almost no unit passes one, by two sizes of it.
  double best = 1;
  Tensor const at = layout.vector(x);
  for (double const h : {1e-5, 1e-6, 3e-7}) {
    Tensor const ahead = layout.vector(map.differentiable_step(layout.state(x, at.add(v, h))).detached());
    Tensor const behind = layout.vector(map.differentiable_step(layout.state(x, at.sub(v, h))).detached());
    Tensor const difference = ahead.sub(behind).div(2 * h);
    best = std::min(best, difference.sub(jv).norm().item<double>() / (1e-300 + jv.norm().item<double>()));
  }
  CHECK(best < 1e-8);
}

}  // namespace

TEST_CASE("the spectral radius of one unit with a delay", "[stability]") {
  CHECK(std::abs(radius_of_unit(0.5, 1) - 0.8) < 1e-12);
  CHECK(std::abs(radius_of_unit(0.5, 2) - 0.838516) < 1e-6);
  CHECK(std::abs(radius_of_unit(0.5, 3) - 0.866422) < 1e-6);
  CHECK(std::abs(radius_of_unit(-0.5, 3) - 0.675132) < 1e-6);
}

TEST_CASE("a unit is unstable beyond the bounds of its weight", "[stability]") {
  auto const is_bound = [](double w, int delay, double dt = 2, double tau = 5) {
    CAPTURE(w, delay);
    CHECK(radius_of_unit(w * 0.9999, delay, dt, tau) < 1);
    CHECK(radius_of_unit(w * 1.0001, delay, dt, tau) > 1);
  };
  double const a = 0.4;
  for (int delay = 1; delay <= 5; ++delay) is_bound(1, delay);
  is_bound(-(2 - a) / a, 1);
  is_bound(-1 / a, 2);
  is_bound(-1.860077, 3);
  is_bound(-1.568621, 4);
  is_bound(-1.407599, 5);
  is_bound(-3.078302, 3, 2, 9);
}

TEST_CASE("modes have a growth rate and a period in ms", "[stability]") {
  auto const model = unit<NoNonlinearity>(-1, 3);
  stability::StepMap const map(model, zeros({1, 1}, at::kDouble));
  stability::Modes const modes = stability::leading_modes(map, map.rest(), {.n_modes = 3, .patterns = true});
  REQUIRE(modes.modes.size() == 3);
  for (stability::Mode const& mode : modes.modes) {
    std::complex<double> const z = mode.z;
    CHECK(std::abs(z * z * z - 0.6 * z * z + 0.4) < 1e-12);  // z^d - (1 - a) z^(d-1) - a mu
    CHECK(std::abs(mode.growth_rate_per_ms - std::log(std::abs(z)) / 2) < 1e-12);
    CHECK(std::abs(mode.period_ms - 2 * std::numbers::pi * 2 / std::abs(std::arg(z))) < 1e-9);
    REQUIRE(mode.pattern.size() == 1);
    CHECK(mode.pattern[0].second.sizes() == at::IntArrayRef({1, 1, 1}));
  }
}

namespace {
template <class F> struct A : Layer<"A", Conv<1, 2, 3>, Recur<Full<2>>, Evolve<Euler>, F, Record, Delay> {};
template <class F>
struct Fed : Layer<"A", Conv<1, 2, 3>, Recur<Full<2>>, AddFeedback<"B">, Evolve<Euler>, F, Record, Delay> {};
template <class F> struct B : Layer<"B", Conv<2, 3, 3, 2>, Recur<Full<3>>, Evolve<Euler>, F, Record, Delay> {};
}  // namespace

TEST_CASE("products of the Jacobian are central differences, and each other's adjoints", "[stability]") {
  Tensor const image = stability::random_vector(3 * 12 * 12, 5).view({1, 3, 12, 12});
  Options const options{.n_classes = 3, .input_dims = {3, 12, 12}, .t_feedback = 6, .seed = 3, .dtype = at::kDouble};
  check_products(DyRCNNx2<>(options), image);
  check_products(DyRCNNx2<Self, Feedback<>, RungeKutta4, Tanh>(options), image);
  check_products(DyRCNNx2<Depthwise, Multiplicative, Feedback<Multiplicative>, Sigmoid>(options), image);
  Tensor const small = stability::random_vector(2 * 12 * 12, 6).view({1, 2, 12, 12});
  Options other = options;
  other.input_dims = {2, 12, 12};
  check_products(property::odd::Net(other), small);
}

TEST_CASE("without feedback the radius is the largest of the layers", "[stability]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    Options options{.n_classes = 3,
                    .input_dims = {1, 4, 4},
                    .tau = 3.0 + static_cast<double>(seed),
                    .t_recurrence = 2.0 * static_cast<double>(seed % 4),
                    .layers = {{"A", {.tau = 4}}},
                    .seed = seed,
                    .dtype = at::kDouble};
    Model<A<Relu>, B<Relu>> const model(options);
    for (Parameter const& p : model.parameters()) {  // strong enough to matter
      if (p.name.find("recurrence") != std::string::npos) Tensor(p.tensor).data().mul_(seed % 2 == 0 ? 4 : -4);
    }
    stability::StepMap const map(model, stability::random_vector(16, seed).view({1, 1, 4, 4}));
    run::State const x = map.rest();
    stability::Modes const modes = stability::leading_modes(map, x, {.n_modes = 4});
    CHECK(modes.converged);
    double largest_of_layers = 0;
    for (stability::LayersRadius const& one : modes.by_layers) {
      CHECK(one.layers.find(' ') == std::string::npos);
      largest_of_layers = std::max(largest_of_layers, one.spectral_radius);
    }
    CHECK(modes.by_layers.size() == 2);
    CHECK(modes.spectral_radius == largest_of_layers);
    if (seed <= 2) {
      stability::StepJacobian const J(map, x);
      INFO("of the whole matrix; Jordan blocks of two");
      CHECK(std::abs(modes.spectral_radius - dense_radius(dense(J))) < 1e-6);
    }
  }
}

TEST_CASE("with feedback the layers are one group, whose modes are those of the whole matrix", "[stability]") {
  Options const options{
      .n_classes = 3, .input_dims = {1, 4, 4}, .t_recurrence = 4, .t_feedback = 6, .seed = 2, .dtype = at::kDouble};
  Model<Fed<Tanh>, B<Tanh>> const model(options);
  stability::StepMap const map(model, stability::random_vector(16, 1).view({1, 1, 4, 4}));
  run::State const x = map.rest();
  stability::Modes const modes = stability::leading_modes(map, x, {.n_modes = 6, .settled = 0});
  CHECK(modes.converged);
  REQUIRE(modes.by_layers.size() == 1);
  CHECK(modes.by_layers[0].layers == "A B");
  CHECK(std::abs(modes.spectral_radius - dense_radius(dense(stability::StepJacobian(map, x)))) < 1e-8);
}

TEST_CASE("with several products between two vectors of the Krylov space the modes are those of J", "[stability]") {
  Options const options{
      .n_classes = 3, .input_dims = {1, 4, 4}, .t_recurrence = 4, .t_feedback = 6, .seed = 2, .dtype = at::kDouble};
  Model<Fed<Tanh>, B<Tanh>> const model(options);
  for (Parameter const& p : model.parameters()) {  // modes that swing among them
    if (p.name.find("recurrence") != std::string::npos) Tensor(p.tensor).data().mul_(-6);
  }
  stability::StepMap const map(model, stability::random_vector(16, 1).view({1, 1, 4, 4}));
  run::State const x = map.rest();
  stability::StepJacobian const J(map, x);
  Eigen::VectorXcd const all = dense_eigenvalues(dense(J));
  std::vector<double> moduli;
  for (std::complex<double> const z : all) moduli.push_back(std::abs(z));
  std::sort(moduli.rbegin(), moduli.rend());
  for (int const products : {1, 3, 8}) {
    CAPTURE(products);
    stability::ModeSettings settings{.n_modes = 6, .settled = 0, .products = products};
    for (bool const patterns : {false, true}) {
      settings.patterns = patterns;
      stability::Modes const modes = stability::leading_modes(map, x, settings);
      CHECK(modes.converged);
      REQUIRE(modes.modes.size() == 6);
      for (std::size_t i = 0; i < 6; ++i) {
        std::complex<double> const z = modes.modes[i].z;
        CHECK(std::abs(std::abs(z) - moduli[i]) < 1e-7);
        CHECK((all.array() - z).abs().minCoeff() < 1e-7);
        CHECK(modes.modes[i].settled);
      }
    }
  }
}

TEST_CASE("where the first mode has settled, and the others have not, it is the largest of J", "[stability]") {
  for (std::uint64_t const seed : {1, 2, 3}) {
    CAPTURE(seed);
    Model<Fed<Tanh>, B<Tanh>> const model({.n_classes = 3,
                                           .input_dims = {1, 5, 5},
                                           .t_recurrence = 4,
                                           .t_feedback = 6,
                                           .seed = seed,
                                           .dtype = at::kDouble});
    stability::StepMap const map(model, stability::random_vector(25, 1).view({1, 1, 5, 5}));
    run::State const x = map.rest();
    double const radius = dense_radius(dense(stability::StepJacobian(map, x)));
    for (int const products : {1, 4, 8}) {
      CAPTURE(products);
      stability::Modes const modes =
          stability::leading_modes(map, x, {.n_modes = 6, .krylov_size = 16, .products = products});
      CHECK(modes.modes.front().settled);
      CHECK(std::abs(modes.spectral_radius - radius) < 1e-4);
      for (stability::Mode const& mode : modes.modes) CHECK(std::abs(mode.z) < radius + 1e-4);
    }
  }
}

TEST_CASE("a model without memory has eigenvalues of 0", "[stability]") {
  DyRCNNx2<NoRecurrence, NoSolver> const model(
      {.n_classes = 3, .input_dims = {1, 6, 6}, .seed = 2, .dtype = at::kDouble});
  stability::StepMap const map(model, stability::random_vector(36, 1).view({1, 1, 6, 6}));
  stability::Modes const modes = stability::leading_modes(map, map.rest());
  CHECK(modes.spectral_radius == 0);
  CHECK(std::isinf(modes.growth_rate_per_ms));
}

TEST_CASE("what the dynamics cannot be asked of is said", "[stability]") {
  auto const model = unit(0.5, 2);
  Tensor const x = full({1, 1}, 0.5, at::kDouble);
  stability::StepMap const map(model, x);
  run::State const rest = map.rest();
  CHECK(failure([&] { stability::StepMap(model, full({2, 1}, 1, at::kDouble)); }) == "analysis.142");
  CHECK(failure([&] { stability::StepMap(model, full({1, 1}, NAN, at::kDouble)); }) == "analysis.143");
  CHECK(failure([&] { stability::leading_modes(map, rest, {.n_modes = 10, .krylov_size = 11}); }) == "analysis.145");
  CHECK(failure([&] { stability::leading_modes(map, rest, {.products = -1}); }) == "analysis.145");
  CHECK(failure([&] { stability::leading_modes(map, run::State{}); }) == "analysis.141");
  run::State broken = rest;
  broken.layers[0].past[0] = Signal{};
  CHECK(failure([&] { stability::leading_modes(map, broken); }) == "analysis.141");
  broken.layers[0].past[0] = full({1, 1, 1, 1}, NAN, at::kDouble);
  CHECK(failure([&] { stability::leading_modes(map, broken); }) == "analysis.143");
  run::State other = rest;
  other.layers[0].layer = "V2";
  CHECK(failure([&] { stability::leading_modes(map, other); }) == "run.156");
  stability::StepJacobian const J(map, rest);
  CHECK(failure([&] { J.times(zeros({1}, at::kDouble)); }) == "analysis.144");
  CHECK(failure([&] { J.transposed_times(zeros({2}, at::kFloat)); }) == "analysis.144");
  DyRCNNx2<Full, WithNoise<WhiteDrive>> const noisy({.n_classes = 3, .input_dims = {1, 6, 6}, .seed = 1});
  Tensor const image = full({1, 1, 6, 6}, 1.0);
  CHECK(failure([&] { stability::StepMap(noisy, image).rest(); }) == "analysis.140");
  stability::StepMap const held(noisy, image, {.seed = 3});
  run::State const held_rest = held.rest();
  CHECK(failure([&] { stability::leading_modes(held, held_rest); }) == "analysis.140");
  CHECK(failure([&] { stability::StepMap(noisy, image, {.noise = false}).rest(); }) == "none");
}
