// A number of a result, with its name, unit and meaning, so that tables, pages and columns of files come from one list.
//
//   inline constexpr std::array<Described<Robustness>, 2> robustness_numbers{{{"area", "", "...", [](auto& r) { return r.area; }}, ...}};
//   for (auto const& number : robustness_numbers) row.add(number.name, number.of(result));
//
// Names are those of columns: small letters and underscores, with the unit where there is one.
#pragma once

namespace dynvision::analysis {

template <class Result> struct Described {
  char const *name, *unit, *meaning;
  double (*of)(Result const&);
};

}  // namespace dynvision::analysis
