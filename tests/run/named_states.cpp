// covers: concepts/mechanism.hpp kernels/pipeline/mechanism.hpp run/compiled/roles/mechanism.hpp
// Operations with states of their own: both paths, in pieces, one step at a time; against a plain loop; bad input.
#include <dynvision/io/state.hpp>

#include "comparisons.hpp"
#include "io/failure.hpp"
#include "laws/set_parameter.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace property;

TEST_CASE("mechanisms on both paths", "[run][property][states]") { compare_in_every_way<mechanisms::Net>(1e-3); }

TEST_CASE("mechanisms with bfloat16 are near the exact ones", "[run][property][states]") {
  for (std::uint64_t seed = 8000; seed < 8020; ++seed) {
    DrawnRun<mechanisms::Net> run(seed, at::kFloat);
    INFO("seed " << seed << ": " << run.text());
    auto const exact = run.everything(by_compiled);
    run.settings.store_bfloat16 = true;
    auto const stored = run.everything(by_compiled);
    for (std::size_t i = 0; i < exact.size(); ++i) {  // what is kept is rounded, outputs are not
      bool const is_gradient = exact[i].first.starts_with("gradient");
      INFO(exact[i].first);
      if (!is_gradient) CHECK(relative_distance(exact[i].second, stored[i].second) <= 1e-4);
      if (is_gradient && exact[i].second.sizes() == stored[i].second.sizes()) {
        CHECK(relative_distance(exact[i].second, stored[i].second) <= 0.3);  // a relu decides anew
      }
    }
  }
}

TEST_CASE("states that operations store on both paths", "[run][property][states]") {
  compare_in_every_way<moments::Net>(1e-3);
}

namespace {

// As a new user would write it: two states, one of which drives the other.
struct Echo {
  static constexpr std::string_view label = "echo";
  static constexpr std::array<std::string_view, 2> states{"u", "v"};
  static constexpr std::array<double, 2> initial{0, 1};
  struct Equation {
    double rate;
    template <class V> auto step(V const& x, V const& u, V const& v, V const& w) const {
      using T = kernels::Number<V>;
      V const next_u = u + (x - u) * T(rate), next_v = v + (u * w - v) * T(2 * rate);
      return kernels::Updated{x * kernels::hyperbolic_tangent(next_v) + next_u, next_u, next_v};
    }
  };
  Tensor w;
  void compose(Composition& at) { w = at.constant({at.channels, 1, 1}, 0.8); }
  void parameters(auto&& visit) { visit("w", w); }
  Equation equation() const { return {0.15}; }
  std::array<Tensor, 1> unit_numbers() const { return {w.square()}; }
};
struct V1 : Layer<"V1", Conv<2, 3, 3>, Echo, Recur<Full<3>>, Evolve<>, Relu, Record, Delay> {};
using Net = ModelWith<NoHead, V1>;

Options numbers() {
  return {.input_dims = {2, 5, 6}, .dt = 2, .tau = 7, .t_recurrence = 6, .seed = 3, .dtype = at::kDouble};
}

// The same as a plain loop: the responses of all steps.
Tensor by_hand(Net const& net, Tensor const& image, int T) {
  Parameters const p = net.parameters();
  auto const of = [&](std::string_view name) { return tensor_of(p, name); };
  Tensor const w = of("V1.echo.w").square();
  Tensor u = zeros({image.size(0), 3, 5, 6}, at::kDouble), v = ones({image.size(0), 3, 5, 6}, at::kDouble), r;
  std::vector<Tensor> all;
  for (int t = 0; t < T; ++t) {
    Tensor x = conv2d(image, of("V1.conv.weight"), of("V1.conv.bias"), 1, 1);
    Tensor const before = u;
    u = u.add(x.sub(u), 0.15);
    v = v.add(before.mul(w).sub(v), 0.3);
    x = x.mul(v.tanh()).add(u);
    if (t >= 3) {
      Tensor const past = all[static_cast<std::size_t>(t - 3)];
      x = x.add(conv2d(past, of("V1.recurrence.conv.weight"), of("V1.recurrence.conv.bias"), 1, 1));
    }
    r = (r.defined() ? r.add(x.sub(r), 2.0 / 7) : x.mul(2.0 / 7)).relu();
    all.push_back(r);
  }
  return stack_along(all, 1);
}

}  // namespace

TEST_CASE("a mechanism with two states is a plain loop", "[run][states]") {
  Net net(numbers());
  randomise_model(net, 5);
  Tensor const image = normal({2, 2, 5, 6}, 1, at::kDouble).set_requires_grad(true);
  auto const everything = [&](auto const& responses) {
    Tensor const r = responses();
    r.mul(normal(r.sizes(), 7, at::kDouble)).sum().backward();
    Everything all{{"responses", r.detach()}, {"image", image.grad().clone()}};
    image.mutable_grad() = Tensor{};
    for (Parameter const& p : net.parameters()) {
      if (p.learned) all.emplace_back(p.name, p.tensor.grad().clone()), p.tensor.mutable_grad() = Tensor{};
    }
    return all;
  };
  auto const expected = everything([&] { return by_hand(net, image, 11); });
  run::Settings const settings{.n_timesteps = 11, .record = true};
  agree(expected, everything([&] { return run::unroll(net, image, settings).response("V1").stacked(); }), 1e-12);
  agree(expected, everything([&] { return run::run(net, image, settings).response("V1").stacked(); }), 1e-12);
}

TEST_CASE("named states in a state: by name, initial, from a file", "[run][states]") {
  Net net(numbers());
  Tensor const image = normal({2, 2, 5, 6}, 1, at::kDouble);
  run::State const state = run::run(net, image, {.n_timesteps = 4, .keep_state = true}).state;
  REQUIRE(state.layers.size() == 3);
  CHECK(state.response("V1.u").sizes() == at::IntArrayRef{2, 3, 5, 6});
  CHECK(state.layer("V1.v").past.size() == 1);
  CHECK(failure([&] { state.layer("V1.w"); }) == "run.153");

  Tensor const u0 = normal({1, 3, 5, 6}, 2, at::kDouble);
  run::State const start = run::initial_state(net, {{"V1.u", u0}});
  for (bool const compiled : {false, true}) {
    run::Settings const settings{.n_timesteps = 1, .start = start, .keep_state = true};
    run::State const after = compiled ? run::run(net, image, settings).state : run::unroll(net, image, settings).state;
    Tensor const x =
        conv2d(image, tensor_of(net.parameters(), "V1.conv.weight"), tensor_of(net.parameters(), "V1.conv.bias"), 1, 1);
    CHECK(distance(u0.add(x.sub(u0), 0.15), after.response("V1.u")) < 1e-12);
  }
  CHECK(failure([&] { run::initial_state(net, {{"V1.w", u0}}); }) == "run.154");

  auto const path = std::filesystem::temp_directory_path() / "dynvision_named_states.safetensors";
  write_state(path, state);
  run::State const read = read_state(path);
  CHECK(read.response("V1.v").equal(state.response("V1.v")));
  std::filesystem::remove(path);

  run::State other = state;
  other.layers.pop_back();
  CHECK(failure([&] { run::run(net, image, {.start = other}); }) == "run.156");
  other = state;
  other.layers[1].past[0] = normal({2, 3, 5, 5}, 1, at::kDouble);
  CHECK(failure([&] { run::run(net, image, {.start = other}); }) == "run.158");
}

namespace {

struct Forgetful {
  static constexpr std::string_view label = "forgetful";
  static constexpr std::array<std::string_view, 1> states{"m"};
  int stores = 0;
  Signal operator()(Signal const& x, Moment& now) const {
    for (int i = 0; i < stores; ++i) now.state().store(x);
    return x;
  }
};
struct Sloppy : Layer<"V1", Conv<2, 3, 3>, Forgetful, Relu, Record, Delay> {};
struct Early : Layer<"V1", Adaptation<>, Conv<2, 2, 3, 2>, Evolve<>, Record, Delay> {};

}  // namespace

TEST_CASE("states that are not stored, or of another size, are refused", "[run][states]") {
  Tensor const image = normal({2, 2, 6, 6}, 1, at::kFloat);
  for (int const stores : {0, 2}) {
    ModelWith<NoHead, Sloppy> net({.input_dims = {2, 0, 0}});
    net.each_layer([&](auto& layer, int) {
      layer.each([&]<class Op>(Op& op, int) {
        if constexpr (std::is_same_v<Op, Forgetful>) op.stores = stores;
      });
    });
    CHECK(failure([&] { run::unroll(net, image, {.n_timesteps = 2}); }) == "run.195");
    CHECK(failure([&] { run::run(net, image, {.n_timesteps = 2}); }) == "run.195");
    CHECK(message([&] { run::run(net, image); }).find("\"m\"") != std::string::npos);
  }
  ModelWith<NoHead, Early> net({.input_dims = {2, 0, 0}});
  CHECK(failure([&] { run::unroll(net, image, {.n_timesteps = 3}); }) == "run.196");
  CHECK(failure([&] { run::run(net, image, {.n_timesteps = 3}); }) == "run.196");
}

TEST_CASE("probes see named states", "[run][states]") {
  each_seed(
      1,
      [](std::uint64_t seed) {
        DrawnRun<mechanisms::Net> run(seed, at::kDouble);
        run.settings.probes = {{.where = "A.a"}, {.where = "slow", .over = {.space = true}}, {.where = "C.R"}};
        run.settings.samples_at_once = 1 + static_cast<int>(seed % 3);
        at::AutoGradMode const no_gradient(false);
        run::Activity const expected = run::unroll(run.net, run.stimulus, run.settings);
        run::Activity const found = run::run(run.net, run.stimulus, run.settings);
        REQUIRE(expected.probed.size() == 4);
        CHECK(expected.probed[1].name == "B.slow");
        for (std::size_t i = 0; i < expected.probed.size(); ++i) {
          CHECK(expected.probed[i].present == found.probed[i].present);
          Tensor const &a = expected.probed[i].values, &b = found.probed[i].values;
          REQUIRE(a.defined() == b.defined());
          if (a.defined()) CHECK(relative_distance(a, b) < 1e-10);
        }
      },
      30);
  Net net(numbers());
  Tensor const image = normal({2, 2, 5, 6}, 1, at::kDouble);
  run::Settings const settings{.n_timesteps = 5, .probes = {{.where = "V1.v"}}, .keep_state = true};
  run::Activity const all = run::run(net, image, settings);
  CHECK(all.probed[0].values.select(1, 4).equal(all.state.response("V1.v")));
  CHECK(failure([&] { run::run(net, image, {.probes = {{.where = "V1.w"}}}); }) == "run.165");
}
