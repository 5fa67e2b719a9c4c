// covers: concepts/parametrisation.hpp connections/excitatory.hpp run/compiled/functions/parametrised_weight.hpp
// The laws of every parametrisation of a weight. A new one is added to `parametrisations()`.
#include <dynvision/concepts/weight.hpp>
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/excitatory.hpp>
#include <dynvision/connections/low_rank.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/connections/weight_norm.hpp>
#include <dynvision/run/compiled/functions/parametrised_weight.hpp>

#include "alone.hpp"
#include "gradient.hpp"
#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <string>

using namespace dynvision;
using namespace laws;

namespace {

struct Squared {  // a user's: no weight is negative
  using policy = policies::Parametrisation;
  Tensor operator()(Tensor const& v) const { return v.square(); }
  Tensor start(Composition&, Tensor const& w) { return w.abs().sqrt(); }
};
struct Scaled {  // a user's with a number that learns, and one that does not; without an adjoint
  using policy = policies::Parametrisation;
  static constexpr std::string_view original = "unscaled";
  Tensor gain{}, offset{};
  Tensor start(Composition& at, Tensor const& w) {
    gain = at.constant({w.size(0)}, 2), offset = at.constant({}, 0.5);
    return w.sub(offset).div(2);
  }
  void parameters(auto&& visit) {
    visit("gain", gain);
    visit("offset", offset, Fixed{});
  }
  Tensor operator()(Tensor const& v) const {
    std::vector<std::int64_t> shape(static_cast<std::size_t>(v.dim()), 1);
    shape[0] = v.size(0);
    return v.mul(gain.view(shape)).add(offset);
  }
};

struct Kind {
  std::string name;
  Parametrisations made;
  bool keeps = false;  // the weight starts as it was drawn
};
std::vector<Kind> parametrisations() {
  return {{"none", {}, true},
          {"WeightNorm", Parametrisations::of<WeightNorm>(), true},
          {"Masked<>", Parametrisations::of<Masked<>>(), true},
          {"Masked<Sparse<40>>", Parametrisations::of<Masked<Sparse<40>>>()},
          {"Masked<NoAutapses>", Parametrisations::of<Masked<NoAutapses>>()},
          {"Dale<>", Parametrisations::of<Dale<>>()},
          {"Dale<1, 2>", Parametrisations::of<Dale<1, 2>>()},
          {"Excitatory<>", Parametrisations::of<Excitatory<>>()},
          {"LowRank<1>", Parametrisations::of<LowRank<1>>()},
          {"LowRank<3>", Parametrisations::of<LowRank<3>>()},
          {"Masked<Sparse<50>>, Dale<>", Parametrisations::of<Masked<Sparse<50>>, Dale<>>()},
          {"LowRank<2>, Dale<>, Masked<Sparse<50>>", Parametrisations::of<LowRank<2>, Dale<>, Masked<Sparse<50>>>()},
          {"WeightNorm, Masked<Sparse<50>>", Parametrisations::of<WeightNorm, Masked<Sparse<50>>>()},
          {"Squared", Parametrisations::of<Squared>()},
          {"Scaled", Parametrisations::of<Scaled>(), true},
          {"Scaled, WeightNorm", Parametrisations::of<Scaled, WeightNorm>(), true}};
}

struct Shape {
  std::vector<std::int64_t> sizes;
  int groups = 1;
};
std::vector<Shape> const shapes{{{5, 5, 3, 3}}, {{4, 4}}, {{6, 6, 1, 1}}, {{4, 1, 3, 3}, 4}, {{6, 3, 3, 3}, 2}};

Weight weight_of(Parametrisations const& by, Shape const& shape, std::uint64_t seed = 7) {
  Place place(in_double(seed));
  Weight w{.weight = normal(shape.sizes, seed), .groups = shape.groups};
  w.parametrise(place.at, by);
  return w;
}
Parameters parameters(Weight& w) {
  Parameters all;
  w.parameters("", [&](std::string const& name, Tensor& x, auto... fixed) {
    all.push_back({name, x, sizeof...(fixed) == 0});
  });
  return all;
}

// Each of them, for each shape of a weight that it is for, with random numbers.
void each(std::function<void(Kind const&, Shape const&, Weight&)> const& f) {
  for (Kind const& kind : parametrisations()) {
    for (Shape const& shape : shapes) {
      if (kind.name == "Masked<NoAutapses>" && shape.sizes[0] != shape.sizes[1]) continue;
      CAPTURE(kind.name, shape_text(shape.sizes), shape.groups);
      Weight w = weight_of(kind.made, shape);
      if (!kind.name.starts_with("Squared")) randomise(learned(parameters(w)), 11);
      f(kind, shape, w);
    }
  }
}

}  // namespace

TEST_CASE("a parametrised weight has the shape that it says, that of the plain one", "[laws][parametrisation]") {
  each([](Kind const&, Shape const& shape, Weight& w) {
    std::vector<std::int64_t> expected = shape.sizes;
    expected.resize(4, 1);
    CHECK(w.effective().sizes().equals(shape.sizes));
    CHECK(at::IntArrayRef(w.sizes()).equals(expected));
  });
}

TEST_CASE("a parametrisation's gradient is that of finite differences", "[laws][parametrisation]") {
  each([](Kind const&, Shape const&, Weight& w) {
    CHECK(gradient_error([&] { return w.effective(); }, tensors(learned(parameters(w)))) < 1e-6);
  });
}

// What the compiled path does once a run, by adjoints where they are written.
TEST_CASE("a parametrisation's adjoint is its derivative", "[laws][parametrisation]") {
  each([](Kind const&, Shape const& shape, Weight& w) {
    Parameters const all = learned(parameters(w));
    for (Parameter const& p : all) {
      Tensor x = p.tensor;
      x.set_requires_grad(true);
    }
    Tensor const effective = w.effective(), g = normal(shape.sizes, 3);
    effective.backward(g);

    run::GradientSums sums;
    run::ParametrisedWeight const of_run(w);
    CHECK(of_run.learns());
    CHECK(distance(of_run.effective(), effective) == 0);
    CHECK(!of_run.effective().requires_grad());
    of_run.adjoint(g.clone(), sums);
    std::vector<Tensor> const found = sums.take();
    CHECK(found.size() == all.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(distance(found[i], sums.tensors()[i].grad()) < 1e-12);
  });
}

TEST_CASE("while a run lasts each weight is made once", "[laws][parametrisation]") {
  each([](Kind const& kind, Shape const&, Weight& w) {
    Weight other = w;
    Tensor const before = w.effective();
    {
      EffectiveWeights const made_once;
      {
        at::AutoGradMode const idle_steps(false);
        CHECK(distance(w.effective(), before) == 0);
      }
      CHECK(w.effective().is_same(w.effective()));
      CHECK(w.effective().requires_grad() == w.weight.requires_grad());
      if (kind.name != "none") CHECK(!other.effective().is_same(w.effective()));
    }
    if (kind.name != "none") CHECK(!w.effective().is_same(w.effective()));
    at::AutoGradMode const no_gradient(false);
    EffectiveWeights const without;
    w.effective();
    at::AutoGradMode const again(true);
    Tensor raw = w.weight;
    raw.set_requires_grad(true);
    CHECK(w.effective().requires_grad());
  });
}

// Another one, with other numbers, becomes this one when it gets the listed numbers.
TEST_CASE("what a parametrisation lists is all that it has", "[laws][parametrisation]") {
  each([](Kind const& kind, Shape const& shape, Weight& mine) {
    Weight other = weight_of(kind.made, shape, 99);
    Parameters const from = parameters(mine), to = parameters(other);
    REQUIRE(names(from) == names(to));
    for (std::size_t i = 0; i < from.size(); ++i) {
      Tensor copy = to[i].tensor;
      assign(copy, from[i].tensor);
    }
    CHECK(distance(mine.effective(), other.effective()) == 0);
  });
}

TEST_CASE("a weight starts from the one that was drawn, the same from the same seed", "[laws][parametrisation]") {
  for (Kind const& kind : parametrisations()) {
    CAPTURE(kind.name);
    Shape const shape{{5, 5, 3, 3}};
    Weight one = weight_of(kind.made, shape, 3), again = weight_of(kind.made, shape, 3);
    CHECK(distance(one.effective(), again.effective()) == 0);
    if (kind.keeps) CHECK(distance(one.effective(), normal(shape.sizes, 3)) < 1e-14);
  }
}

TEST_CASE("copies of a parametrised weight share its tensors, and can be moved apart", "[laws][parametrisation]") {
  each([](Kind const&, Shape const&, Weight& w) {
    Weight copy = w;
    Parameters const mine = parameters(w);
    for (std::size_t i = 0; i < mine.size(); ++i) CHECK(parameters(copy)[i].tensor.is_same(mine[i].tensor));
    copy.parameters("", [](std::string const&, Tensor& x, auto...) { x = x.detach().to(at::kFloat); });
    CHECK(copy.effective().scalar_type() == at::kFloat);
    CHECK(w.effective().scalar_type() == at::kDouble);
  });
}
