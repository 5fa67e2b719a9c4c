// check: whether a study fits the model and the images that it is for, once these are known and before anything runs.
//
//   config::Resolved resolved = config::resolve(request);        what can be known without them is checked here
//   resolved.problems.require_none();
//   config::check(resolved, facts_of(model), {.n_classes = 10, .image = {1, 28, 28}, .n_training = 54000});
//
// All problems are one error.
//
// Errors: config.101, config.148, config.149, config.153, config.154.
#pragma once
#include <dynvision/analysis/facts.hpp>
#include <dynvision/config/layers/resolved.hpp>
#include <dynvision/core/inline.hpp>

#include <array>
#include <cstdint>

namespace dynvision::config {

struct ImageFacts {  // 0: not known
  int n_classes = 0;
  std::array<int, 3> image{};  // (C,H,W)
  std::int64_t n_training = 0;
};

// Adds to the problems of `resolved`, and is one error where there are any.
void check(Resolved& resolved, Facts const& facts, ImageFacts const& images = {});

}  // namespace dynvision::config

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/config/check.ipp>
#endif
