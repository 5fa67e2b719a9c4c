// What became of every tensor of a file, and of every parameter of a model; and the same in words.
//
// Each parameter is in exactly one of loaded, missing, misshapen, adapted and kept; each tensor that belongs to
// none of them in unexpected or ignored.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

struct WeightsReport {
  std::vector<std::string> loaded;
  std::vector<std::string> missing;     // in the model, not in the file
  std::vector<std::string> unexpected;  // in the file, not in the model
  std::vector<std::string> misshapen;   // "name: expected 36x3x3x3, found 36x1x3x3"
  std::vector<std::string> ignored;     // in the file, of no use here
  std::vector<std::string> adapted;     // the classifier for another number of classes: as it was initialised
  std::vector<std::string> kept;        // not in such files by design: as it was

  bool fits() const { return missing.empty() && unexpected.empty() && misshapen.empty(); }
};

// "2 missing: …", one name a line; an unexpected name that is close to a missing one says so.
inline std::string misfit_text(WeightsReport const& report) {
  static constexpr std::size_t most_pairs = 100'000;  // to compare letter by letter
  std::string text;
  auto const list = [&](std::string_view what, std::vector<std::string> const& names, auto&& remark) {
    if (names.empty()) return;
    text += "\n  " + number_text(names.size()) + " " + std::string(what) + ":";
    for (std::string const& name : names) text += "\n    " + name + remark(name);
  };
  auto const none = [](std::string const&) { return std::string(); };
  list("missing (in the model, not in the file)", report.missing, none);
  list("unexpected (in the file, not in the model)", report.unexpected, [&](std::string const& name) {
    if (report.missing.size() * report.unexpected.size() > most_pairs) return std::string();
    auto const near = std::find_if(report.missing.begin(), report.missing.end(),
                                   [&](std::string const& missing) { return edit_distance(name, missing) <= 3; });
    return near == report.missing.end() ? "" : " (did you mean \"" + *near + "\"?)";
  });
  list("of another shape", report.misshapen, none);
  return text;
}

// Everything, for a log: "loaded 34, adapted 2 (...)", and the lists of misfit_text.
inline std::string report_text(WeightsReport const& report) {
  std::string text = number_text(report.loaded.size()) + " loaded";
  auto const count = [&](std::string_view what, std::vector<std::string> const& names) {
    if (names.empty()) return;
    text += "\n  " + number_text(names.size()) + " " + std::string(what) + ":";
    for (std::string const& name : names) text += "\n    " + name;
  };
  count("adapted to another number of classes", report.adapted);
  count("kept (such files do not have them)", report.kept);
  count("ignored", report.ignored);
  return text + misfit_text(report);
}

}  // namespace dynvision
