// Properties of every model, over random numbers: delays, time steps, sizes, batches. A failure is made as small as it gets.
#include "models.hpp"

#include "laws/gradient.hpp"
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace property;

namespace {

using Nets = std::tuple<rich::Net, deep::Net, family::Net>;
template <class Net> struct WithoutConnections;
template <> struct WithoutConnections<rich::Net> { using type = rich::Plain; };
template <> struct WithoutConnections<deep::Net> { using type = deep::Plain; };
template <> struct WithoutConnections<family::Net> { using type = family::Plain; };

template <class Net> constexpr int n_draws = std::is_same_v<Net, family::Net> ? 10 : 30;

}  // namespace

TEMPLATE_LIST_TEST_CASE("a model repeats itself after every run", "[property]", Nets) {
  every(n_draws<TestType>, [](Dice& dice) {
    Drawn<TestType> drawn(dice);
    drawn.delay_forward();
    run::Settings const settings{.n_timesteps = drawn.n_timesteps, .idle_timesteps = 2, .record = true};
    auto const once = run::unroll(drawn.net, drawn.images, settings);
    run::unroll(drawn.net, drawn.images.mul(3), settings);
    auto const again = run::unroll(drawn.net, drawn.images, settings);
    drawn.must_be_near(distance_of_runs(once, again), 0, "the second run");
    drawn.must(once.outputs.isfinite().all().template item<bool>(), "outputs are not finite");
  });
}

TEMPLATE_LIST_TEST_CASE("a model treats every sample alone", "[property]", Nets) {
  every(n_draws<TestType>, [](Dice& dice) {
    Drawn<TestType> drawn(dice);
    drawn.delay_forward();
    run::Settings const settings{.n_timesteps = drawn.n_timesteps};
    Tensor const all = run::unroll(drawn.net, drawn.images, settings).outputs;
    for (int b = 0; b < drawn.batch; ++b) {
      Tensor const alone = run::unroll(drawn.net, drawn.images.narrow(0, b, 1), settings).outputs;
      drawn.must_be_near(distance(alone, all.narrow(0, b, 1)), 1e-11, "sample " + std::to_string(b) + " alone");
    }
  });
}

TEMPLATE_LIST_TEST_CASE("a feedforward run is that of a model without connections", "[property]", Nets) {
  every(n_draws<TestType>, [](Dice& dice) {
    Drawn<TestType> drawn(dice);
    drawn.delay_forward();
    run::Settings settings{.n_timesteps = drawn.n_timesteps, .record = true};
    typename WithoutConnections<TestType>::type plain(drawn.net.options);
    copy_parameters(drawn.net, plain);
    auto const expected = run::unroll(plain, drawn.images, settings);
    Options options = drawn.net.options;
    options.feedforward_only = true;
    TestType stripped(options);
    drawn.must(parameter_names(stripped) == parameter_names(plain), "other parameters");
    copy_parameters(drawn.net, stripped);
    drawn.must_be_near(distance_of_runs(expected, run::unroll(stripped, drawn.images, settings)), 0,
                       "the model stripped");
    settings.feedforward_only = true;
    drawn.must_be_near(distance_of_runs(expected, run::unroll(drawn.net, drawn.images, settings)), 0, "the run alone");
    settings.feedforward_only = false;
    auto const with = run::unroll(drawn.net, drawn.images, settings);
    drawn.must(drawn.n_timesteps <= 8 || distance_of_runs(expected, with) > 1e-9, "connections do nothing");
  });
}

TEMPLATE_LIST_TEST_CASE("how a stimulus is written does not matter", "[property]", Nets) {
  every(n_draws<TestType>, [](Dice& dice) {
    Drawn<TestType> drawn(dice);
    drawn.delay_forward();
    int const T = drawn.n_timesteps;
    run::Settings const settings{.record = true};
    auto const still = run::unroll(drawn.net, run::present(drawn.images, T), settings);
    // a still image is a film of the same image
    Tensor const film = drawn.images.unsqueeze(1).expand({drawn.batch, T, -1, -1, -1});
    drawn.must_be_near(distance_of_runs(still, run::unroll(drawn.net, run::present(film), settings)), 0, "a film");
    // a pattern of zeros is a blank image
    double const null = drawn.dice.real(-1, 1);
    run::Stimulus dark = run::present(drawn.images, T, null);
    dark.masked(std::vector<bool>(static_cast<std::size_t>(T), false));
    auto const blank = run::unroll(drawn.net, dark, settings);
    Tensor const grey = full(drawn.images.sizes(), null, drawn.images.options());
    drawn.must_be_near(distance_of_runs(blank, run::unroll(drawn.net, run::present(grey, T), settings)), 0, "a blank");
    // a stimulus and what it expands to
    run::Stimulus mixed = run::present(normal(film.sizes(), drawn.dice.seed()), 1, null);
    for (int& shown : mixed.shown) shown = drawn.dice.between(run::blank, T - 1);
    drawn.must_be_near(distance_of_runs(run::unroll(drawn.net, mixed, settings),
                                        run::unroll(drawn.net, run::present(mixed.expanded()), settings)),
                       0, "a mixed stimulus");
  });
}

TEMPLATE_LIST_TEST_CASE("the past does not depend on the future", "[property]", Nets) {
  every(n_draws<TestType>, [](Dice& dice) {
    Drawn<TestType> drawn(dice);
    drawn.delay_forward();
    int const T = drawn.n_timesteps;
    Tensor const whole = run::unroll(drawn.net, run::present(drawn.images, T), {}).outputs;
    Tensor const begin = run::unroll(drawn.net, run::present(drawn.images, T - 1).then_blank(1), {}).outputs;
    drawn.must_be_near(distance(whole.narrow(1, 0, T - 1), begin.narrow(1, 0, T - 1)), 0, "the past");
  });
}

TEMPLATE_LIST_TEST_CASE("a model's gradient is that of finite differences", "[property]", Nets) {
  every(4, [](Dice& dice) {
    Drawn<TestType> drawn(dice);
    Options options = drawn.net.options;
    options.t_recurrence = options.dt;
    options.t_feedback = options.dt;
    options.t_skip = 0;
    options.train_tau = true;
    TestType net(options);
    randomise_model(net, drawn.dice.seed());
    std::vector<Tensor> inputs{drawn.images};
    for (Parameter const& p : net.parameters()) inputs.push_back(p.tensor);
    auto const outputs = [&] { return run::unroll(net, drawn.images, {.n_timesteps = 3}).outputs; };
    if (outputs().abs().max().template item<double>() > 1e3) return;  // differences of large numbers have few digits
    drawn.must_be_near(gradient_error(outputs, inputs), 1e-6, "gradients");
  });
}
