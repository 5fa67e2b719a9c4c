// covers: kernels/number/numbers.hpp, kernels/number/plain.hpp, kernels/number/lanes.hpp, kernels/device/chunks.hpp, kernels/pipeline/roles.hpp, kernels/pipeline/pipeline.hpp
// covers: kernels/resample/max_pooling.hpp, kernels/resample/nearest.hpp
// covers: kernels/device/layout.hpp, kernels/device/parallel.hpp, kernels/device/engine.hpp, kernels/pipeline/arguments.hpp, kernels/pipeline/program.hpp
// covers: kernels/number/tensor_number.hpp, kernels/pipeline/loop.hpp, kernels/pipeline/tensors.hpp, kernels/resample/max_pooling_tensors.hpp
// covers: kernels/pipeline/pipeline_type.hpp
// The laws of what the compiled path computes with: functors, numbers side by side, pipelines, pooling, resizing, the
// gain of a solver, loops. A new nonlinearity is added to `Nonlinearities`, a new integration to `Integrations`.
#include <dynvision/connections/integration.hpp>
#include <dynvision/dynamics/euler.hpp>
#include <dynvision/dynamics/runge_kutta4.hpp>
#include <dynvision/kernels/device/parallel.hpp>
#include <dynvision/kernels/pipeline/pipeline.hpp>
#include <dynvision/kernels/resample/max_pooling.hpp>
#include <dynvision/kernels/resample/nearest.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/operations/supralinear.hpp>
#include <dynvision/run/compiled/roles/gain.hpp>
#include <dynvision/run/compiled/roles/map.hpp>

#include "numbers.hpp"
#include "threads.hpp"
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

using namespace dynvision;
using namespace laws;
using kernels::Lanes;
using kernels::Needs;

namespace {

// --- a user's (examples/10_operation_with_adjoint.cpp)

struct SoftplusOfOne {
  static constexpr auto needs = Needs::output;
  template <class V> DYNVISION_BOTH V forward(V const& x) const {
    using T = kernels::Number<V>;
    V const e = kernels::exponential(kernels::magnitude(x) * T(-1));
    return kernels::rectified(x) + kernels::logarithm(e + T(1));
  }
  template <class V> DYNVISION_BOTH V adjoint(V const& g, V const&, V const& y) const {
    return g - g * kernels::exponential(y * kernels::Number<V>(-1));
  }
};
struct Softplus {
  Tensor operator()(Tensor const& x) const { return x.logaddexp(zeros({}, x.options())); }
  SoftplusOfOne pointwise() const { return {}; }
};
struct Shunting {
  static constexpr bool additive = false;
  Tensor operator()(Tensor const& x, Tensor const& h) const { return x.div(h.abs().add(1)); }
  template <class V> DYNVISION_BOTH static V forward(V const& x, V const& h) { return x / size(h); }
  template <class V> DYNVISION_BOTH static V adjoint_x(V const& g, V const&, V const& h) { return g / size(h); }
  template <class V> DYNVISION_BOTH static V adjoint_h(V const& g, V const& x, V const& h) {
    return kernels::with_sign_of(g * x / (size(h) * size(h)) * kernels::Number<V>(-1), h);
  }
  template <class V> DYNVISION_BOTH static V size(V const& h) { return kernels::magnitude(h) + kernels::Number<V>(1); }
};

// Without adjoints: they are derived.
struct NakaRushtonOfOne {
  template <class V> DYNVISION_BOTH V forward(V const& x) const {
    V const r = kernels::rectified(x), squared = r * r;
    return squared / (squared + kernels::Number<V>(0.25));
  }
};
struct NakaRushton {  // r^2/(sigma^2 + r^2), r = max(x, 0) (Naka and Rushton 1966)
  Tensor operator()(Tensor const& x) const {
    Tensor const squared = x.relu().square();
    return squared.div(squared.add(0.25));
  }
  NakaRushtonOfOne pointwise() const { return {}; }
};
struct DerivedShunting {
  Tensor operator()(Tensor const& x, Tensor const& h) const { return Shunting{}(x, h); }
  template <class V> DYNVISION_BOTH static V forward(V const& x, V const& h) { return Shunting::forward(x, h); }
};

using Nonlinearities =
    std::tuple<Relu, MiddleRelu, Tanh, Sigmoid, Retanh, NoNonlinearity, Supralinear, Softplus, NakaRushton>;
using Integrations = std::tuple<Additive, Multiplicative, Shunting, DerivedShunting>;
using AllIntegrations = std::tuple<Additive, Multiplicative, Shunting, DerivedShunting, run::roles::Product>;

template <class Op> Op made(at::ScalarType dtype = at::kDouble) {
  Op op;
  if constexpr (std::is_same_v<Op, Supralinear>) {
    op.n = full({}, 1.4, at::TensorOptions(dtype));
    op.k = full({}, 0.8, at::TensorOptions(dtype));
  }
  return op;
}

template <class Op> auto map_of(Op const& op) { return run::roles::Map::role(op); }

constexpr double nan_of_double = std::numeric_limits<double>::quiet_NaN();

// Ordinary numbers, and those where something begins or ends; 37 of them: no multiple of a width.
std::vector<double> numbers() {
  std::vector<double> all = values(normal({24}, 3).mul(2));
  for (double const x : {0.0, 1e-7, 2e-6, 20.0, 80.0, 3e6}) all.push_back(x), all.push_back(-x);
  all.push_back(0.3);
  return all;
}
template <class T> std::vector<T> as(std::vector<double> const& x) { return {x.begin(), x.end()}; }
template <class T> Tensor tensor_of(std::vector<T> const& x) {
  Tensor const y = zeros({static_cast<std::int64_t>(x.size())}, at::TensorOptions(c10::CppTypeToScalarType<T>::value));
  std::copy(x.begin(), x.end(), y.mutable_data_ptr<T>());
  return y;
}
template <class T> bool near(T a, T b, double tolerance) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::abs(double(a) - double(b)) <= tolerance * std::max(1.0, std::abs(double(b)));
}
template <class T> bool all_near(std::vector<T> const& a, std::vector<T> const& b, double tolerance) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (near(a[i], b[i], tolerance)) continue;
    UNSCOPED_INFO("number " << i << ": " << double(a[i]) << ", expected " << double(b[i]));
    return false;
  }
  return true;
}

// f for each number, and for Lanes, the last ones a part of a width.
template <class T, class F, class... X> std::vector<T> one_by_one(F const& f, std::vector<T> const& x, X const&... y) {
  std::vector<T> all;
  for (std::size_t i = 0; i < x.size(); ++i) all.push_back(f(x[i], y[i]...));
  return all;
}
template <class T> Lanes<T> some(std::vector<T> const& x, std::size_t i) {
  Lanes<T> v{};
  kernels::load_some(x.data() + i, static_cast<int>(std::min<std::size_t>(Lanes<T>::width, x.size() - i)), v);
  return v;
}
template <class T, class F, class... X>
std::vector<T> side_by_side(F const& f, std::vector<T> const& x, X const&... y) {
  std::vector<T> all(x.size());
  for (std::size_t i = 0; i < x.size(); i += Lanes<T>::width) {
    int const count = static_cast<int>(std::min<std::size_t>(Lanes<T>::width, x.size() - i));
    kernels::store_some(f(some(x, i), some(y, i)...), count, all.data() + i);
  }
  return all;
}
// A few units in the last place: the compiler may contract a product and a sum.
template <class T> constexpr double rounding = 8 * std::numeric_limits<T>::epsilon();

}  // namespace

// --- functors

TEMPLATE_LIST_TEST_CASE("a functor equals the tensor operation", "[laws][pointwise]", Nonlinearities) {
  STATIC_REQUIRE(run::PointwiseOperation<TestType>);
  auto const check = [&]<class T>(T, double tolerance) {
    TestType const op = made<TestType>(c10::CppTypeToScalarType<T>::value);
    std::vector<T> const x = as<T>(numbers());
    auto const functor = op.pointwise();
    std::vector<T> const found = one_by_one([&](T a) { return functor.forward(a); }, x);
    CHECK(all_near(found, as<T>(values(op(tensor_of(x)))), tolerance));
  };
  check(double{}, 1e-14);
  check(float{}, 1e-6);
}

// What the adjoint must not look at is nan here.
TEMPLATE_LIST_TEST_CASE("a functor's adjoint is that of finite differences", "[laws][pointwise]", Nonlinearities) {
  auto const functor = map_of(made<TestType>());
  for (double const x : numbers()) {
    if (std::abs(x) < 1e-5 || std::abs(x) > 1e6) continue;  // kinks
    CAPTURE(x);
    double const step = 1e-6 * std::max(1.0, std::abs(x)), g = 1.7;
    double const slope = (functor.forward(x + step) - functor.forward(x - step)) / (2 * step);
    double const seen_x = functor.needs() == Needs::input ? x : nan_of_double;
    double const seen_y = functor.needs() == Needs::output ? functor.forward(x) : nan_of_double;
    CHECK(near(functor.adjoint(g, seen_x, seen_y), g * slope, 1e-7));
  }
}

TEMPLATE_LIST_TEST_CASE("a functor's adjoint is the tensor operation's gradient", "[laws][pointwise]", Nonlinearities) {
  TestType const op = made<TestType>();
  auto const functor = map_of(op);
  std::vector<double> const x = numbers();
  Tensor const input = tensor_of(x).set_requires_grad(true), g = normal({input.numel()}, 4);
  op(input).mul(g).sum().backward();
  std::vector<double> const gs = values(g);
  std::vector<double> const found =
      one_by_one([&](double a, double b) { return functor.adjoint(b, a, functor.forward(a)); }, x, gs);
  CHECK(all_near(found, values(input.grad()), 1e-12));
}

TEMPLATE_LIST_TEST_CASE("a functor treats every lane alone", "[laws][pointwise]", Nonlinearities) {
  auto const check = [&]<class T>(T) {
    auto const functor = map_of(made<TestType>());
    std::vector<T> const x = as<T>(numbers()), g = as<T>(values(normal({static_cast<std::int64_t>(x.size())}, 4)));
    auto const forward = [&](auto const& a) { return functor.forward(a); };
    std::vector<T> const y = one_by_one(forward, x);
    CHECK(all_near(side_by_side(forward, x), y, rounding<T>));
    auto const adjoint = [&](auto const& b, auto const& a, auto const& c) { return functor.adjoint(b, a, c); };
    CHECK(all_near(side_by_side(adjoint, g, x, y), one_by_one(adjoint, g, x, y), rounding<T>));
  };
  check(double{});
  check(float{});
}

TEMPLATE_LIST_TEST_CASE("nan stays nan", "[laws][pointwise]", Nonlinearities) {
  TestType const op = made<TestType>();
  double const x = nan_of_double;
  CHECK(std::isnan(values(op(row({x})))[0]));
  CHECK(std::isnan(op.pointwise().forward(x)));
  CHECK(std::isnan(op.pointwise().forward(Lanes<double>{} + x).v[0]));
}

TEMPLATE_LIST_TEST_CASE("an integration of numbers equals that of tensors", "[laws][pointwise]", Integrations) {
  STATIC_REQUIRE(kernels::CombineFunctor<TestType>);
  STATIC_REQUIRE(Integration<TestType>);
  auto const check = [&]<class T>(T, double tolerance) {
    std::vector<T> const x = as<T>(numbers());
    std::vector<T> h(x.rbegin(), x.rend());
    auto const forward = [](auto const& a, auto const& b) { return TestType::forward(a, b); };
    std::vector<T> const found = one_by_one(forward, x, h);
    CHECK(all_near(found, as<T>(values(TestType{}(tensor_of(x), tensor_of(h)))), tolerance));
    CHECK(all_near(side_by_side(forward, x, h), found, rounding<T>));
  };
  check(double{}, 1e-14);
  check(float{}, 1e-6);
}

TEMPLATE_LIST_TEST_CASE("an integration's adjoints are those of finite differences", "[laws][pointwise]",
                        Integrations) {
  using I = TestType;
  kernels::Combine<I> const combine;
  std::vector<double> const x = values(normal({50}, 1)), h = values(normal({50}, 2)), g = values(normal({50}, 3));
  double const step = 1e-6, seen = combine.additive() ? nan_of_double : 1;  // additive ones look at neither
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const of_x = (I::forward(x[i] + step, h[i]) - I::forward(x[i] - step, h[i])) / (2 * step);
    double const of_h = (I::forward(x[i], h[i] + step) - I::forward(x[i], h[i] - step)) / (2 * step);
    CHECK(near(combine.adjoint_x(g[i], x[i] * seen, h[i] * seen), g[i] * of_x, 1e-8));
    CHECK(near(combine.adjoint_h(g[i], x[i] * seen, h[i] * seen), g[i] * of_h, 1e-8));
  }
  auto const of_x = [&](auto const& a, auto const& b, auto const& c) { return combine.adjoint_x(a, b, c); };
  auto const of_h = [&](auto const& a, auto const& b, auto const& c) { return combine.adjoint_h(a, b, c); };
  CHECK(all_near(side_by_side(of_x, g, x, h), one_by_one(of_x, g, x, h), rounding<double>));
  CHECK(all_near(side_by_side(of_h, g, x, h), one_by_one(of_h, g, x, h), rounding<double>));
}

// --- adjoints and derivatives: an adjoint is written by hand or not; the derivative follows from forward alone

// Of all kinds, at kinks too, and many at random.
std::vector<double> points() {
  std::vector<double> all = numbers();
  for (double const x : {1e-6, 1e6, 5e-324, 1.0, 700.0, 800.0}) all.push_back(x), all.push_back(-x);
  for (double const x : values(normal({2000}, 9).mul(3))) all.push_back(x);
  return all;
}

TEMPLATE_LIST_TEST_CASE("a functor's adjoint is its derivative", "[laws][pointwise][dual]", Nonlinearities) {
  auto const map = map_of(made<TestType>());
  auto const derivative = [&](auto const& x, auto const& dx) { return map.forward(kernels::Dual{x, dx}).derivative; };
  std::vector<double> x = points();
  // Softplus is smooth, and put together of pieces that meet at 0: the derivative there is that of the pieces.
  if (std::is_same_v<TestType, Softplus>) std::erase(x, 0);
  std::vector<double> const g = values(normal({static_cast<std::int64_t>(x.size())}, 5));
  std::vector<double> const y = one_by_one([&](double a) { return map.forward(a); }, x);
  CHECK(one_by_one([&](double a, double b) { return map.forward(kernels::Dual{a, b}).value; }, x, g) == y);
  std::vector<double> const ones(x.size(), 1), expected = one_by_one(derivative, x, ones);
  auto const adjoint = [&](double b, double a, double c) {
    return map.adjoint(b, map.needs() == Needs::input ? a : nan_of_double,
                       map.needs() == Needs::output ? c : nan_of_double);
  };
  CHECK(all_near(one_by_one(adjoint, ones, x, y), expected, rounding<double>));
  CHECK(all_near(one_by_one(adjoint, g, x, y), one_by_one(derivative, x, g), rounding<double>));
  CHECK(all_near(side_by_side(derivative, x, ones), expected, rounding<double>));
}

TEMPLATE_LIST_TEST_CASE("an integration's adjoints are its derivatives", "[laws][pointwise][dual]", AllIntegrations) {
  kernels::Combine<TestType> const combine;
  auto const along = [&](auto const& x, auto const& dx, auto const& h, auto const& dh) {
    return combine.forward(kernels::Dual{x, dx}, kernels::Dual{h, dh}).derivative;
  };
  std::vector<double> x = points(), h(x.rbegin(), x.rend());
  for (std::size_t i = 0; i < h.size(); i += 97) h[i] = 0;  // a kink for each kind of x
  std::vector<double> const ones(x.size(), 1), nothing(x.size());
  std::vector<double> const of_x = one_by_one(along, x, ones, h, nothing),
                            of_h = one_by_one(along, x, nothing, h, ones);
  double const seen = combine.additive() ? nan_of_double : 1;
  auto const adjoint_x = [&](double g, double a, double b) { return combine.adjoint_x(g, a * seen, b * seen); };
  auto const adjoint_h = [&](double g, double a, double b) { return combine.adjoint_h(g, a * seen, b * seen); };
  std::vector<double> const of_x_in_lanes = side_by_side(along, x, ones, h, nothing),
                            of_h_in_lanes = side_by_side(along, x, nothing, h, ones);
  for (std::size_t i = 0; i < x.size(); ++i) {  // what is subtracted may be as large as x
    double const tolerance = rounding<double> * std::max(1.0, std::abs(x[i]));
    CAPTURE(x[i], h[i]);
    CHECK(near(adjoint_x(1, x[i], h[i]), of_x[i], tolerance));
    CHECK(near(adjoint_h(1, x[i], h[i]), of_h[i], tolerance));
    CHECK(near(of_x_in_lanes[i], of_x[i], tolerance));
    CHECK(near(of_h_in_lanes[i], of_h[i], tolerance));
  }
}

// --- numbers side by side

TEMPLATE_TEST_CASE("numbers side by side are computed like single ones", "[laws][pointwise]", float, double) {
  using T = TestType;
  std::vector<double> wide = numbers();
  for (double const x : {nan_of_double, std::numeric_limits<double>::infinity(), -0.0}) wide.push_back(x);
  std::vector<T> const x = as<T>(wide), y(x.rbegin(), x.rend());
  auto const same = [&](auto const& f) { CHECK(all_near(side_by_side(f, x, y), one_by_one(f, x, y), 0)); };
  auto const almost = [&](auto const& f) { CHECK(all_near(side_by_side(f, x, y), one_by_one(f, x, y), rounding<T>)); };
  same([](auto const& a, auto const& b) { return a + b; });
  same([](auto const& a, auto const& b) { return a - b; });
  same([](auto const& a, auto const& b) { return a * b; });
  same([](auto const& a, auto const& b) { return a / b; });
  same([](auto const& a, auto const&) { return T(2) + (T(3) - T(1) / (a * T(0.5))); });
  same([](auto const& a, auto const&) { return (a + T(2) - T(3)) / T(1.5); });
  same([](auto const& a, auto const& b) { return kernels::where_above(a, T(0.1), b); });
  same([](auto const& a, auto const&) { return kernels::rectified(a); });
  same([](auto const& a, auto const&) { return kernels::magnitude(a); });
  same([](auto const& a, auto const&) { return kernels::clamped(a, T(-0.5), T(1.5)); });
  same([](auto const& a, auto const& b) { return kernels::with_sign_of(a, b); });
  almost([](auto const& a, auto const&) { return kernels::hyperbolic_tangent(a); });
  almost([](auto const& a, auto const&) { return kernels::exponential(a); });
  almost([](auto const& a, auto const&) { return kernels::logarithm(a); });
  almost([](auto const& a, auto const&) { return kernels::power(kernels::magnitude(a), T(1.3)); });
}

TEMPLATE_TEST_CASE("a part of a width is loaded and stored alone", "[laws][pointwise]", float, double, c10::BFloat16) {
  using V = Lanes<kernels::Arithmetic<TestType>>;
  auto const number = [](int i) { return static_cast<float>(i) + 1.5F; };
  for (int count = 1; count <= V::width; ++count) {
    std::vector<TestType> from, to(16, static_cast<TestType>(-1.0F));
    for (int i = 0; i < 16; ++i) from.push_back(static_cast<TestType>(number(i)));
    V v;
    kernels::load_some(from.data(), count, v);
    for (int i = 0; i < V::width; ++i) CHECK(v.v[i] == (i < count ? number(i) : 0));
    kernels::store_some(v, count, to.data());
    for (int i = 0; i < 16; ++i)
      CHECK(static_cast<float>(to[static_cast<std::size_t>(i)]) == (i < count ? number(i) : -1));
  }
}

TEST_CASE("bfloat16 is loaded and rounded as LibTorch's", "[laws][pointwise]") {
  int wrong = 0;
  for (std::uint32_t high = 0; high < 0x10000; ++high) {
    std::array<c10::BFloat16, 8> stored{}, again{};
    Lanes<float> v, loaded;
    std::uint32_t const low[] = {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff, 0x4000, 0xc000};
    for (int i = 0; i < 8; ++i) v.v[i] = std::bit_cast<float>(high << 16 | low[i]);
    kernels::store(v, stored.data());
    for (int i = 0; i < 8; ++i) wrong += stored[static_cast<std::size_t>(i)].x != c10::BFloat16(float(v.v[i])).x;
    again.fill(c10::BFloat16(static_cast<std::uint16_t>(high), c10::BFloat16::from_bits()));
    kernels::load(again.data(), loaded);
    wrong += std::bit_cast<std::uint32_t>(float(loaded.v[5])) != high << 16;
  }
  CHECK(wrong == 0);
}

// --- whole signals

TEST_CASE("whole signals are computed like single numbers", "[laws][pointwise]") {
  std::vector<double> wide = numbers();
  for (double const x : {nan_of_double, std::numeric_limits<double>::infinity(), -0.0}) wide.push_back(x);
  std::vector<double> const x = wide, y(x.rbegin(), x.rend());
  auto const same = [&](auto const& f) {
    std::vector<double> const found = values(f(kernels::TensorNumber{row(x)}, kernels::TensorNumber{row(y)}).x);
    CHECK(all_near(found, one_by_one(f, x, y), rounding<double>));
  };
  same([](auto const& a, auto const& b) { return a + b - a * b / (b + 0.5); });
  same([](auto const& a, auto const&) { return 2.0 + (3.0 - 1.0 / (a * 0.5)); });
  same([](auto const& a, auto const&) { return 2.0 * (a - 3.0) / 1.5; });
  same([](auto const& a, auto const& b) { return kernels::where_above(a, 0.1, b); });
  same([](auto const& a, auto const&) { return kernels::rectified(a); });
  same([](auto const& a, auto const&) { return kernels::magnitude(a); });
  same([](auto const& a, auto const&) { return kernels::clamped(a, -0.5, 1.5); });
  same([](auto const& a, auto const& b) { return kernels::with_sign_of(a, b); });
  same([](auto const& a, auto const&) { return kernels::hyperbolic_tangent(a); });
  same([](auto const& a, auto const&) { return kernels::exponential(a); });
  same([](auto const& a, auto const&) { return kernels::logarithm(a); });
  same([](auto const& a, auto const&) { return kernels::power(kernels::magnitude(a), 1.3); });
}

// --- pipelines

// x -> x (+) h -> r + gain (x - r) -> f, for two steps; the second one starts from the result of the first.
TEMPLATE_LIST_TEST_CASE("a pipeline is its operations one after the other", "[laws][pointwise]", Integrations) {
  using I = TestType;
  constexpr double gain = 0.4, slope = -0.08;  // slope: d gain/d tau
  for (auto const& [size_of, backend_of] : {std::pair<std::int64_t, kernels::Backend>{1, kernels::Backend::loops},
                                            {3, kernels::Backend::loops},
                                            {4, kernels::Backend::loops},
                                            {9, kernels::Backend::loops},
                                            {512, kernels::Backend::loops},
                                            {1027, kernels::Backend::loops},
                                            {9, kernels::Backend::tensors}}) {
    std::int64_t const size = size_of;
    kernels::Backend const backend = backend_of;
    CAPTURE(size, backend);
    constexpr std::int64_t B = 3;
    kernels::Pipeline<kernels::Combine<I>, kernels::Step, kernels::Map<functors::Tanh>, kernels::Tap> const pipeline{
        {{}, {{.gain = gain, .first = 0.5, .gain_slope = slope, .first_slope = 0}}, {}, {}}};
    kernels::Engine const engine{at::kDouble, at::kCPU, backend};
    Tensor const x = normal({2, B, size}, 1), h = normal({2, B, size}, 2), r = normal({B, size}, 3);
    Tensor const g = normal({2, B, size}, 4), tau = zeros({}, x.options());

    for (Tensor t : {x, h, r, tau}) t.set_requires_grad(true);
    Tensor const rate = tau.mul(slope).add(gain);
    auto const step = [&](Tensor const& before, int t) {
      return before.add(I{}(x[t], h[t]).sub(before).mul(rate)).tanh();
    };
    Tensor const y0 = step(r, 0), y1 = step(y0, 1), expected = stack_along({y0, y1}, 0);
    expected.mul(g).sum().backward();

    auto const data = [](Tensor const& t) { return t.detach().mutable_data_ptr<double>(); };
    auto const steps = [&](Tensor const& t) { return std::array<void*, 2>{data(t), data(t) + B * size}; };
    Tensor const y = zeros({2, B, size}, g.options()), combined = I{}(x, h).detach();
    auto const at_x = steps(x), at_h = steps(h), at_y = steps(y), at_g = steps(g), at_u = steps(combined);
    std::array<void*, 2> const before{data(r), at_y[0]};
    kernels::Arguments flow;
    flow.n_steps = 2, flow.batch = B, flow.size = size;
    flow.x = at_x.data(), flow.role[0].operand = at_h.data(), flow.role[0].operand_stride = size;
    flow.previous = before.data(), flow.role[3].tap = at_y.data();
    pipeline.forward(engine, flow);
    CHECK(distance(expected, y) < 1e-13);

    kernels::AdjointArguments back;
    Tensor const gx = zeros(x.sizes(), g.options()), gh = gx.clone(), gr = zeros(r.sizes(), g.options());
    auto const at_gx = steps(gx), at_gh = steps(gh);
    std::array<void*, 2> const at_gr{data(gr), nullptr};
    double of_tau = 0;
    back.role[3].incoming = at_g.data(), back.role[3].n_incoming = 1;
    back.role[2].output = at_y.data(), back.role[1].input = at_u.data();
    constexpr bool additive = kernels::Combine<I>::additive();
    if (!additive) back.role[0].input = at_x.data(), back.role[0].g_operand = at_gh.data();
    back.role[0].g_input = at_gx.data(), back.g_previous = at_gr.data();
    back.carried = true, back.tau_gradient = &of_tau;
    pipeline.reverse(engine, flow, back);
    CHECK(distance(x.grad(), gx) < 1e-13);
    CHECK(distance(h.grad(), additive ? gx : gh) < 1e-13);  // where both are alike only one is stored
    CHECK(distance(r.grad(), gr) < 1e-13);
    CHECK(near(of_tau, tau.grad().item<double>(), 1e-11));
  }
}

// --- pooling and resizing

namespace {

// Numbers of which some are equal, with a nan here and there.
Tensor drawn(at::IntArrayRef sizes, std::uint64_t seed, bool with_nan) {
  Tensor const x = normal(sizes, seed).mul(3).round().div(2);
  return with_nan ? x.masked_fill(normal(sizes, seed + 1).gt(1.6), nan_of_double) : x;
}
double distance_or_nan(Tensor const& a, Tensor const& b) {
  if (!a.isnan().equal(b.isnan())) return std::numeric_limits<double>::infinity();
  return distance(a.to(at::kDouble).nan_to_num(0), b.to(at::kDouble).nan_to_num(0));
}
kernels::Shape shape_of(Tensor const& x) { return {x.size(1), x.size(2), x.size(3)}; }

template <class S> struct Case {
  kernels::Layout layout;
  Tensor x, y, g, gx;  // (N,C,H,W), (N,C,h,w)

  // `f`: what LibTorch does.
  template <class F>
  Case(bool channels_last, std::vector<std::int64_t> const& sizes, bool with_nan, F const& f) : layout{channels_last} {
    auto const dtype = c10::CppTypeToScalarType<S>::value;
    x = layout.of(drawn(sizes, 5, with_nan).to(dtype)).set_requires_grad(true);
    y = f(x);
    g = layout.of(normal(y.sizes(), 6).mul(4).round().div(4).to(dtype));  // sums are exact
    y.backward(g);
    gx = x.grad();
  }
};

template <class F> void each_case(F const& f) {
  for (bool const channels_last : {true, false}) {
    for (bool const with_nan : {false, true}) {
      for (std::int64_t const channels : {1, 3, 8, 13, 16}) {
        for (auto const& [height, width] : {std::pair{7, 5}, {1, 1}, {4, 9}, {3, 2}}) {
          CAPTURE(channels_last, with_nan, channels, height, width);
          f(channels_last, std::vector<std::int64_t>{3, channels, height, width}, with_nan);
        }
      }
    }
  }
}

template <class S, int K, int Stride, int Margin> void check_pooling() {
  CAPTURE(K, Stride, Margin);
  each_case([](bool channels_last, std::vector<std::int64_t> const& sizes, bool with_nan) {
    if (shrunk({sizes[2], sizes[3]}, K, Stride, Margin).height < 1) return;
    if (shrunk({sizes[2], sizes[3]}, K, Stride, Margin).width < 1) return;
    Case<S> const of(channels_last, sizes, with_nan, MaxPool<K, Stride, Margin>{});
    kernels::MaxPooling const pooling(shape_of(of.x), shape_of(of.y), K, Stride, Margin, of.layout);
    for (kernels::Backend const backend : {kernels::Backend::loops, kernels::Backend::tensors}) {
      Tensor const y = of.layout.empty(3, shape_of(of.y), of.g.options()), again = y.clone();
      Tensor const place = of.layout.empty(3, shape_of(of.y), of.g.options().dtype(at::kByte));
      kernels::Engine const engine{of.x.scalar_type(), at::kCPU, backend};
      pooling.forward(engine, of.x.const_data_ptr(), y.mutable_data_ptr(), place.mutable_data_ptr<std::uint8_t>(), 3);
      pooling.forward(engine, of.x.const_data_ptr(), again.mutable_data_ptr(), nullptr, 3);
      CHECK(distance_or_nan(of.y, y) == 0);
      CHECK(distance_or_nan(again, y) == 0);
      Tensor const gx = of.layout.zeros(3, shape_of(of.x), of.g.options());
      gx.add_(1);  // the adjoint adds to what is there
      pooling.adjoint(engine, of.g.const_data_ptr(), place.const_data_ptr<std::uint8_t>(), gx.mutable_data_ptr(), 3);
      CHECK(distance(of.gx.add(1), gx) == 0);
    }
  });
}

}  // namespace

TEMPLATE_TEST_CASE("maximum pooling is LibTorch's", "[laws][pointwise]", float, double, c10::BFloat16) {
  check_pooling<TestType, 3, 2, 1>();
  check_pooling<TestType, 2, 2, 0>();
  check_pooling<TestType, 2, 1, 1>();
  check_pooling<TestType, 1, 1, 0>();
  check_pooling<TestType, 5, 3, 2>();
  check_pooling<TestType, 3, 4, 0>();
}

TEMPLATE_TEST_CASE("resizing is LibTorch's nearest neighbour", "[laws][pointwise]", float, double, c10::BFloat16) {
  using S = TestType;
  for (auto const& [h, w] : {std::pair{7, 5}, {14, 10}, {3, 11}, {1, 1}, {2, 3}, {29, 4}}) {
    CAPTURE(h, w);
    each_case(
        [&, to_height = h, to_width = w](bool channels_last, std::vector<std::int64_t> const& sizes, bool with_nan) {
          if (sizes[2] == to_height && sizes[3] == to_width) return;
          Case<S> const of(channels_last, sizes, with_nan,
                           [&](Tensor const& x) { return nearest(x, to_height, to_width); });
          kernels::NearestResize const resize(shape_of(of.x), to_height, to_width, of.layout);
          for (kernels::Backend const backend : {kernels::Backend::loops, kernels::Backend::tensors}) {
            Tensor const y = of.layout.empty(3, shape_of(of.y), of.g.options());
            kernels::Engine const engine{of.x.scalar_type(), at::kCPU, backend};
            resize.forward(engine, of.x.const_data_ptr(), y.mutable_data_ptr(), 3);
            CHECK(distance_or_nan(of.y, y) == 0);
            Tensor const gx = of.layout.zeros(3, shape_of(of.x), of.g.options());
            gx.add_(1);
            resize.adjoint(engine, of.g.const_data_ptr(), gx.mutable_data_ptr(), 3);
            CHECK(distance(of.gx.add(1), gx) <= (std::is_same_v<S, c10::BFloat16> ? 0.25 : 0));
          }
        });
  }
}

TEST_CASE("the source of every place is LibTorch's", "[laws][pointwise]") {
  for (std::int64_t from = 1; from <= 40; ++from) {
    std::vector<double> places;
    for (std::int64_t i = 0; i < from; ++i) places.push_back(static_cast<double>(i));
    Tensor const line = row(places).view({1, 1, from, 1});
    for (std::int64_t to = 1; to <= 40; ++to) {
      CAPTURE(from, to);
      std::vector<std::int64_t> const found = kernels::nearest_sources(from, to);
      CHECK(values(nearest(line, to, 1)) == std::vector<double>(found.begin(), found.end()));
    }
  }
}

TEST_CASE("a signal in a layout lies as it says", "[laws][pointwise]") {
  for (bool const channels_last : {true, false}) {
    kernels::Layout const layout{channels_last};
    Tensor const x = layout.empty(2, {3, 4, 5}, at::TensorOptions(at::kFloat));
    CHECK(x.sizes().equals({2, 3, 4, 5}));
    CHECK(x.stride(1) == (channels_last ? 1 : 20));
    CHECK(layout.of(x).is_same(x));
    CHECK(layout.zeros(2, {3, 4, 5}, at::TensorOptions(at::kDouble)).abs().sum().item<double>() == 0);
  }
}

// --- solvers

TEMPLATE_TEST_CASE("a linear solver's step is its gain", "[laws][pointwise]", Euler, RungeKutta4) {
  STATIC_REQUIRE(LinearSolver<TestType>);
  Tensor const r = normal({20}, 1), u = normal({20}, 2);
  for (double const tau : {1.5, 5.0, 20.0}) {
    double const dt = 2, a = dt / tau, step = 1e-6;
    Tensor const stepped = TestType::step(r, u, full({}, tau, r.options()), dt);
    CHECK(distance(stepped, r.add(u.sub(r), TestType::gain(a))) < 1e-14);
    double const slope = (TestType::gain(a + step) - TestType::gain(a - step)) / (2 * step);
    CHECK(near(TestType::gain_slope(a), slope, 1e-8));
  }
}

// --- loops

TEST_CASE("a loop covers its range once", "[laws][pointwise]") {
  for (int const n_threads : {1, 3, 4}) {
    laws::Threads const some(n_threads);
    for (std::int64_t const n : {0, 1, 2, 7, 64, 1000}) {
      for (std::int64_t const grain : {1, 3, 1000}) {
        CAPTURE(n_threads, n, grain);
        std::vector<std::atomic<int>> visits(static_cast<std::size_t>(n));
        auto const visited = [&](int times) {
          return std::all_of(visits.begin(), visits.end(), [&](auto const& v) { return v == times; });
        };
        std::atomic<int> too_short{0};
        auto const visit = [&](std::int64_t from, std::int64_t to) {
          if (to - from < std::min(n, grain)) ++too_short;
          for (std::int64_t i = from; i < to; ++i) ++visits[static_cast<std::size_t>(i)];
        };
        kernels::parallel_for(n, grain, visit);
        CHECK(visited(1));
        kernels::parallel_pieces(n, grain, visit);
        CHECK(visited(2));
        CHECK(too_short == 0);
        // one within another
        kernels::parallel_for(n, 1, [&](std::int64_t from, std::int64_t to) {
          kernels::parallel_pieces(to - from, 1, [&](std::int64_t a, std::int64_t b) {
            for (std::int64_t i = from + a; i < from + b; ++i) ++visits[static_cast<std::size_t>(i)];
          });
        });
        CHECK(visited(3));
      }
    }
  }
}
