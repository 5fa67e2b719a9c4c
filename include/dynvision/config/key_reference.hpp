// The page of all keys, docs/reference/configuration.md, from their descriptions.
#pragma once
#include <dynvision/config/explain.hpp>

#include <string>
#include <string_view>

namespace dynvision::config {

namespace pages {

// Text in a cell of a table.
inline std::string cell(std::string_view text) {
  std::string escaped;
  for (char const c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

inline std::string names(Key const& key) {
  std::string all = "`" + key.name + "`";
  for (std::string const& alias : key.aliases) {
    if (alias.find('.') == std::string::npos) all += ", `" + alias + "`";
  }
  return all;
}

inline std::string row(Key const& key) {
  std::string const shown = key.default_value.is_null() ? "" : "`" + cell(explaining::shown(key.default_value)) + "`";
  return "| " + names(key) + " | " + cell(explaining::takes(key)) + " | " + key.unit + " | " + shown + " | " +
         cell(key.help) + " |\n";
}

}  // namespace pages

inline std::string key_reference() {
  std::string page =
      "# Keys of a configuration\n\n"
      "Made from the descriptions of the library's structs (`config/described/`) by\n"
      "[configuration.cpp](configuration.cpp); a test says when it is out of date. How a file, an argument and a mode "
      "give\n"
      "these keys their values: [configuration](../concepts/configuration.md). `dynvision config explain KEY` says of "
      "one\n"
      "key of a study where its value came from.\n\n"
      "A name stands for the key of every section that has it; `model.seed` is that of one. Aliases stand behind the "
      "name.\n"
      "Defaults are those of the structs; no default: null, not given. Files in `configs/` change some of them.\n";
  struct Part {
    std::string_view section, what;
  };
  for (auto const& [section, what] :
       {Part{"model", "The model, what it is shown, its objective and optimiser"}, Part{"trainer", "The training"},
        Part{"data", "Images and batches"}, Part{"modes", "Switches of modes: true, false or \"auto\""}}) {
    page += joined({"\n## ", section, "\n\n", what,
                    ".\n\n| key | takes | unit | default | what it says |\n|---|---|---|---|---|\n"});
    for (Key const& key : catalog().keys()) {
      if (key.section == section && key.without_effect.empty()) page += pages::row(key);
    }
  }
  page +=
      "\n## Numbers of parts\n\n"
      "Of operations that a model may be made of; they are given as `model.tau_adaptation`, for one layer as\n"
      "`layers.IT.numbers.tau_adaptation`. Those of your own parts stand under `model.numbers`.\n\n"
      "| number | takes | unit | default | what it says |\n|---|---|---|---|---|\n";
  for (PartNumber const& number : library_numbers()) {
    std::optional<double> const value = number.value_by_default();
    page += joined({"| `", number.name, "` | ", number.range.text(), " | ", number.unit, " | ",
                    value ? "`" + number_text(*value) + "`" : "", " | ", pages::cell(number.help), " |\n"});
  }
  page +=
      "\n## Without effect\n\n"
      "Keys of the Python toolbox that are accepted, checked, and do nothing here. A note says so where one asks for "
      "something.\n\n"
      "| key | takes | asks for nothing | why it has no effect |\n|---|---|---|---|\n";
  for (Key const& key : catalog().keys()) {
    if (key.without_effect.empty()) continue;
    page +=
        joined({"| ", key.section, ": ", pages::names(key), " | ", pages::cell(explaining::takes(key)), " | `",
                pages::cell(explaining::shown(key.default_value)), "` | ", pages::cell(key.without_effect), " |\n"});
  }
  return page;
}

}  // namespace dynvision::config
