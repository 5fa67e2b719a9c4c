// Properties of every model, over random numbers: delays, time steps, sizes, batches.
#include "models.hpp"

#include "laws/gradient.hpp"
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace property;

namespace {

using Nets = std::tuple<rich::Net, deep::Net, family::Net>;
template <class Net> struct WithoutConnections;
template <> struct WithoutConnections<rich::Net> { using type = rich::Plain; };
template <> struct WithoutConnections<deep::Net> { using type = deep::Plain; };
template <> struct WithoutConnections<family::Net> { using type = family::Plain; };

template <class Net> constexpr std::uint64_t n_seeds = std::is_same_v<Net, family::Net> ? 4 : 10;

// Random delays on the way forward, too.
template <class Net> void delay_forward(Drawn<Net>& drawn) {
  Options options = drawn.net.options;
  options.t_feedforward = options.dt * drawn.dice.between(0, 2);
  Net delayed(options);
  copy_parameters(drawn.net, delayed);
  drawn.net = delayed;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("a model repeats itself after every run", "[property]", Nets) {
  for (std::uint64_t seed = 1; seed <= n_seeds<TestType>; ++seed) {
    CAPTURE(seed);
    Drawn<TestType> drawn(seed);
    delay_forward(drawn);
    run::Settings const settings{.n_timesteps = drawn.n_timesteps, .idle_timesteps = 2, .record = true};
    auto const once = run::unroll(drawn.net, drawn.images, settings);
    run::unroll(drawn.net, drawn.images.mul(3), settings);
    auto const again = run::unroll(drawn.net, drawn.images, settings);
    CHECK(distance_of_runs(once, again) == 0);
    CHECK(once.outputs.isfinite().all().template item<bool>());
  }
}

TEMPLATE_LIST_TEST_CASE("a model treats every sample alone", "[property]", Nets) {
  for (std::uint64_t seed = 1; seed <= n_seeds<TestType>; ++seed) {
    CAPTURE(seed);
    Drawn<TestType> drawn(seed);
    delay_forward(drawn);
    run::Settings const settings{.n_timesteps = drawn.n_timesteps};
    Tensor const all = run::unroll(drawn.net, drawn.images, settings).outputs;
    for (int b = 0; b < drawn.batch; ++b) {
      CHECK(distance(run::unroll(drawn.net, drawn.images.narrow(0, b, 1), settings).outputs, all.narrow(0, b, 1)) <
            1e-11);
    }
  }
}

TEMPLATE_LIST_TEST_CASE("a feedforward run is that of a model without connections", "[property]", Nets) {
  for (std::uint64_t seed = 1; seed <= n_seeds<TestType>; ++seed) {
    CAPTURE(seed);
    Drawn<TestType> drawn(seed);
    delay_forward(drawn);
    run::Settings settings{.n_timesteps = drawn.n_timesteps, .record = true};
    typename WithoutConnections<TestType>::type plain(drawn.net.options);
    copy_parameters(drawn.net, plain);
    auto const expected = run::unroll(plain, drawn.images, settings);
    Options options = drawn.net.options;
    options.feedforward_only = true;
    TestType stripped(options);
    CHECK(parameter_names(stripped) == parameter_names(plain));
    copy_parameters(drawn.net, stripped);
    CHECK(distance_of_runs(expected, run::unroll(stripped, drawn.images, settings)) == 0);
    settings.feedforward_only = true;
    CHECK(distance_of_runs(expected, run::unroll(drawn.net, drawn.images, settings)) == 0);
    settings.feedforward_only = false;
    auto const with = run::unroll(drawn.net, drawn.images, settings);
    if (drawn.n_timesteps > 8) CHECK(distance_of_runs(expected, with) > 1e-9);
  }
}

TEMPLATE_LIST_TEST_CASE("how a stimulus is written does not matter", "[property]", Nets) {
  for (std::uint64_t seed = 1; seed <= n_seeds<TestType>; ++seed) {
    CAPTURE(seed);
    Drawn<TestType> drawn(seed);
    delay_forward(drawn);
    int const T = drawn.n_timesteps;
    run::Settings const settings{.record = true};
    auto const still = run::unroll(drawn.net, run::present(drawn.images, T), settings);
    // a still image is a film of the same image
    Tensor const film = drawn.images.unsqueeze(1).expand({drawn.batch, T, -1, -1, -1});
    CHECK(distance_of_runs(still, run::unroll(drawn.net, run::present(film), settings)) == 0);
    // a pattern of zeros is a blank image
    double const null = drawn.dice.real(-1, 1);
    run::Stimulus dark = run::present(drawn.images, T, null);
    dark.masked(std::vector<bool>(static_cast<std::size_t>(T), false));
    auto const blank = run::unroll(drawn.net, dark, settings);
    Tensor const grey = full(drawn.images.sizes(), null, drawn.images.options());
    CHECK(distance_of_runs(blank, run::unroll(drawn.net, run::present(grey, T), settings)) == 0);
    // a stimulus and what it expands to
    run::Stimulus mixed = run::present(normal(film.sizes(), seed), 1, null);
    for (int& shown : mixed.shown) shown = drawn.dice.between(run::blank, T - 1);
    CHECK(distance_of_runs(run::unroll(drawn.net, mixed, settings),
                           run::unroll(drawn.net, run::present(mixed.expanded()), settings)) == 0);
  }
}

TEMPLATE_LIST_TEST_CASE("the past does not depend on the future", "[property]", Nets) {
  for (std::uint64_t seed = 1; seed <= n_seeds<TestType>; ++seed) {
    CAPTURE(seed);
    Drawn<TestType> drawn(seed);
    delay_forward(drawn);
    int const T = drawn.n_timesteps;
    Tensor const whole = run::unroll(drawn.net, run::present(drawn.images, T), {}).outputs;
    Tensor const begin = run::unroll(drawn.net, run::present(drawn.images, T - 1).then_blank(1), {}).outputs;
    CHECK(distance(whole.narrow(1, 0, T - 1), begin.narrow(1, 0, T - 1)) == 0);
  }
}

TEMPLATE_LIST_TEST_CASE("a model's gradient is that of finite differences", "[property]", Nets) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    CAPTURE(seed);
    Drawn<TestType> drawn(seed);
    Options options = drawn.net.options;
    options.t_recurrence = options.dt;
    options.t_feedback = options.dt;
    options.t_skip = 0;
    options.train_tau = true;
    TestType net(options);
    randomise_model(net, seed);
    std::vector<Tensor> inputs{drawn.images};
    for (Parameter const& p : net.parameters()) inputs.push_back(p.tensor);
    CHECK(gradient_error([&] { return run::unroll(net, drawn.images, {.n_timesteps = 3}).outputs; }, inputs) < 1e-6);
  }
}
