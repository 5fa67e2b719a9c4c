// StateLayout: the state of a model as one vector, for linear algebra.
//
//   x = (V1: newest, one step older, ..., V2: newest, ..., named states)      each (C,H,W), row by row
//
// It holds all that the next step reads: a model with delays has the histories of its layers as state, not their newest
// responses alone. A layer that stores nothing has no part in it.
//
//   stability::StateLayout const layout(state);      Tensor const x = layout.vector(state);      (N)
//
// Errors: analysis.141.
#pragma once
#include <dynvision/analysis/statistics/draws.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/run/state.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::stability {

struct StateBlock {                // one stored response
  std::size_t layer;               // index in run::State::layers
  std::size_t age;                 // [steps] 0: the newest
  std::vector<std::int64_t> size;  // (C,H,W)
  std::int64_t first, n;           // its numbers in the vector
};

// f(response) in place of each that is there.
template <class F> run::State with_each(run::State state, F const& f) {
  for (run::LayerState& one : state.layers) {
    for (Signal& r : one.past) {
      if (r.defined()) r = f(r);
    }
  }
  return state;
}

class StateLayout {
 public:
  // Of one sample. A layer whose past is there in part is refused: run the model on until all of it is.
  explicit StateLayout(run::State const& state) {
    for (std::size_t l = 0; l < state.layers.size(); ++l) {
      run::LayerState const& one = state.layers[l];
      names_.push_back(one.layer);
      std::size_t n_there = 0;
      for (Signal const& r : one.past) n_there += r.defined() ? 1U : 0U;
      if (n_there == 0) continue;
      if (n_there < one.past.size()) {
        fail("analysis", 141,
             {"a state with ", n_there, " of ", one.past.size(), " steps of \"", one.layer,
              "\": expected all of them; StepMap::rest() has them, and so has a state after a few steps more"});
      }
      for (std::size_t age = 0; age < one.past.size(); ++age) {
        Tensor const& r = one.past[one.past.size() - 1 - age];
        if (r.dim() != 4 || r.size(0) != 1) {
          fail("analysis", 141,
               {"a state of \"", one.layer, "\" of shape ", shape_text(r.sizes()), ": expected one sample, 1xCxHxW"});
        }
        blocks_.push_back({l, age, r.sizes().slice(1).vec(), size_, r.numel()});
        size_ += r.numel();
      }
    }
    if (blocks_.empty()) {
      fail("analysis", 141, "a state in which no layer has a response: expected one after some steps of the model");
    }
  }

  std::int64_t size() const { return size_; }
  std::vector<StateBlock> const& blocks() const { return blocks_; }
  std::vector<std::string> const& names() const { return names_; }

  Tensor vector(run::State const& state) const {  // (N)
    std::vector<Tensor> all;
    for (StateBlock const& b : blocks_) {
      std::vector<Signal> const& past = state.layers[b.layer].past;
      all.push_back(past[past.size() - 1 - b.age].reshape({-1}));
    }
    return cat(all, 0);
  }

  // `like`, with these responses.
  run::State state(run::State like, Tensor const& x) const {
    for (StateBlock const& b : blocks_) {
      std::vector<Signal>& past = like.layers[b.layer].past;
      std::vector<std::int64_t> shape = b.size;
      shape.insert(shape.begin(), 1);
      past[past.size() - 1 - b.age] = x.narrow(0, b.first, b.n).reshape(shape);
    }
    return like;
  }

 private:
  std::vector<std::string> names_{};
  std::vector<StateBlock> blocks_{};
  std::int64_t size_ = 0;
};

// Normal numbers (Box & Muller 1958) that depend on the seed and the size alone, from the draws of the statistics.
inline Tensor random_vector(std::int64_t n, std::uint64_t seed) {
  analysis::DrawStream const stream(seed, 0);
  Tensor x = zeros({n}, at::TensorOptions(at::kDouble));
  double* const numbers = x.data_ptr<double>();
  for (std::int64_t i = 0; i < n; i += 2) {
    auto const place = static_cast<std::uint64_t>(i);
    double const radius = std::sqrt(-2 * std::log(1 - stream.uniform(place)));
    double const angle = 2 * std::numbers::pi * stream.uniform(place + 1);
    numbers[i] = radius * std::cos(angle);
    if (i + 1 < n) numbers[i + 1] = radius * std::sin(angle);
  }
  return x;
}

}  // namespace dynvision::stability
