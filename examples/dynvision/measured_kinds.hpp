// What dynvision measure says something of: kinds of networks in experiments, and which of them are compared.
//
//   for (fs::path const& path : tables_in({"runs/a/experiments", "shown"})) ...           measures.csv of each network
//   for (Pair const& pair : pairs_of(experiments, one, "full")) ...
//
// Errors: program.189 (no measures.csv in a folder).
#pragma once
#include <dynvision/experiments/networks/over_networks.hpp>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace program {

namespace fs = std::filesystem;
using dynvision::expected_one_of, dynvision::fail;
using namespace dynvision::experiments;

// Every measures.csv of the folders and what is in them; one that is named twice counts once.
inline std::vector<fs::path> tables_in(std::vector<std::string> const& folders) {
  std::vector<fs::path> all;
  std::set<fs::path> seen;
  for (std::string const& folder : folders) {
    std::error_code error;
    std::vector<fs::path> own;
    std::vector<std::string> others;
    if (!fs::exists(folder, error))
      fail("program", 189, {folder, ": expected a folder with tables of experiments, found nothing"});
    if (fs::is_regular_file(folder, error)) {
      own.push_back(folder);
    } else {
      for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        if (at->path().filename() == "measures.csv") own.push_back(at->path());
        if (at->path().extension() == ".csv") others.push_back(at->path().filename().string());
      }
    }
    if (error) fail("program", 189, {folder, ": cannot be read: ", error.message()});
    if (own.empty()) {
      std::sort(others.begin(), others.end());
      others.erase(std::unique(others.begin(), others.end()), others.end());
      fail("program", 189,
           {folder, ": expected measures.csv, as dynvision experiment run leaves it; ",
            others.empty() ? std::string("there is no table at all") : expected_one_of("measures.csv", others)});
    }
    std::sort(own.begin(), own.end());
    for (fs::path const& path : own) {
      if (seen.insert(fs::weakly_canonical(path)).second) all.push_back(path);
    }
  }
  return all;
}

// Networks that differ in their seed alone, in one experiment.
struct Kind {
  KeyCells network{};
  std::vector<ImageNumbers const*> members{};
  SeedNumbers measures{};
  std::optional<SeedNumbers> courses{}, curves{};  // courses: those that are compared
  std::vector<CourseOfCondition> axes{};

  std::string name() const { return network.category_value.empty() ? network.model : network.category_value; }
  bool is_of(Kind const& other) const {
    return network.category == other.network.category && network.category_value == other.network.category_value &&
           network.model == other.network.model;
  }
};

struct OneExperiment {
  std::string name{};
  std::vector<Kind> kinds{};
  std::unique_ptr<OverNetworks> tables{};
  std::vector<ComparedRow> comparisons{};
  std::vector<std::string> written{};
  bool is_read = false, is_compared = false;
};

// The experiment that is the same but for the recurrence: uniformnoise, uniformnoiseffonly.
inline OneExperiment const* silenced_of(std::deque<OneExperiment> const& all, OneExperiment const& one) {
  auto const found = std::find_if(all.begin(), all.end(),
                                  [&](OneExperiment const& other) { return other.name == one.name + "ffonly"; });
  return found == all.end() ? nullptr : &*found;
}

// The reference, and networks that have no recurrence.
inline std::vector<Kind const*> references(std::vector<Kind const*> const& kinds, std::string const& reference) {
  std::vector<Kind const*> all;
  for (std::string const& name : {reference, std::string("none")}) {
    for (Kind const* kind : kinds) {
      if (kind->network.category_value == name && !name.empty() && (all.empty() || all[0] != kind)) all.push_back(kind);
    }
  }
  bool const has_reference = !reference.empty() && !all.empty() && all[0]->network.category_value == reference;
  if (!has_reference && (all.empty() || all[0] != kinds[0])) all.insert(all.begin(), kinds[0]);
  return all;
}

struct Pair {
  Kind const *a, *b;
  Compared about{};
  bool is_silenced = false;
};
// With and without recurrence; values of a category with the reference, which stands first, and with `none`, which stands last.
inline std::vector<Pair> pairs_of(std::deque<OneExperiment> const& experiments, OneExperiment const& one,
                                  std::string const& reference) {
  std::vector<Pair> all;
  std::map<std::string, std::vector<Kind const*>> categories;
  for (Kind const& kind : one.kinds) {
    if (!kind.network.category_value.empty()) categories[kind.network.category].push_back(&kind);
    OneExperiment const* const other = silenced_of(experiments, one);
    if (other == nullptr) continue;
    for (Kind const& off : other->kinds) {
      if (off.is_of(kind))
        all.push_back({&kind, &off, {.a = one.name, .b = other->name, .question = "silenced"}, true});
    }
  }
  for (auto const& [category, kinds] : categories) {
    std::vector<Kind const*> const against = references(kinds, reference);
    for (Kind const* kind : kinds) {
      if (kind != against[0])
        all.push_back({against[0], kind, {.a = against[0]->name(), .b = kind->name(), .question = category}});
    }
    for (std::size_t r = 1; r < against.size(); ++r) {
      for (Kind const* kind : kinds) {
        if (kind != against[0] && kind != against[r])
          all.push_back({kind, against[r], {.a = kind->name(), .b = against[r]->name(), .question = category}});
      }
    }
  }
  return all;
}

}  // namespace program
