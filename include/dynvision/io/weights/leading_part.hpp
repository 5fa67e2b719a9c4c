// Under which leading part of its names a file holds a model: "module." of DataParallel, "model." of Lightning, "student.".
//
// It is the part after which most of the model's names are there. One that is no usual wrapper must fit more than half of
// them; where several fit equally well the usual wrappers come first, and without one the choice is left to the caller.
// What wrappers put inside of names ("layer1._orig_mod.conv", "features.module.0") counts as not there where that fits.
#pragma once
#include <dynvision/core/parameters.hpp>
#include <dynvision/io/tensor_map.hpp>
#include <dynvision/io/weights/name_table.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

inline constexpr std::array<std::string_view, 5> wrapper_parts{"module.", "model.", "_orig_mod.",
                                                               "_fsdp_wrapped_module.", "_checkpoint_wrapped_module."};

// How many letters at the begin of a name are usual wrappers: 13 of "module.model.conv.weight".
inline std::size_t wrapped(std::string_view name) {
  std::size_t n = 0;
  for (bool again = true; again;) {
    again = false;
    for (std::string_view const part : wrapper_parts) {
      if (name.substr(n).starts_with(part)) n += part.size(), again = true;
    }
  }
  return n;
}

class FittingNames {
 public:
  FittingNames(NameTable const& names, Parameters const& parameters) : names_(names) {
    for (Parameter const& p : parameters) ours_.insert(p.name);
  }

  // As the table has it; without wrappers inside if the model has a parameter of that name. Nothing: of no use here.
  std::optional<std::string> operator()(std::string_view name) const {
    std::optional<std::string> plain = names_(name);
    if (!plain || ours_.contains(*plain)) return plain;
    std::optional<std::string> bare = names_(without_wrappers(name));
    return bare && ours_.contains(*bare) ? bare : plain;
  }
  bool fits(std::string_view name) const {
    auto const ours = (*this)(name);
    return ours && ours_.contains(*ours);
  }
  std::size_t size() const noexcept { return ours_.size(); }

 private:
  // The first part stays: it is a leading part, or none.
  static std::string without_wrappers(std::string_view name) {
    std::size_t const first = std::min(name.find('.'), name.size() - 1) + 1;
    std::string bare(name.substr(0, first));
    name.remove_prefix(first);
    while (!name.empty()) {
      auto const* const part = std::find_if(wrapper_parts.begin(), wrapper_parts.end(),
                                            [&](std::string_view p) { return name.starts_with(p) && p != "model."; });
      std::size_t const n = part != wrapper_parts.end() ? part->size() : std::min(name.find('.'), name.size() - 1) + 1;
      if (part == wrapper_parts.end()) bare += name.substr(0, n);
      name.remove_prefix(n);
    }
    return bare;
  }

  NameTable const& names_;
  std::set<std::string, std::less<>> ours_;
};

struct LeadingPart {
  std::string text;                  // empty: none
  std::size_t n_fit = 0;             // names of the model after it
  std::vector<std::string> equal{};  // that fit as well: which is meant?
};

inline LeadingPart leading_part(TensorMap const& weights, FittingNames const& names) {
  static constexpr int deepest = 8;  // dots
  std::map<std::string, std::size_t, std::less<>> fit{{"", 0}};
  for (auto const& [name, tensor] : weights) {
    std::size_t at = 0;
    for (int depth = 0; depth <= deepest && at < name.size(); ++depth) {
      if (names.fits(std::string_view(name).substr(at))) ++fit[name.substr(0, at)];
      at = std::min(name.find_first_of("./", at), name.size() - 1) + 1;
    }
  }
  std::size_t most = 0;
  for (auto const& [part, n] : fit) most = std::max(most, n);
  std::size_t const alone = fit.find("")->second;
  LeadingPart best{"", alone, {}};
  if (most > alone) {
    for (auto const& [part, n] : fit) {
      if (n == most && (wrapped(part) == part.size() || 2 * n > names.size())) best.equal.push_back(part);
    }
    auto const usual = std::find_if(best.equal.begin(), best.equal.end(),
                                    [](std::string const& part) { return wrapped(part) == part.size(); });
    bool const clear = usual != best.equal.end() || best.equal.size() == 1;
    if (clear) best = {usual != best.equal.end() ? *usual : best.equal.front(), most, {}};
  }
  if (best.n_fit > 0 || weights.empty()) return best;
  // Nothing fits: the wrappers that all names share are none of the model's business.
  std::string_view shared = std::string_view(weights.begin()->first).substr(0, wrapped(weights.begin()->first));
  for (auto const& [name, tensor] : weights) {
    auto const differ = std::mismatch(shared.begin(), shared.end(), name.begin(), name.end()).first;
    shared = shared.substr(0, static_cast<std::size_t>(differ - shared.begin()));
    while (wrapped(shared) != shared.size()) shared.remove_suffix(1);
  }
  best.text = shared;
  return best;
}

}  // namespace dynvision
