// Summaries and pictures of models. Those of the pages are compared by docs/models/models.cpp.
#include <dynvision/analysis/diagram.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/resnet.hpp>

#include "comma_locale.hpp"
#include <catch2/catch_test_macros.hpp>

#include <sstream>

using namespace dynvision;

namespace {

struct Gain {
  static constexpr std::string_view label = "gain";
  Tensor operator()(Tensor const& x) const { return x.mul(2); }
};
struct First : Layer<"µ1", Conv<3, 4, 3>, Gain, Recur<Full<4>>, Evolve<Euler>, Relu, Record, Delay> {};
struct Last : Layer<"last", Conv<4, 4, 3>, AddSkip<"µ1">, Record, Delay> {};
struct Own : Model<First, Last> {
  using Model::Model;
};

}  // namespace

TEST_CASE("a summary has the operations of every layer in their order, columns under each other", "[analysis]") {
  Own const model;
  std::string const table = summary(model, {3, 8, 8});
  CHECK(table.starts_with("Own: image 3x8x8, dt 2 ms\n\nlayer  response "));
  auto const at = [&](std::string_view text) { return table.find(text); };
  // The characters that compilers write default arguments with are their own.
  REQUIRE(at("\nµ1    Conv<3, 4, 3") != table.npos);
  CHECK(at(", Gain, Recur<Full<4") > at("\nµ1    Conv<3, 4, 3"));
  CHECK(at("Evolve<Euler>, Relu, Record, Delay\n") > at(", Gain, Recur<Full<4"));
  CHECK(at("\nlast  Conv<4, 4, 3") > at("Evolve<Euler>, Relu, Record, Delay\n"));
  CHECK(at(", AddSkip<\"µ1\">, Record, Delay\n") > at("\nlast  Conv<4, 4, 3"));
  CHECK(at("\nhead  LinearHead<>\n") > at(", AddSkip<\"µ1\">, Record, Delay\n"));
  // "µ" takes one place: the response of both layers ends in the same column
  std::size_t const first = table.find("\nµ1 ") + 1, last = table.find("\nlast ") + 1;
  CHECK(text_width(table.substr(first, table.find("4x8x8", first) - first)) ==
        text_width(table.substr(last, table.find("4x8x8", last) - last)));
}

TEST_CASE("operations that fill more than a line are broken at commas", "[analysis]") {
  ResNet20<> const model;
  std::istringstream lines(summary(model, {3, 32, 32}));
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(text_width(line) <= 118);
  }
}

TEST_CASE("pictures and tables do not depend on the locale", "[analysis][locale]") {
  DyRCNNx4<Full, Feedback<>> model({.dt = 0.5, .t_recurrence = 1.5});
  Facts const facts = facts_of(model, {3, 63, 65});
  std::string const svg = diagram(facts).svg, table = summary(facts);
  REQUIRE(table.find("dt 0.5 ms") != std::string::npos);
  CommaLocale const comma;
  CHECK((diagram(facts).svg == svg));
  CHECK((summary(facts) == table));
}
