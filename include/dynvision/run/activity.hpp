// Activity: what a run gives.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/ops.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dynvision::run {

// The signal at one place of the model over time; absent steps are marked, not dropped.
struct Trace {
  std::string layer;
  std::string operation;        // "record" for responses, else the label of the monitored operation
  std::vector<Signal> steps{};  // [T] of (B,C,H,W), or absent

  // Whether `name`, "tstep" or "V1.tstep", means an operation of a layer.
  static bool is_named(std::string_view name, std::string_view layer, std::string_view operation) {
    if (name == operation) return true;
    return name.size() == layer.size() + 1 + operation.size() && name.starts_with(layer) && name[layer.size()] == '.' &&
           name.ends_with(operation);
  }
  bool is_named(std::string_view name) const { return is_named(name, layer, operation); }

  std::vector<bool> present() const {
    std::vector<bool> all;
    for (Signal const& x : steps) all.push_back(x.defined());
    return all;
  }
  // (B,T,C,H,W), zero where the signal was absent; an undefined tensor if it always was. A signal that came before
  // there was a batch (a bias alone) is repeated for the whole batch.
  Tensor stacked() const {
    Signal like;
    for (Signal const& x : steps) {
      if (x.defined() && (!like.defined() || x.numel() > like.numel())) like = x;
    }
    if (!like.defined()) return {};
    std::vector<Tensor> all;
    for (Signal const& x : steps) {
      all.push_back(x.defined() ? x.expand(like.sizes()) : zeros(like.sizes(), like.options().requires_grad(false)));
    }
    return stack_along(all, 1);
  }
};

struct Activity {
  Tensor outputs;                  // (B,T,K): the classifier's, zero before a signal arrives
  std::vector<Trace> responses{};  // of every layer, if asked for
  std::vector<Trace> monitored{};  // of the monitored operations
  int n_residual_timesteps = 0;    // [steps] of all feedforward delays: after so many the outputs have a signal

  Trace const& response(std::string_view layer) const {
    std::vector<std::string_view> names;
    for (Trace const& trace : responses) {
      if (trace.layer == layer) return trace;
      names.push_back(trace.layer);
    }
    fail("run", 121,
         {"response of layer \"", layer,
          "\": ", (names.empty() ? "nothing was recorded: run with .record = true" : expected_one_of(layer, names))});
  }
};

}  // namespace dynvision::run
