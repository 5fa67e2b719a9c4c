// The figure of a sweep: a measure against one swept key, one line for each setting of the others, as SVG.
//
// A line goes through the means over seeds; every run is a point. Keys with numbers have a scale (a logarithmic one where all
// are above 0 and the largest is 100 times the smallest or more), others stand side by side. Keys that vary together (zip) are
// one: the first of them names the axis, lines are not told apart by the others.
// Lines lie under points, and both are drawn in the order of the legend; after twelve lines the legend says how many more.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/core/text_columns.hpp>
#include <dynvision/io/csv/cell_number.hpp>
#include <dynvision/records/figure/axis.hpp>
#include <dynvision/records/figure/curve_figure.hpp>

#include "sweep_results.hpp"
#include "sweep_state.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace program {

using namespace dynvision;

inline bool is_seed(std::string_view key) { return key.substr(key.rfind('.') + 1) == "seed"; }

// The numbers of a figure: for each line, the measure of every run at each value of the key.
struct SweepCurves {
  std::string key{}, measure{};
  std::vector<std::string> values{};  // of the key, in the order of the sweep; numbers in theirs
  bool numeric = false;
  struct Line {
    std::string name{};                           // "rctype=full"
    std::vector<std::vector<double>> measured{};  // (value, seed)
  };
  std::vector<Line> lines{};
};

// Keys whose values say nothing new: in every run they go with those of an earlier key (zip), or there is one value alone.
inline std::vector<std::string> telling_keys(std::vector<RunState> const& states) {
  std::vector<std::string> telling, keys = swept_keys(states);
  std::stable_partition(keys.begin(), keys.end(), [](std::string const& key) { return !is_seed(key); });
  for (std::string const& key : keys) {
    std::set<std::string> values;
    for (RunState const& state : states) values.insert(value_of(state.run->values, key));
    bool const follows = std::any_of(telling.begin(), telling.end(), [&](std::string const& other) {
      std::map<std::string, std::string> of;
      return std::all_of(states.begin(), states.end(), [&](RunState const& state) {
        auto const [at, is_new] = of.try_emplace(value_of(state.run->values, other), value_of(state.run->values, key));
        return is_new || at->second == value_of(state.run->values, key);
      });
    });
    if (values.size() > 1 && !follows) telling.push_back(key);
  }
  return telling;
}

// `key` empty: the first numeric one of most values, else the first that is no seed.
inline SweepCurves sweep_curves(std::vector<RunState> const& states, std::string const& measure, std::string key = "") {
  SweepCurves curves{.measure = measure};
  std::vector<std::string> const telling = telling_keys(states);
  auto const values_of = [&](std::string const& which) {
    std::vector<std::string> values;
    for (RunState const& state : states) {
      std::string const value = cell_of(value_of(state.run->values, which));
      if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    }
    return values;
  };
  auto const all_numbers = [](std::vector<std::string> const& values) {
    return std::all_of(values.begin(), values.end(), [](std::string const& value) {
      auto const number = cell_number(value, ',');
      return number && std::isfinite(*number);
    });
  };
  if (key.empty()) {
    std::size_t most = 1;
    for (std::string const& candidate : telling) {
      auto const values = values_of(candidate);
      if (!is_seed(candidate) && all_numbers(values) && values.size() > most) most = values.size(), key = candidate;
    }
    for (std::string const& candidate : telling) {
      if (key.empty() && !is_seed(candidate)) key = candidate;
    }
  }
  curves.key = key;
  curves.values = values_of(key);
  curves.numeric = !key.empty() && all_numbers(curves.values);
  if (curves.numeric) {
    std::sort(curves.values.begin(), curves.values.end(),
              [](auto const& a, auto const& b) { return *cell_number(a, ',') < *cell_number(b, ','); });
  }
  for (RunState const& state : states) {
    auto const measured = cell_number(value_of(state.results, measure), ',');
    if (!measured || !std::isfinite(*measured)) continue;
    std::string name;
    for (std::string const& other : telling) {
      if (other == key || is_seed(other)) continue;
      name += (name.empty() ? "" : ", ") + other.substr(other.rfind('.') + 1) + "=" +
              cell_of(value_of(state.run->values, other));
    }
    auto line = std::find_if(curves.lines.begin(), curves.lines.end(), [&](auto const& l) { return l.name == name; });
    if (line == curves.lines.end()) {
      line = curves.lines.insert(line, {.name = name, .measured = {}});
      line->measured.resize(curves.values.size());
    }
    auto const at = std::find(curves.values.begin(), curves.values.end(), cell_of(value_of(state.run->values, key)));
    line->measured[static_cast<std::size_t>(at - curves.values.begin())].push_back(*measured);
  }
  return curves;
}

inline std::string sweep_figure(SweepCurves const& curves) {
  using figure::label, figure::line, figure::px;
  constexpr double width = 430, height = 280, left = 64, top = 42, below = 56, legend_at = left + width + 24;
  constexpr std::size_t most_names = 12;
  std::size_t longest = 0;
  for (auto const& one : curves.lines) longest = std::max(longest, text_width(one.name));
  bool const legend = curves.lines.size() > 1;
  double const whole = legend ? legend_at + 26 + 6.3 * static_cast<double>(longest) + 12 : left + width + 24;

  auto const number = [](std::string const& value) { return *cell_number(value, ','); };
  bool const logarithmic = curves.numeric && curves.values.size() > 2 && number(curves.values.front()) > 0 &&
                           number(curves.values.back()) >= 100 * number(curves.values.front());
  Axis x(logarithmic), y;
  if (curves.numeric) {
    for (std::string const& value : curves.values) x.see(number(value));
  }
  for (auto const& one : curves.lines) {
    for (auto const& seeds : one.measured) {
      for (double const value : seeds) y.see(value);
    }
  }
  // A little air at both ends, so that no point lies on an axis.
  auto const x_of = [&](std::size_t v) {
    double const n = static_cast<double>(curves.values.size());
    double const place =
        curves.numeric ? 0.04 + 0.92 * x.place(number(curves.values[v])) : (static_cast<double>(v) + 0.5) / n;
    return left + width * place;
  };
  auto const y_at = [&](double place) { return top + height * (0.96 - 0.92 * place); };

  std::string svg = joined({"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", px(whole), "\" height=\"",
                            px(top + height + below), "\" viewBox=\"0 0 ", px(whole), " ", px(top + height + below),
                            "\" font-family=\"sans-serif\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"});
  std::string const key = curves.key.substr(curves.key.rfind('.') + 1);
  svg += label(left, 24, key.empty() ? curves.measure : curves.measure + " against " + key, "start", 14, "#000");
  for (Axis::Tick const& tick : y.ticks(5)) {
    svg += line(left, y_at(tick.place), left + width, y_at(tick.place), "#eee");
    svg += label(left - 6, y_at(tick.place) + 4, tick.text, "end", 11);
  }
  // Few values: a tick for each; else those of the scale.
  bool const each = !curves.numeric || curves.values.size() <= 8;
  if (each) {
    double free_from = -1e9;
    for (std::size_t v = 0; v < curves.values.size(); ++v) {
      double const half = 3.2 * static_cast<double>(text_width(curves.values[v]));
      svg += line(x_of(v), top + height, x_of(v), top + height + 4, "#333");
      if (x_of(v) - half < free_from) continue;  // names do not lie on each other
      svg += label(x_of(v), top + height + 18, curves.values[v], "middle", 11);
      free_from = x_of(v) + half + 4;
    }
  } else {
    for (Axis::Tick const& tick : x.ticks(6)) {
      double const at = left + width * (0.04 + 0.92 * tick.place);
      svg += line(at, top, at, top + height, "#eee") + label(at, top + height + 18, tick.text, "middle", 11);
    }
  }
  svg += line(left, top + height, left + width, top + height, "#333") + line(left, top, left, top + height, "#333");
  svg += label(left + width / 2, top + height + 40, key, "middle", 12);
  if (y.is_empty()) svg += label(left + width / 2, top + height / 2, "no numbers yet", "middle", 12, "#999");

  std::string points;
  for (std::size_t l = 0; l < curves.lines.size(); ++l) {
    SweepCurves::Line const& one = curves.lines[l];
    std::string_view const colour = figure::colours[l % figure::colours.size()];
    std::string_view const dashes = l / figure::colours.size() % 2 == 0 ? "" : " stroke-dasharray=\"6 4\"";
    std::string polyline;
    for (std::size_t v = 0; v < one.measured.size(); ++v) {
      auto const& seeds = one.measured[v];
      if (seeds.empty()) continue;
      double sum = 0;
      for (double const value : seeds) {
        sum += value;
        points += joined({"<circle r=\"3\" cx=\"", px(x_of(v)), "\" cy=\"", px(y_at(y.place(value))), "\" fill=\"",
                          colour, "\" fill-opacity=\"0.75\"/>\n"});
      }
      polyline += px(x_of(v)) + "," + px(y_at(y.place(sum / static_cast<double>(seeds.size())))) + " ";
    }
    if (polyline.find(' ') + 1 < polyline.size()) {
      svg += joined({"<polyline fill=\"none\" stroke-width=\"1.6\" stroke=\"", colour, "\"", dashes, " points=\"",
                     polyline, "\"/>\n"});
    }
    if (!legend || l > most_names) continue;
    double const at = top + 10 + 19 * static_cast<double>(l);
    if (l == most_names) {
      svg += label(legend_at, at, "and " + number_text(curves.lines.size() - l) + " more", "start", 11, "#666");
      continue;
    }
    svg += joined({"<line x1=\"", px(legend_at), "\" y1=\"", px(at - 4), "\" x2=\"", px(legend_at + 20), "\" y2=\"",
                   px(at - 4), "\" stroke-width=\"2\" stroke=\"", colour, "\"", dashes, "/>\n"});
    svg += label(legend_at + 26, at, one.name, "start", 11);
  }
  return svg + points + "</svg>\n";
}

}  // namespace program
