// What to show of a compiler's output: the library's own sentence where there is one, else the first error.
//
//   dynvision: this operation cannot take so many channels (docs/concepts/layer.md)
//     V2: Conv<16, 32, 3, 1>, position 0, where there are 8 channels
//     my_areas.hpp:7
//
// The library says what is wrong with a model in a static_assert, whose template arguments name the place (model/explain.hpp);
// g++ and clang++ print it among some hundred lines.
#pragma once
#include <dynvision/core/type_text.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dynvision::variants {

inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    std::size_t const end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == text.npos ? std::string_view{} : text.substr(end + 1);
  }
  return lines;
}

// "name = value;" in g++'s list of template arguments; empty: it is not there.
inline std::string argument_in(std::string_view line, std::string_view name) {
  std::string const with = " " + std::string(name) + " = ";
  std::size_t const begin = line.find(with);
  if (begin == line.npos) return {};
  std::string_view const rest = line.substr(begin + with.size());
  int depth = 0;
  std::size_t end = 0;
  for (bool quoted = false; end < rest.size(); ++end) {
    char const c = rest[end];
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    depth += c == '<' || c == '(' ? 1 : c == '>' || c == ')' ? -1 : 0;
    if (depth <= 0 && (c == ';' || c == ']')) break;
  }
  return type_names::written(rest.substr(0, end));
}

// The place that explain's arguments name: "V2: Conv<16, 32, 3, 1>, position 0, where there are 8 channels".
inline std::string place_in(std::string_view line) {
  std::string const layer = argument_in(line, "Layer"), operation = argument_in(line, "Operation");
  std::string const at = argument_in(line, "At"), given = argument_in(line, "Given");
  if (layer.empty() || layer == "Nothing") return {};
  auto const number = [](std::string const& type) {  // Position<0>
    std::size_t const open = type.find('<');
    return open == type.npos ? std::string("0") : type.substr(open + 1, type.size() - open - 2);
  };
  std::string place = layer;
  if (operation != "Nothing") place += ": " + operation + ", position " + number(at);
  if (number(given) != "0") place += ", where there are " + number(given) + " channels";
  return place;
}

// `own`: the file of the user, whose lines are named; empty: none.
inline std::string compiler_message(std::string_view output, std::string_view own = {}) {
  std::vector<std::string_view> const lines = lines_of(output);
  std::string sentences, place, where, first;
  for (std::string_view const line : lines) {
    std::size_t const error = line.find("error:");
    std::size_t const sentence = line.find("dynvision: ", error == line.npos ? line.size() : error);
    if (error != line.npos && first.empty()) first = line;
    if (sentence != line.npos) {
      std::string_view text = line.substr(sentence);
      if (text.ends_with('"')) text.remove_suffix(1);  // clang++ quotes it
      if (sentences.find(text) == sentences.npos) sentences.append(sentences.empty() ? "" : "\n").append(text);
    }
    if (place.empty() && line.find("explain(") != line.npos) place = place_in(line);
    if (where.empty() && !own.empty()) {
      std::size_t const at = line.find(own);
      std::size_t const begin = at == line.npos ? at : at + own.size();
      if (begin != line.npos && begin + 1 < line.size() && line[begin] == ':' && line[begin + 1] >= '0' &&
          line[begin + 1] <= '9') {
        where =
            std::string(own) + std::string(line.substr(begin, line.find_first_not_of("0123456789", begin + 1) - begin));
      }
    }
  }
  if (sentences.empty()) {
    if (!first.empty()) return first;
    return lines.empty() ? "the compiler says nothing" : std::string(lines.back());
  }
  std::string all = sentences;
  if (!place.empty()) all += "\n  " + place;
  if (!where.empty()) all += "\n  " + where;
  return all;
}

}  // namespace dynvision::variants
