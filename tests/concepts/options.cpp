// Numbers that are given, those of a publication, and defaults.
// covers: concepts/option.hpp
#include <dynvision/concepts/options.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/record.hpp>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

using namespace dynvision;

namespace {

struct V1 : Layer<"V1", Conv<3, 4, 3>, Evolve<>, Relu, Record, Delay> {};
using Own = Model<V1>;
struct Strong : Model<V1> {
  using Model::Model;
};
struct Published : Model<V1> {
  static Options published() {
    return {.n_classes = 100,
            .dt = 4,
            .tau = 8,
            .t_feedforward = 4,
            .layers = {{"V1", {.tau = 12}}},
            .bias = false,
            .fixed_self_weight = 0.5};
  }
  Published(Options const& given = {}) : Model(given.over(published())) {}
};

// Every number as text, so that none is left out of a comparison.
std::string text_of(Options const& o) {
  std::string all;
  auto const add = [&](auto value) { all += std::to_string(value) + " "; };
  auto const maybe = [&](std::optional<double> value) { all += value ? std::to_string(*value) + " " : "- "; };
  add(o.n_classes.value()), add(o.input_dims[0]), add(o.input_dims[1]), add(o.input_dims[2]);
  for (double const x : {o.dt.value(), o.tau.value(), o.t_feedforward.value(), o.t_recurrence.value(),
                         o.t_feedback.value(), o.t_skip.value(), o.longest_delay.value(), o.supralinearity.value(),
                         o.input_adaption_weight.value(), o.sigma.value(), o.dropout.value()}) {
    add(x);
  }
  for (bool const x : {o.bias.value(), o.train_tau.value(), o.train_sigma.value(), o.feedforward_only.value()})
    add(static_cast<int>(x));
  maybe(o.fixed_self_weight), maybe(o.max_weight_init), add(static_cast<int>(o.feedforward_init.value()));
  return all;
}
// One that differs from the default in every number.
Options other() {
  return {.n_classes = 11,
          .input_dims = {1, 2, 3},
          .dt = 3,
          .tau = 6,
          .t_feedforward = 9,
          .t_recurrence = 12,
          .t_feedback = 15,
          .t_skip = 18,
          .longest_delay = 40,
          .bias = false,
          .train_tau = true,
          .feedforward_only = true,
          .supralinearity = 2,
          .input_adaption_weight = 0.25,
          .fixed_self_weight = 0.75,
          .max_weight_init = 0.125,
          .sigma = 0.5,
          .train_sigma = true,
          .dropout = 0.375,
          .feedforward_init = FeedforwardInit::truncated_normal};
}

}  // namespace

TEST_CASE("what is not given is the publication's, number by number", "[concepts][options]") {
  CHECK(text_of(Options{}.over(other())) == text_of(other()));
  CHECK(text_of(other().over(Options{})) == text_of(other()));
  CHECK(text_of(other().over(Options{.n_classes = 7, .dt = 1, .bias = true})) == text_of(other()));
  // given, although it is the default
  Options const defaults{.n_classes = 10, .dt = 2, .bias = true, .fixed_self_weight = std::nullopt};
  Options const all = defaults.over(other());
  CHECK(all.n_classes == 10);
  CHECK(all.dt == 2);
  CHECK(all.bias);
  CHECK(!all.fixed_self_weight.value().has_value());
  CHECK(all.tau == 6);
  // as often as one likes
  CHECK(text_of(all.over(other())) == text_of(all));
}

TEST_CASE("what is copied or moved is given where its original was", "[concepts][options]") {
  Options one{.tau = 3};
  Options copied = one;
  Options const moved = std::move(one);
  for (Options const* o : std::initializer_list<Options const*>{&copied, &moved}) {
    CHECK((o->tau.given() && o->tau == 3.0));
    CHECK((!o->dt.given() && !o->input_dims.given() && !o->max_weight_init.given() && !o->bias.given()));
  }
  copied = Options{.dt = 4};
  CHECK((copied.dt.given() && !copied.tau.given()));
}

TEST_CASE("numbers that are assigned, or read from JSON, are given", "[concepts][options]") {
  Options o;
  CHECK(!o.tau.given());
  o.tau = 5;
  o.input_dims = {3, 32, 32};
  nlohmann::json::parse("0.5").get_to(o.dt);
  CHECK((o.tau.given() && o.input_dims.given() && o.dt.given()));
  CHECK(!o.t_skip.given());
  CHECK(o.over(other()).tau == 5);
  CHECK(o.over(other()).dt == 0.5);
}

TEST_CASE("seed, dtype and exceptions for single layers", "[concepts][options]") {
  Options const given{.layers = {{"V1", {.tau = 1}}}, .seed = 3, .dtype = at::kDouble};
  Options const all = given.over({.layers = {{"V1", {.tau = 2, .t_skip = 4}}}, .seed = 4});
  CHECK(all.seed == 3);
  CHECK(all.dtype == at::kDouble);
  REQUIRE(all.layers.size() == 2);
  CHECK(all.layers[0].second.tau == 1);
  CHECK(all.layers[1].second.t_skip == 4);
}

TEST_CASE("every model is made in the same way", "[concepts][options]") {
  Own alias({.n_classes = 5, .tau = 9});
  Strong strong({.n_classes = 5, .tau = 9});
  CHECK(alias.options.tau == strong.options.tau);
  CHECK(text_of(Own::published()) == text_of(Options{}));

  Published published({.n_classes = 5});
  CHECK(published.options.n_classes == 5);
  CHECK(published.options.dt == 4);
  CHECK(published.n_residual_timesteps() == 1);
  CHECK(find_parameter(published.parameters(), "tau_V1")->tensor.item<double>() == 12);
  Options numbers{.layers = {{"V1", {.tau = 16}}}};  // a variable says no more than what it was given
  CHECK(Published(numbers).options.dt == 4);
  CHECK(find_parameter(Published(numbers).parameters(), "tau_V1")->tensor.item<double>() == 16);
  CHECK(text_of(Published(published.options).options) == text_of(published.options));
}
