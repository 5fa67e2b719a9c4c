// Stimulus: what is shown at each time step, without repeating what stays the same.
//
//   frames (B,F,C,H,W), shown[t] = index of the frame at step t, `blank` (null input) or `nothing` (no input at all)
//
// A still image is one frame shown T times; consecutive equal indices are known to be the same frame.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/core/ops.hpp>

#include <vector>

namespace dynvision::run {

inline constexpr int blank = -1;    // every pixel has the null value
inline constexpr int nothing = -2;  // the input is absent

struct Stimulus {
  Tensor frames;               // (B,F,C,H,W)
  std::vector<int> shown;      // [T]
  double non_input_value = 0;  // of every pixel of a blank frame

  int n_timesteps() const { return static_cast<int>(shown.size()); }

  Tensor frame(int index) const;  // (B,C,H,W), or absent

  Tensor expanded() const;  // (B,T,C,H,W): every step, absent input as blanks

  // Shows a blank where `mask` is false.
  Stimulus& masked(std::vector<bool> const& mask);

  // Appends n blank steps.
  Stimulus& then_blank(int n);
};

// (B,N) as (B,N,1,1), (B,T,N) as (B,T,N,1,1); anything else as it is (run/features.hpp).
Tensor with_places(Tensor const& x);

// Images of rank 2, 3, 4, 5 as (1,1,1,H,W), (B,1,1,H,W), (B,1,C,H,W), (B,T,C,H,W), presented for n steps:
// a single frame is shown n times; of several frames there must be n (n = 1 means as many as there are).
[[gnu::cold]] Stimulus present(Tensor const& images, int n_timesteps = 1, double non_input_value = 0);

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/stimulus.ipp>
#endif
