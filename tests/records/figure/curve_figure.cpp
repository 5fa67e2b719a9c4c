// covers: records/figure/axis.hpp
#include <dynvision/records/figure/curve_figure.hpp>

#include "../../io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>

using namespace dynvision;

namespace {

std::vector<std::string> texts(Axis const& axis) {
  std::vector<std::string> all;
  for (Axis::Tick const& tick : axis.ticks(5)) {
    CHECK(tick.place >= -1e-9);
    CHECK(tick.place <= 1 + 1e-9);
    all.push_back(tick.text);
  }
  return all;
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("ticks are round numbers", "[records]") {
  Axis axis;
  CHECK(axis.is_empty());
  CHECK(texts(axis).size() > 2);
  axis.see(0), axis.see(1), axis.see(NAN);
  CHECK(texts(axis) == std::vector<std::string>{"0", "0.2", "0.4", "0.6", "0.8", "1"});
  CHECK(axis.place(0.25) == 0.25);
  Axis far;
  far.see(-3), far.see(17);
  CHECK(texts(far) == std::vector<std::string>{"0", "5", "10", "15"});
  Axis same;
  same.see(2);
  CHECK(std::abs(same.place(2) - 0.5) < 1e-9);
  for (double const scale : {1e-300, 1e-9, 1.0, 1e9, 1e300}) {
    Axis one;
    one.see(scale), one.see(3 * scale);
    CHECK(texts(one).size() >= 3);
  }
}

TEST_CASE("a logarithmic axis has powers of ten, and no place for others than positive numbers", "[records]") {
  Axis axis(true);
  CHECK_FALSE(axis.shows(0));
  axis.see(0), axis.see(-1), axis.see(1e-5), axis.see(10);
  CHECK(std::abs(axis.place(1e-2) - 0.5) < 1e-12);
  CHECK(texts(axis) == std::vector<std::string>{"1e-5", "1e-4", "0.001", "0.01", "0.1", "1", "10"});
  Axis narrow(true);
  narrow.see(0.3), narrow.see(2.1);
  CHECK(texts(narrow) == std::vector<std::string>{"0.5", "1", "2"});
  Axis within(true);
  within.see(0.3), within.see(0.4);
  CHECK(texts(within) == std::vector<std::string>{"0.3", "0.4"});
}

TEST_CASE("a figure has its curves, names and numbers", "[records]") {
  CurveFigure figure{.title = "a < b & \"c\"", .panels = {}};
  CHECK(svg(figure).starts_with("<svg "));
  figure.panels.push_back({.title = "loss",
                           .x_label = "epoch",
                           .logarithmic = true,
                           .curves = {{"train", {0, 1, 2}, {2, 1, 0.5}}, {"val", {1, 2}, {NAN, 0.7}, true}}});
  figure.panels.push_back({.title = "accuracy", .x_label = "epoch", .curves = {{"train", {}, {}}}});
  figure.panels.push_back({.title = "rate", .x_label = "epoch", .curves = {{"rate", {1}, {0.1}}}});
  std::string const text = svg(figure);
  CHECK(count(text, "<polyline") == 1);
  CHECK(count(text, "<circle") == 2);  // one point of "val", one of the rate
  CHECK(count(text, "no numbers yet") == 1);
  CHECK(text.find("a &lt; b &amp; &quot;c&quot;") != text.npos);
  CHECK(text.find("nan") == text.npos);
  CHECK(text.ends_with("</svg>\n"));
  figure.panels.push_back({.title = "", .x_label = "", .curves = {{"bad", {1}, {}}}});
  CHECK(failure([&] { svg(figure); }) == "records.231");
}

TEST_CASE("a curve of a million points is a small file that keeps its extremes", "[records]") {
  FigureCurve curve{"noise", {}, {}};
  for (int i = 0; i < 1000000; ++i) curve.x.push_back(i), curve.y.push_back(i == 500001 ? 9.0 : std::sin(0.37 * i));
  Axis x, y;
  for (std::size_t i = 0; i < curve.x.size(); ++i) x.see(curve.x[i]), y.see(curve.y[i]);
  auto const points = figure::points(curve, x, y, 350, 200);
  CHECK(points.size() < 4 * 800);
  CHECK(std::any_of(points.begin(), points.end(), [](auto const& point) { return point[1] == 0; }));
}
