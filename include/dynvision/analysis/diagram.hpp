// A picture of a model: its areas in a row, and every connection between them with its delay in milliseconds.
//
//   Diagram const picture = diagram(model, {3, 32, 32});      picture.svg, picture.dot (for Graphviz)
//
// Feedforward ways are straight; lateral connections loop above their area, skips pass above, feedback below.
#pragma once
#include <dynvision/analysis/summary.hpp>
#include <dynvision/core/number_text.hpp>

#include <cmath>

namespace dynvision {

struct Diagram {
  std::string svg, dot;
};

namespace analysis {

using analysis::milliseconds;
using analysis::shape;

inline constexpr double width = 96, height = 58, gap = 74, margin = 20;  // [px] of an area, between areas, around all

inline std::string number(double x) { return number_text(x, 4); }
inline char const* color_of(Way way) {
  return way == Way::lateral ? "#2a6fbb" : way == Way::skip ? "#2b8a3e" : "#c0392b";
}
inline std::string escaped(std::string_view raw) {
  std::string all;
  for (char const c : raw) {
    if (c == '<') {
      all += "&lt;";
    } else if (c == '&') {
      all += "&amp;";
    } else {
      all += c;
    }
  }
  return all;
}

struct Paper {
  std::string all{};
  double top = 0, bottom = 0;  // [px] of what has been drawn

  void label(double x, double y, std::string const& words, char const* color, int size = 11, char const* also = "") {
    top = std::min(top, y - size);
    bottom = std::max(bottom, y + 4);
    all += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" fill=\"" + color + "\" font-size=\"" +
           number_text(size) + "\"" + also + ">" + escaped(words) + "</text>\n";
  }
  void box(double x, double y, std::string const& name, std::string const& below) {
    all += "<rect x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(width) + "\" height=\"" +
           number(height) + "\" rx=\"8\" fill=\"#f4f1ea\" stroke=\"#444\"/>\n";
    label(x + width / 2, y + height / 2 - 4, name, "#111", 14, " font-weight=\"bold\"");
    label(x + width / 2, y + height / 2 + 14, below, "#444");
    bottom = std::max(bottom, y + height);
  }
  void legend(double x, double y, char const* words, char const* color, char const* marker) {
    way("M" + number(x) + "," + number(y - 4) + " l24,0", color, marker);
    label(x + 30, y, words, color, 11, " text-anchor=\"start\"");
  }
  void way(std::string const& path, char const* color, char const* marker) {
    all += "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + color + "\" stroke-width=\"1.6\" marker-end=\"url(#" +
           marker + ")\"/>\n";
  }
};

inline std::string arrow_head(char const* name, char const* color) {
  return std::string("<marker id=\"") + name +
         "\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
         "<path d=\"M0,0 L8,4 L0,8 z\" fill=\"" +
         color + "\"/></marker>\n";
}

inline double left_of(std::size_t column) { return margin + static_cast<double>(column) * (width + gap); }

// From (x1,y) to (x2,y), bulging by `rise` (negative: downwards).
inline std::string arc(double x1, double x2, double y, double rise) {
  return "M" + number(x1) + "," + number(y) + " C" + number(x1) + "," + number(y - rise) + " " + number(x2) + "," +
         number(y - rise) + " " + number(x2) + "," + number(y);
}

inline std::string svg(Facts const& facts) {
  Paper paper;
  bool const head = facts.n_classes > 0;
  std::size_t const n = facts.layers.size() - (head ? 1 : 0);
  double const y = 0, middle = y + height / 2;
  paper.box(left_of(0), y, "image", shape(facts.image[0], {facts.image[1], facts.image[2]}));
  for (std::size_t l = 0; l < n; ++l) {
    LayerFacts const& layer = facts.layers[l];
    paper.box(left_of(l + 1), y, layer.name, shape(layer.channels, layer.size));
  }
  if (head) paper.box(left_of(n + 1), y, "head", number_text(facts.n_classes) + " classes");
  for (std::size_t column = 0; column + 1 < n + (head ? 2 : 1); ++column) {
    if (column < n && !facts.layers[column].in_row) continue;
    double const from = left_of(column) + width, to = left_of(column + 1);
    paper.way("M" + number(from) + "," + number(middle) + " L" + number(to - 1) + "," + number(middle), "#444",
              "forward");
    if (column > 0) {
      paper.label((from + to) / 2 - 2, middle - 7, milliseconds(facts.layers[column - 1]), "#444");
    }
  }
  for (ConnectionFacts const& c : facts.connections) {
    double const from = left_of(static_cast<std::size_t>(c.from) + 1), to = left_of(static_cast<std::size_t>(c.to) + 1);
    double const distance = std::abs(c.to - c.from);
    std::string const delay = milliseconds(c);
    char const* const color = color_of(c.way);
    if (c.way == Way::lateral) {
      double const x = from + width / 2;
      paper.way(arc(x + 13, x - 13, y, 40), color, "lateral");
      paper.label(x, y - 34, delay, color);
    } else if (c.way == Way::skip) {
      // Neighbouring arcs reach other heights, so that their labels lie apart.
      double const rise = 78 + 24 * (distance - 1) + (c.from % 2 == 0 ? 0 : 26);
      paper.way(arc(from + 0.8 * width, to + 0.2 * width, y, rise), color, "skip");
      paper.label((from + to + width) / 2, y - 0.75 * rise - 5, delay, color);
    } else {
      double const rise = 50 + 24 * (distance - 1) + (c.to % 2 == 0 ? 0 : 26);
      paper.way(arc(from + 0.2 * width, to + 0.8 * width, y + height, -rise), color, "feedback");
      paper.label((from + to + width) / 2, y + height + 0.75 * rise + 15, delay, color);
    }
  }
  double x = left_of(0);
  double const legend = paper.bottom + 26;
  paper.legend(x, legend, "feedforward", "#444", "forward");
  for (Way const way : {Way::lateral, Way::skip, Way::feedback}) {
    bool const there = std::any_of(facts.connections.begin(), facts.connections.end(),
                                   [&](ConnectionFacts const& c) { return c.way == way; });
    if (there) paper.legend(x += 110, legend, analysis::name_of(way), color_of(way), analysis::name_of(way));
  }
  double const right = left_of(n + (head ? 1 : 0)) + width + margin, above = paper.top - margin;
  double const tall = paper.bottom + margin - above;
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(right) + "\" height=\"" + number(tall) +
         "\" viewBox=\"0 " + number(above) + " " + number(right) + " " + number(tall) +
         "\" font-family=\"sans-serif\" text-anchor=\"middle\">\n<title>" + escaped(facts.model) +
         "</title>\n<defs>\n" + arrow_head("forward", "#444") + arrow_head("lateral", color_of(Way::lateral)) +
         arrow_head("skip", color_of(Way::skip)) + arrow_head("feedback", color_of(Way::feedback)) +
         "</defs>\n<rect x=\"0\" y=\"" + number(above) + "\" width=\"100%\" height=\"100%\" fill=\"white\"/>\n" +
         paper.all + "</svg>\n";
}

inline std::string dot(Facts const& facts) {
  auto const quoted = [](std::string const& name) { return "\"" + name + "\""; };
  std::string all = "digraph " + quoted(facts.model) +
                    " {\n  rankdir=LR; node [shape=box, style=rounded];\n  image [label=\"image\\n" +
                    shape(facts.image[0], {facts.image[1], facts.image[2]}) + "\"];\n";
  std::string before = "image", delay;
  for (LayerFacts const& layer : facts.layers) {
    bool const head = facts.n_classes > 0 && &layer == &facts.layers.back();
    std::string const below = head ? number_text(facts.n_classes) + " classes" : shape(layer.channels, layer.size);
    all += "  " + quoted(layer.name) + " [label=\"" + layer.name + "\\n" + below + "\"];\n";
    if (layer.in_row) {
      all += "  " + quoted(before) + " -> " + quoted(layer.name) + " [weight=9" +
             (delay.empty() ? "" : ", label=" + quoted(delay)) + "];\n";
    }
    before = layer.name;
    delay = milliseconds(layer);
  }
  for (ConnectionFacts const& c : facts.connections) {
    all += "  " + quoted(facts.layers[static_cast<std::size_t>(c.from)].name) + " -> " +
           quoted(facts.layers[static_cast<std::size_t>(c.to)].name) + " [label=" + quoted(milliseconds(c)) +
           ", color=\"" + color_of(c.way) + "\", fontcolor=\"" + color_of(c.way) + "\", constraint=false];  // " +
           analysis::name_of(c.way) + "\n";
  }
  return all + "}\n";
}

}  // namespace analysis

[[gnu::cold]] inline Diagram diagram(Facts const& facts) { return {analysis::svg(facts), analysis::dot(facts)}; }

template <class Model> Diagram diagram(Model const& model, std::array<int, 3> image = {0, 0, 0}) {
  return diagram(facts_of(model, image));
}

}  // namespace dynvision
