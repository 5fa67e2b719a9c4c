// Results of a run while it goes on: one row of B samples for each recorded step, at each place that is looked at.
//
//   head_input (T B, C)  or  (T B, K)     what the head gets, or gives        responses[l], watched[place]  (T B, C, H, W)
//
// A Classifier is applied once to all steps, after the sweep; before it the sum over height and width is
// kept. Any other head is applied block by block. Rows of steps without a signal stay zero.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/run/compiled/graph/timetable.hpp>

namespace dynvision::run {

class Results {
 public:
  Tensor head_input{};
  std::vector<Tensor> responses{};  // [layer]; undefined: not recorded
  std::vector<Tensor> watched{};    // [place]; undefined: not monitored

  Results() = default;
  Results(kernels::Layout layout, at::TensorOptions options, std::int64_t batch, int n_steps)
      : layout_(layout), options_(options), batch_(batch), n_steps_(n_steps) {}

  Tensor make(kernels::Shape const& shape) const { return layout_.zeros(n_steps_ * batch_, shape, options_); }

  bool has_response(int layer) const { return responses[static_cast<std::size_t>(layer)].defined(); }
  Tensor rows(Tensor const& all, int t, int n) const { return kernels::rows_of(all, t * batch_, n * batch_); }

  // Puts (n B,C,H,W), or (B,C,H,W) for all steps alike, into the rows from step t on; steps before 0 are not recorded.
  void put(Tensor const& all, int t, int n, Tensor const& value) const {
    if (t < 0) return;
    if (value.size(0) == n * batch_) {
      rows(all, t, n).copy_(value);
    } else {
      for (int i = 0; i < n; ++i) rows(all, t + i, 1).copy_(value);
    }
  }

  // What the head gets (Classifier), or gives, of a block.
  void put_head_input(int t, int n, Tensor const& value) {
    if (!head_input.defined()) head_input = zeros({n_steps_ * batch_, value.size(1)}, value.options());
    put(head_input, t, n, value);
  }

 private:
  kernels::Layout layout_{};
  at::TensorOptions options_{};
  std::int64_t batch_ = 0;
  int n_steps_ = 0;
};

}  // namespace dynvision::run
