// Curves side by side, as an SVG file.
//
//   CurveFigure figure{.title = "DyRCNNx4"};
//   figure.panels.push_back({.title = "loss", .x_label = "epoch", .logarithmic = true,
//                            .curves = {{"training", epochs, train_loss}, {"validation", epochs, val_loss, true}}});
//   std::string const text = svg(figure);
//
// Points that are not finite interrupt nothing: the curve goes on with the next one that is (validation has a row in twenty).
// A curve of one point is a dot, and curves with few points have dots. Colours: Okabe & Ito 2008, safe for the colour-blind.
//
// Errors: records.231.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/records/figure/axis.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

struct FigureCurve {
  std::string name;
  std::vector<double> x, y;
  bool dots = false;
};

struct FigurePanel {
  std::string title, x_label;
  bool logarithmic = false;  // of y
  std::vector<FigureCurve> curves;
};

struct CurveFigure {
  std::string title;
  std::vector<FigurePanel> panels;
  int columns = 2;
};

namespace figure {

inline constexpr double panel_width = 430, panel_height = 270;                    // [px]
inline constexpr double left = 62, right = 18, top = 30, bottom = 44, head = 34;  // [px] around the axes; above all
inline constexpr std::array<std::string_view, 6> colours{"#0072B2", "#D55E00", "#009E73",
                                                         "#CC79A7", "#E69F00", "#56B4E9"};

inline std::string escaped(std::string_view text) {
  std::string all;
  for (char const c : text) {
    if (c == '&') {
      all += "&amp;";
    } else if (c == '<') {
      all += "&lt;";
    } else if (c == '>') {
      all += "&gt;";
    } else if (c == '"') {
      all += "&quot;";
    } else if (static_cast<unsigned char>(c) >= 0x20) {  // others are not allowed in XML
      all += c;
    }
  }
  return all;
}

inline std::string px(double value) { return number_text(value, decimals(1)); }

inline std::string label(double x, double y, std::string_view text, std::string_view anchor, int size,
                         std::string_view colour = "#333") {
  return joined({"<text x=\"", px(x), "\" y=\"", px(y), "\" text-anchor=\"", anchor, "\" font-size=\"", size,
                 "\" fill=\"", colour, "\">", escaped(text), "</text>\n"});
}

inline std::string line(double x1, double y1, double x2, double y2, std::string_view colour) {
  return joined({"<line x1=\"", px(x1), "\" y1=\"", px(y1), "\" x2=\"", px(x2), "\" y2=\"", px(y2), "\" stroke=\"",
                 colour, "\"/>\n"});
}

using Point = std::array<double, 2>;

// The points of a curve that have a place; of those within half a pixel of x the first, lowest, highest and last.
inline std::vector<Point> points(FigureCurve const& curve, Axis const& x, Axis const& y, double width, double height) {
  std::vector<Point> all, column;
  auto const flush = [&] {
    if (column.empty()) return;
    auto const [low, high] =
        std::minmax_element(column.begin(), column.end(), [](Point const& a, Point const& b) { return a[1] < b[1]; });
    for (auto at = column.begin(); at != column.end(); ++at) {
      if (at == column.begin() || at == low || at == high || at + 1 == column.end()) all.push_back(*at);
    }
    column.clear();
  };
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    if (!x.shows(curve.x[i]) || !y.shows(curve.y[i])) continue;
    Point const at{width * x.place(curve.x[i]), height * (1 - y.place(curve.y[i]))};
    if (!column.empty() && std::abs(at[0] - column.front()[0]) >= 0.5) flush();
    column.push_back(at);
  }
  flush();
  return all;
}

inline std::string panel(FigurePanel const& panel, double x0, double y0) {
  double const width = panel_width - left - right, height = panel_height - top - bottom;
  double const ox = x0 + left, oy = y0 + top;
  Axis x, y(panel.logarithmic);
  for (FigureCurve const& curve : panel.curves) {
    if (curve.x.size() != curve.y.size()) {
      fail("records", 231,
           {"curve \"", curve.name, "\": expected as many y as x, found ", curve.y.size(), " and ", curve.x.size()});
    }
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      if (y.shows(curve.y[i])) x.see(curve.x[i]), y.see(curve.y[i]);
    }
  }
  std::string svg = label(ox, y0 + 20, panel.title, "start", 13, "#000");
  for (Axis::Tick const& tick : x.ticks(6)) {
    double const at = ox + width * tick.place;
    svg += line(at, oy, at, oy + height, "#eee") + label(at, oy + height + 16, tick.text, "middle", 11);
  }
  for (Axis::Tick const& tick : y.ticks(5)) {
    double const at = oy + height * (1 - tick.place);
    svg += line(ox, at, ox + width, at, "#eee") + label(ox - 6, at + 4, tick.text, "end", 11);
  }
  svg += line(ox, oy + height, ox + width, oy + height, "#333") + line(ox, oy, ox, oy + height, "#333");
  svg += label(ox + width / 2, oy + height + 34, panel.x_label, "middle", 11);
  if (y.is_empty()) svg += label(ox + width / 2, oy + height / 2, "no numbers yet", "middle", 11, "#999");

  for (std::size_t i = 0; i < panel.curves.size(); ++i) {
    FigureCurve const& curve = panel.curves[i];
    std::string_view const colour = colours[i % colours.size()];
    auto const at = points(curve, x, y, width, height);
    // Of several, one of many points jumps up and down: the others are seen through it.
    std::string_view const look =
        panel.curves.size() > 1 && at.size() > 300 ? "\" stroke-width=\"1\" opacity=\"0.5" : "\" stroke-width=\"1.5";
    if (at.size() > 1) {
      svg += joined({"<polyline fill=\"none\" stroke=\"", colour, look, "\" points=\""});
      for (Point const& p : at) svg += px(ox + p[0]) + "," + px(oy + p[1]) + " ";
      svg += "\"/>\n";
    }
    if (at.size() == 1 || (curve.dots && at.size() < 60)) {
      for (Point const& p : at) {
        svg += joined(
            {"<circle r=\"2.5\" cx=\"", px(ox + p[0]), "\" cy=\"", px(oy + p[1]), "\" fill=\"", colour, "\"/>\n"});
      }
    }
  }
  if (panel.curves.size() > 1) {  // the legend, from the right
    double name_at = ox + width;
    for (std::size_t i = panel.curves.size(); i-- > 0;) {
      std::string const& name = panel.curves[i].name;
      svg += label(name_at, y0 + 20, name, "end", 11, colours[i % colours.size()]);
      name_at -= 6.5 * static_cast<double>(name.size()) + 14;
    }
  }
  return svg;
}

}  // namespace figure

inline std::string svg(CurveFigure const& figure) {
  auto const n = figure.panels.size();
  std::size_t const columns =
      std::max<std::size_t>(1, std::min<std::size_t>(n, static_cast<std::size_t>(std::max(1, figure.columns))));
  std::size_t const rows = (n + columns - 1) / columns;
  double const width = figure::panel_width * static_cast<double>(columns);
  double const height = figure::head + figure::panel_height * static_cast<double>(rows);
  std::string svg = joined({"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", figure::px(width), "\" height=\"",
                            figure::px(height), "\" viewBox=\"0 0 ", figure::px(width), " ", figure::px(height),
                            "\" font-family=\"sans-serif\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"});
  svg += figure::label(figure::left, 24, figure.title, "start", 15, "#000");
  for (std::size_t i = 0; i < n; ++i) {
    svg += figure::panel(figure.panels[i], figure::panel_width * static_cast<double>(i % columns),
                         figure::head + figure::panel_height * static_cast<double>(i / columns));
  }
  return svg + "</svg>\n";
}

}  // namespace dynvision
