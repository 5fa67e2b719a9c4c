// A model at a glance: a table with a line for each layer, its operations in their order, its numbers, its connections, and
// what a step costs.
//
//   std::printf("%s", summary(model, {3, 32, 32}).c_str());
//   Facts const facts = facts_of(model, {3, 32, 32});      the same as data (analysis/facts.hpp)
#pragma once
#include <dynvision/analysis/facts.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/core/text_columns.hpp>

namespace dynvision {

namespace analysis {

inline std::string milliseconds(double time) { return number_text(time, 6) + " ms"; }
inline std::string milliseconds(Facts const& facts, int steps) { return milliseconds(steps * facts.dt); }
template <class Delays>  // of a connection, or of a layer to the next
requires requires(Delays const& delays) { delays.shortest; }
std::string milliseconds(Delays const& delays) {
  std::string const longest = milliseconds(delays.longest);
  return delays.shortest == delays.longest ? longest : number_text(delays.shortest, 6) + " to " + longest;
}
inline std::string shape(int channels, Size size) {
  std::string const all = number_text(channels);
  return size.height > 0 ? all + "x" + number_text(size.height) + "x" + number_text(size.width) : all;
}
inline char const* name_of(Way way) { return way == Way::lateral ? "lateral" : way == Way::skip ? "skip" : "feedback"; }
inline std::string bytes(double n) {
  if (n >= 1e9) return number_text(n / 1e9, 3) + " GB";
  return n >= 1e6 ? number_text(n / 1e6, 3) + " MB" : number_text(n / 1e3, 3) + " kB";
}

// "a, b, c" in lines of at most `full` characters where that is possible, the first one after `head`.
[[gnu::cold]] inline std::string listed(std::string const& head, std::vector<std::string> const& types) {
  std::size_t const full = 118;
  std::string const margin(text_width(head), ' ');
  std::string all, line = head;
  bool begins = true;
  auto const end_line = [&](std::size_t indent) {
    all += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    line = margin + std::string(indent, ' ');
    begins = true;
  };
  for (std::size_t i = 0; i < types.size(); ++i) {
    std::string rest = types[i] + (i + 1 < types.size() ? ", " : "");
    if (!begins && text_width(line) + rest.size() > full) end_line(0);
    while (text_width(line) + rest.size() > full) {  // one that fills more than a line
      std::size_t const comma = rest.rfind(", ", full - text_width(line) - 2);
      if (comma == rest.npos) break;
      line += rest.substr(0, comma + 1);
      rest = rest.substr(comma + 2);
      end_line(4);
    }
    line += rest;
    begins = false;
  }
  end_line(0);
  return all;
}

// The operations of each layer in their order, as they are written.
[[gnu::cold]] inline std::string operations(Facts const& facts) {
  std::size_t left = 0;
  for (LayerFacts const& layer : facts.layers) left = std::max(left, text_width(layer.name) + 2);
  std::string all;
  bool image = false;
  for (std::size_t l = 0; l < facts.layers.size(); ++l) {
    std::vector<std::string> types;
    for (OperationFacts const& operation : facts.operations) {
      if (operation.layer != static_cast<int>(l)) continue;
      types.push_back(operation.type);
      image = image || operation.type.starts_with("Conv<" + number_text(image_channels) + ",");
    }
    if (!facts.head.empty() && l + 1 == facts.layers.size()) types.push_back(facts.head);
    std::string const& name = facts.layers[l].name;
    all += listed(name + std::string(left - text_width(name), ' '), types);
  }
  if (image) all += std::string(left, ' ') + "(channels " + number_text(image_channels) + ": the image's)\n";
  return all;
}

// "V1, V4 to IT": layers by their index, three neighbours and more by the first and the last one.
[[gnu::cold]] inline std::string layer_list(Facts const& facts, std::vector<std::size_t> const& layers) {
  std::string all;
  for (std::size_t i = 0, n = 1; i < layers.size(); i += n, n = 1) {
    while (i + n < layers.size() && layers[i + n] == layers[i] + n) ++n;
    if (n == 2) n = 1;
    if (!all.empty()) all += ", ";
    all += facts.layers[layers[i]].name;
    if (n > 1) all += " to " + facts.layers[layers[i] + n - 1].name;
  }
  return all;
}

// Name, value and unit, where it is so, and what it says; values of one number below each other.
[[gnu::cold]] inline std::vector<std::vector<std::string>> number_rows(Facts const& facts) {
  struct Line {
    PartNumber const* number;
    std::optional<double> value;
    std::string_view where;  // if not in a layer of the table
    std::vector<std::size_t> layers;
  };
  std::vector<Line> lines;
  for (NumberFacts const& one : facts.numbers) {
    auto const has_name = [&](Line const& line) { return line.number->name == one.number.name; };
    auto const is_same = [&](Line const& line) { return has_name(line) && line.value == one.value; };
    auto at = std::find_if(lines.begin(), lines.end(), is_same);
    if (at == lines.end()) {
      auto const last = std::find_if(lines.rbegin(), lines.rend(), has_name);
      at = lines.insert(last == lines.rend() ? lines.end() : last.base(),
                        {&one.number, one.value, one.layer.empty() ? "model" : std::string_view(one.layer), {}});
    }
    for (std::size_t l = 0; l < facts.layers.size(); ++l) {
      if (facts.layers[l].name == one.layer) at->layers.push_back(l);
    }
  }
  std::vector<std::vector<std::string>> rows;
  for (Line const& line : lines) {
    std::string value = line.value ? number_text(*line.value, 6) : "-";
    if (line.value && !line.number->unit.empty()) value += " " + std::string(line.number->unit);
    std::string const where = line.layers.empty() ? std::string(line.where) : layer_list(facts, line.layers);
    rows.push_back({std::string(line.number->name), value, where, std::string(line.number->help)});
  }
  return rows;
}

}  // namespace analysis

struct TrainingForecast {  // what the last line of the table is for
  int batch = 16;
  int n_timesteps = 20;
};

[[gnu::cold]] inline std::string summary(Facts const& facts, TrainingForecast const& forecast = {}) {
  using namespace analysis;
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
         head ? "" : milliseconds(layer), milliseconds(facts, layer.first_signal),
         sized ? number_text(layer.flops / 1e6, 4) : "?", sized ? number_text(layer.bytes_per_step / 1e3, 4) : "?"});
  }
  rows.push_back({"total", "", number_text(facts.count(&LayerFacts::learned)),
                  number_text(facts.count(&LayerFacts::kept)), "", "", "",
                  sized ? number_text(facts.sum(&LayerFacts::flops) / 1e6, 4) : "?",
                  sized ? number_text(facts.sum(&LayerFacts::bytes_per_step) / 1e3, 4) : "?"});
  all += text_columns(rows, {false, true, true, true, true, true, true, true, true}, 2);
  all += "\n" + operations(facts);

  if (!facts.numbers.empty()) all += "\n" + text_columns(number_rows(facts), {false, true, false, false}, 2);

  std::vector<std::vector<std::string>> ways;
  for (ConnectionFacts const& c : facts.connections) {
    ways.push_back({name_of(c.way),
                    facts.layers[static_cast<std::size_t>(c.from)].name + " to " +
                        facts.layers[static_cast<std::size_t>(c.to)].name,
                    milliseconds(c)});
  }
  if (!ways.empty()) all += "\n" + text_columns(ways, {false, false, true}, 2);
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
