// A model at a glance: a table with a line for each layer, its connections and what a step costs.
//
//   std::printf("%s", summary(model, {3, 32, 32}).c_str());
//   Facts const facts = facts_of(model, {3, 32, 32});      the same as data (analysis/facts.hpp)
#pragma once
#include <dynvision/analysis/facts.hpp>
#include <dynvision/core/number_text.hpp>

namespace dynvision {

namespace looking {

inline std::string milliseconds(double time) { return number_text(time, 6) + " ms"; }
inline std::string milliseconds(Facts const& facts, int steps) { return milliseconds(steps * facts.dt); }
inline std::string shape(int channels, Size size) {
  std::string const all = number_text(channels);
  return size.height > 0 ? all + "x" + number_text(size.height) + "x" + number_text(size.width) : all;
}
inline char const* name_of(Way way) { return way == Way::lateral ? "lateral" : way == Way::skip ? "skip" : "feedback"; }
inline std::string bytes(double n) {
  if (n >= 1e9) return number_text(n / 1e9, 3) + " GB";
  return n >= 1e6 ? number_text(n / 1e6, 3) + " MB" : number_text(n / 1e3, 3) + " kB";
}

// Rows of cells under each other, the first column to the left, the others to the right.
inline std::string columns(std::vector<std::vector<std::string>> const& rows) {
  std::vector<std::size_t> widths;
  for (auto const& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string all;
  for (auto const& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::string const blank(widths[i] - row[i].size(), ' ');
      line += i == 0 ? row[i] + blank : "  " + blank + row[i];
    }
    all += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return all;
}

}  // namespace looking

struct TrainingForecast {  // what the last line of the table is for
  int batch = 16;
  int n_timesteps = 20;
};

[[gnu::cold]] inline std::string summary(Facts const& facts, TrainingForecast const& forecast = {}) {
  using namespace looking;
  bool const sized = facts.image[1] > 0;
  std::string all = facts.model + ": image " + shape(facts.image[0], {facts.image[1], facts.image[2]}) + ", dt " +
                    milliseconds(facts.dt) + "\n\n";
  std::vector<std::vector<std::string>> rows{
      {"layer", "response", "learned", "kept", "field", "to the next", "first signal", "Mflop/step", "kB/step"}};
  for (LayerFacts const& layer : facts.layers) {
    bool const head = &layer == &facts.layers.back() && facts.n_classes > 0;
    rows.push_back(
        {layer.name, head ? number_text(layer.channels) : shape(layer.channels, layer.size), number_text(layer.learned),
         number_text(layer.kept), layer.receptive_field == 0 ? "all" : number_text(layer.receptive_field),
         head ? "" : milliseconds(facts, layer.delay), milliseconds(facts, layer.first_signal),
         sized ? number_text(layer.flops / 1e6, 4) : "?", sized ? number_text(layer.bytes_per_step / 1e3, 4) : "?"});
  }
  rows.push_back({"total", "", number_text(facts.count(&LayerFacts::learned)),
                  number_text(facts.count(&LayerFacts::kept)), "", "", "",
                  sized ? number_text(facts.sum(&LayerFacts::flops) / 1e6, 4) : "?",
                  sized ? number_text(facts.sum(&LayerFacts::bytes_per_step) / 1e3, 4) : "?"});
  all += columns(rows);

  std::vector<std::vector<std::string>> ways;
  for (ConnectionFacts const& c : facts.connections) {
    ways.push_back({name_of(c.way),
                    facts.layers[static_cast<std::size_t>(c.from)].name + " to " +
                        facts.layers[static_cast<std::size_t>(c.to)].name,
                    milliseconds(facts, c.delay)});
  }
  if (!ways.empty()) all += "\n" + columns(ways);
  if (sized) {
    all += "\ntraining with Adam, " + number_text(forecast.batch) + " samples, " + number_text(forecast.n_timesteps) +
           " steps: at most about " + bytes(facts.training_bytes(forecast.batch, forecast.n_timesteps)) + "\n";
  }
  return all;
}

template <class Model> std::string summary(Model const& model, std::array<int, 3> image = {0, 0, 0}) {
  return summary(facts_of(model, image));
}

}  // namespace dynvision
