// An experiment drawn: a row for each condition, time from left to right, as an SVG file.
//
//   std::string const svg = draw(experiment, 2);        dt = 2 ms
//
// Images are dark, paler at a lower contrast; noise is hatched by its level; masks and other images have a colour of their own; what
// is occluded is in part blank. Idle steps are left of row 0. Colours: Okabe & Ito 2008, safe for the colour-blind.
#pragma once
#include <dynvision/experiments/drawing/schedule_text.hpp>
#include <dynvision/experiments/protocol/experiment.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::experiments {

namespace drawing {

inline std::string number(double x) { return number_text(x, decimals(1)); }

inline std::string box(double x, double y, double width, double height, std::string_view fill, double opacity) {
  return "<rect x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(width) + "\" height=\"" +
         number(height) + "\" fill=\"" + std::string(fill) + "\" fill-opacity=\"" + number_text(opacity, 2) + "\"/>\n";
}
inline std::string text(double x, double y, std::string_view anchor, std::string_view what) {
  std::string escaped;
  for (char const c : what) escaped += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + std::string(anchor) + "\">" +
         escaped + "</text>\n";
}

// A stretch of width w.
inline std::string stretch(Frame const& f, double x, double y, double w, double h) {
  if (f.is_blank()) return "";
  std::string_view const color = f.image > 0 ? "#d55e00" : "#0072b2";
  double const strength = 0.15 + 0.85 * std::clamp(f.contrast, 0.0, 1.0);
  std::string all;
  double const noise = f.show == Show::noise ? 1 : f.noise.shows() ? 1 - f.noise.ssnr : 0;
  if (f.show == Show::image) all += box(x, y, w, h * (1 - 0.7 * noise), color, strength);
  if (noise > 0) all += box(x, y + h * (1 - 0.7 * noise), w, 0.7 * noise * h, "#999999", 1);
  if (f.show == Show::noise) all = box(x, y, w, h, "#999999", 1);
  if (f.occlusion.fraction > 0)
    all += box(x, y + h * (1 - f.occlusion.fraction), w, h * f.occlusion.fraction, "white", 0.85);
  return all;
}

}  // namespace drawing

inline std::string draw(Experiment const& experiment, double dt) {
  using namespace drawing;
  constexpr double left = 96, top = 40, row = 18, wide = 560;
  int idle = 0, longest = 1;
  for (Condition const& c : experiment.conditions) {
    idle = std::max(idle, c.schedule.idle_steps(dt)), longest = std::max(longest, c.schedule.steps(dt));
  }
  double const unit = wide / (idle + longest), zero = left + idle * unit;
  double const bottom = top + row * static_cast<double>(experiment.conditions.size());
  std::string all = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(left + wide + 24) + "\" height=\"" +
                    number(bottom + 52) +
                    "\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"11\">\n"
                    "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  all += text(left + wide / 2, 16, "middle", experiment.name);
  all += text(left - 8, top - 8, "end", experiment.parameter);
  double y = top;
  for (Condition const& c : experiment.conditions) {
    std::string name = c.parameter_value.empty() ? std::string("-") : c.parameter_value;
    for (auto const& [key, value] : c.values) {
      if (key != c.parameter && c.values.size() > 1) name += ", " + value;
    }
    if (!c.model.status.empty()) name += ", " + c.model.status.substr(c.model.status.find('=') + 1);
    all += text(left - 8, y + 12, "end", name);
    int const own = c.schedule.idle_steps(dt);
    all += box(zero - own * unit, y + 9, (own + c.schedule.steps(dt)) * unit, 1, "#444444", 1);
    for (Stretch const& s : stretches_of(c.schedule, dt))
      all += stretch(s.frame, zero + s.begin * unit, y + 2, (s.end - s.begin) * unit, row - 5);
    y += row;
  }
  double const each = longest + idle <= 12 ? 1 : longest + idle <= 60 ? 10 : longest + idle <= 150 ? 20 : 50;
  all += box(zero - 0.5, top - 4, 1, bottom - top + 8, "#444444", 1);
  for (double t = -std::floor(idle / each) * each; t <= longest; t += each) {
    double const x = zero + t * unit;
    all += box(x - 0.5, bottom, 1, 4, "#444444", 1);
    all += text(x, bottom + 16, "middle", number_text(t == 0 ? 0.0 : t));
    all += text(x, bottom + 30, "middle", number_text(t * dt == 0 ? 0.0 : t * dt));
  }
  all += text(left - 26, bottom + 16, "end", "steps") + text(left - 26, bottom + 30, "end", "ms");
  return all + "</svg>\n";
}

}  // namespace dynvision::experiments
