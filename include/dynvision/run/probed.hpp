// Probed: what a probe has seen at one place of the model.
#pragma once
#include <dynvision/core/tensor.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace dynvision::run {

struct Probed {
  std::string name;             // the probe's, or its place
  std::string layer;            // "V4"
  std::string operation;        // its label: "record" for a response, "addskip" for what arrives there
  std::string source{};         // the layer that a connection comes from; empty: it is none
  std::vector<double> times{};  // [ms] that it has looked at: [T]
  std::vector<bool> present{};  // [T] whether there was a signal
  // (B,T,C,H,W), or (B,T,U) of single units, without the axes that were reduced; zero where the signal was absent, and
  // reduced over the steps that had one. Undefined: none had. Without a history: it is not differentiated.
  Tensor values{};

  int n_present() const { return static_cast<int>(std::count(present.begin(), present.end(), true)); }
};

}  // namespace dynvision::run
