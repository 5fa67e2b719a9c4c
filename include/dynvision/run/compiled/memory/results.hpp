// Results of a run while it goes on: one row of B samples for each recorded step, at each place that is looked at.
//
//   head_input (T B, C)  or  (T B, K)     what the head gets, or gives        responses[l], watched[place]  (T B, C, H, W)
//   last[s] (n B, C, H, W)                states that the next run may start from
//
// A Classifier is applied once to all steps, after the sweep; before it the sum over height and width is kept. In long runs
// without gradient (PreparedRun::classifies_blocks) it is applied block by block, as any other head is. Rows of steps without
// a signal stay zero. Where samples go through the run in groups, what is put and read are the rows of one group.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/run/compiled/graph/timetable.hpp>
#include <dynvision/run/probing.hpp>

namespace dynvision::run {

class Results {
 public:
  Tensor head_input{};
  std::vector<Tensor> responses{};  // [layer]; undefined: not recorded
  std::vector<Tensor> watched{};    // [place]; undefined: not monitored
  Probing probes{};
  std::vector<Tensor> last{};  // [state] its last ones, of as many steps as its delays need; undefined: not kept

  Results() = default;
  Results(kernels::Layout layout, at::TensorOptions options, std::int64_t samples, int n_steps)
      : layout_(layout), options_(options), all_samples_(samples), samples_(samples), n_steps_(n_steps) {}

  // The group of samples that is computed: [first, first + n).
  void enter(std::int64_t first, std::int64_t n) { first_ = first, samples_ = n; }

  Tensor make(kernels::Shape const& shape) const { return make(shape, n_steps_); }
  Tensor make(kernels::Shape const& shape, int n) const { return layout_.zeros(n * all_samples_, shape, options_); }

  bool has_response(int layer) const { return responses[static_cast<std::size_t>(layer)].defined(); }
  // Of step t: all samples, or those of the group.
  Tensor step(Tensor const& all, int t) const { return kernels::rows_of(all, t * all_samples_, all_samples_); }
  Tensor step_of_group(Tensor const& all, int t) const;
  // Of n steps, those of the group, one step after the other: (n B, ...). A copy, unless the group is all samples.
  Tensor rows(Tensor const& all, int t, int n) const;
  // What a node gives in n steps from recorded step t on, and what arrives there, for those who look at it.
  bool looks_at(std::size_t p) const { return watched[p].defined() || probes.sees(p); }
  void give(std::size_t p, int t, int n, Tensor const& value);
  void give_arrival(std::size_t p, int t, int n, Tensor const& h) { probes.see_arrival(p, t, n, h, first_, samples_); }
  void give_state(std::size_t p, int k, int t, int n, Tensor const& value) {
    probes.see_state(p, k, t, n, value, first_, samples_);
  }

  // Numbers from one step to the next.
  std::int64_t apart(std::int64_t size) const { return all_samples_ * size; }

  // Puts (n B,C,H,W), or (B,C,H,W) for all steps alike, into the rows from step t on; steps before 0 are not recorded.
  void put(Tensor const& all, int t, int n, Tensor const& value) const;

  // What the head gets (Classifier), or gives, of a block.
  void put_head_input(int t, int n, Tensor const& value);

 private:
  kernels::Layout layout_{};
  at::TensorOptions options_{};
  std::int64_t all_samples_ = 0, first_ = 0, samples_ = 0;
  int n_steps_ = 0;
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/memory/results.ipp>
#endif
