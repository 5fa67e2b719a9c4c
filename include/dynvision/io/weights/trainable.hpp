// Which parameters are trained: those whose names match a pattern, and no others.
//
// A parameter that is not to be trained gets no gradient, so that optimisers pass it over. What the model
// itself keeps fixed (Parameter::learned) stays so. Model::to() sets gradients as the model was made: call it before.
//
// Errors: io.186.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/parameters.hpp>
#include <dynvision/io/weights/name_table.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

namespace detail {

inline void check_patterns(char const* what, Parameters const& parameters, std::vector<std::string> const& patterns) {
  std::vector<std::string_view> names;
  for (Parameter const& p : parameters) names.emplace_back(p.name);
  for (std::string const& pattern : patterns) {
    if (std::none_of(names.begin(), names.end(),
                     [&](std::string_view name) { return matches_pattern(pattern, name); })) {
      fail("io", 186, {what, ": \"", pattern, "\" matches no parameter: ", expected_one_of(pattern, names)});
    }
  }
}

}  // namespace detail

// Those that match a pattern are not trained; the others stay as they are.
inline void freeze(Parameters const& parameters, std::vector<std::string> const& patterns) {
  detail::check_patterns("frozen", parameters, patterns);
  for (Parameter const& p : parameters) {
    if (matches_any_pattern(patterns, p.name)) p.tensor.set_requires_grad(false);
  }
}

// Patterns such as "classifier.*", "*.recurrence.*", or whole names.
inline void train_only(Parameters const& parameters, std::vector<std::string> const& patterns) {
  detail::check_patterns("trainable", parameters, patterns);
  for (Parameter const& p : parameters) {
    bool const wanted = std::any_of(patterns.begin(), patterns.end(),
                                    [&](std::string const& pattern) { return matches_pattern(pattern, p.name); });
    p.tensor.set_requires_grad(p.learned && wanted);
  }
}

}  // namespace dynvision
