// What became of every tensor of a file, and of every parameter of a model; and the same in words.
//
// Each parameter is in exactly one of loaded, missing, misshapen, adapted and kept; each tensor that belongs to
// none of them in unexpected or ignored. What a file holds that is no tensor of numbers is in passed_over.
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
  std::vector<std::string> missing;      // in the model, not in the file
  std::vector<std::string> unexpected;   // in the file, not in the model
  std::vector<std::string> misshapen;    // "name: expected 36x3x3x3, found 36x1x3x3"
  std::vector<std::string> ignored;      // in the file, of no use here
  std::vector<std::string> passed_over;  // in the file, no tensors of the model: "other: pathlib.PosixPath"
  std::vector<std::string> adapted;      // the classifier for another number of classes, and what it is now
  std::vector<std::string> kept;         // not in such files by design: as it was
  std::string leading_part;              // of the names in the file, under which the model lies: "module."

  bool fits() const { return missing.empty() && unexpected.empty() && misshapen.empty(); }
};

namespace detail {

// "\n  2 missing:" and one name a line; of more than `most` names the first ones.
template <class Remark>
void list_names(std::string& text, std::string_view what, std::vector<std::string> const& names, std::size_t most,
                Remark&& remark) {
  if (names.empty()) return;
  text += joined({"\n  ", names.size(), " ", what, ":"});
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) text += "\n    " + names[i] + remark(names[i]);
  if (names.size() > most) text += joined({"\n    and ", names.size() - most, " more"});
}

}  // namespace detail

// "2 missing: …", one name a line; an unexpected name that is close to a missing one says so.
inline std::string misfit_text(WeightsReport const& report) {
  static constexpr std::size_t most_pairs = 100'000;  // to compare letter by letter
  static constexpr std::size_t all = static_cast<std::size_t>(-1), some = 20;
  std::string text;
  auto const none = [](std::string const&) { return std::string(); };
  detail::list_names(text, "missing (in the model, not in the file)", report.missing, all, none);
  auto const nearest = [&](std::string const& name) {
    if (report.missing.size() * report.unexpected.size() > most_pairs) return std::string();
    auto const near = std::find_if(report.missing.begin(), report.missing.end(),
                                   [&](std::string const& missing) { return edit_distance(name, missing) <= 3; });
    return near == report.missing.end() ? "" : " (did you mean \"" + *near + "\"?)";
  };
  detail::list_names(text, "unexpected (in the file, not in the model)", report.unexpected, all, nearest);
  detail::list_names(text, "of another shape", report.misshapen, all, none);
  detail::list_names(text, "passed over (beside the weights, or no numbers)", report.passed_over, some, none);
  return text;
}

// Everything, for a log: "loaded 34, adapted 2 (...)", and the lists of misfit_text.
inline std::string report_text(WeightsReport const& report) {
  std::string text = number_text(report.loaded.size()) + " loaded";
  if (!report.leading_part.empty()) text += " (after \"" + report.leading_part + "\")";
  static constexpr std::size_t all = static_cast<std::size_t>(-1);
  auto const none = [](std::string const&) { return std::string(); };
  detail::list_names(text, "adapted to another number of classes", report.adapted, all, none);
  detail::list_names(text, "kept (such files do not have them)", report.kept, all, none);
  detail::list_names(text, "ignored", report.ignored, all, none);
  return text + misfit_text(report);
}

}  // namespace dynvision
