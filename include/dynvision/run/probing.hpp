// Probing: the probes of a run, at their places in a model, and what they have seen so far.
//
// Both paths hand over signals (B,C,H,W), step by step, in any order of samples; what is taken over several steps, or over
// several groups of samples, is merged into what was there, mean and sum of squared deviations alike (Chan, Golub &
// LeVeque 1983):
//
//   m <- m + (n'/N) (m' - m)        S <- S + S' + (n n'/N) (m' - m)^2        N = n + n'
//
// in float64. Two probes of one name are an error (run.170).
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/probe_place.hpp>
#include <dynvision/run/probed.hpp>

#include <array>

namespace dynvision::run {

class Probing {
 public:
  Probing() = default;
  [[gnu::cold]] Probing(Parts const& parts, Options const& options, Stimulus const& stimulus, Settings const& settings);

  bool is_empty() const { return entries_.empty(); }
  // `part`: index of the operation in the model. Whether its result, what arrives there, or its state k is looked at.
  bool sees(std::size_t part) const { return !entries_.empty() && sees(part, ProbePlace::result); }
  bool sees_arrival(std::size_t part) const { return !entries_.empty() && sees(part, ProbePlace::arrival); }
  bool sees_state(std::size_t part, int k) const { return !entries_.empty() && sees(part, k); }

  // Of n steps from recorded step t on (idle ones: t < 0): (n B,C,H,W), or (1,C,H,W) or (B,C,H,W), which is the same for
  // all; B: the samples [first_sample, first_sample + B).
  void see(std::size_t part, int t, int n, Tensor const& x, std::int64_t first_sample, std::int64_t samples) {
    if (!entries_.empty()) see(part, ProbePlace::result, t, n, x, first_sample, samples);
  }
  void see_arrival(std::size_t part, int t, int n, Tensor const& h, std::int64_t first_sample, std::int64_t samples) {
    see(part, ProbePlace::arrival, t, n, h, first_sample, samples);
  }
  void see_state(std::size_t part, int k, int t, int n, Tensor const& s, std::int64_t first_sample,
                 std::int64_t samples) {
    see(part, k, t, n, s, first_sample, samples);
  }

  std::vector<Probed> probed() const;
  double bytes() const;  // of all results

 private:
  struct Entry {
    Probe probe;
    ProbePlace place;
    std::vector<bool> present{};
    Tensor values{}, squares{};   // (rows, B, C, H, W), 1 where reduced; rows: steps, or 1; squares: S
    std::vector<double> count{};  // [row][sample] numbers that have been merged

    int rows() const { return probe.over.time ? 1 : place.steps(); }
    bool merges() const { return probe.over.time || probe.over.samples; }
    std::array<std::int64_t, 4> kept() const;  // (rows, C, H, W)
  };

  // what: ProbePlace::what
  bool sees(std::size_t part, int what) const;
  void see(std::size_t part, int what, int t, int n, Tensor const& x, std::int64_t first_sample, std::int64_t samples);
  void merge(Entry& entry, int row, Tensor const& signal, std::int64_t first_sample, std::int64_t samples) const;

  [[gnu::cold]] void check_names() const;

  std::vector<Entry> entries_{};
  std::int64_t samples_ = 0;
  at::TensorOptions options_{};  // of results
  double dt_ = 0;                // [ms]
  int first_step_ = 0;           // of the recorded ones
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/probing.ipp>
#endif
