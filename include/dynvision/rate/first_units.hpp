// FirstUnits, LastUnits: masks of a network whose units lie in an order, such as an axis from sensory to association.
//
//   Incoming<Masked<rate::FirstUnits<14>>, NoBias>      the first 14 of 100 units see what is shown       U (N,In): rows
//   Outgoing<Masked<rate::LastUnits<27>>>               the last 27 of 100 are read out                   V (Out,N): columns
//
// Of 100 parcels of a hemisphere in the order of seven networks these are the visual ones, and those of the default network (bioRNN).
// So many units as are nearest to the share, at least one.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/core/ops.hpp>

#include <algorithm>

namespace dynvision {

namespace rate {

template <int Percent> constexpr std::int64_t share_of(std::int64_t n_units) {
  static_assert(Percent > 0 && Percent <= 100,
                "dynvision: FirstUnits<Percent> and LastUnits<Percent> need 1 to 100 (docs/rate/networks.md)");
  return std::max<std::int64_t>(1, (n_units * Percent + 50) / 100);
}

template <int Percent> struct FirstUnits {
  Tensor operator()(Composition& at, at::IntArrayRef w) const {
    Tensor const m = at.constant(w, 0);
    m.narrow(0, 0, share_of<Percent>(w[0])).fill_(1);
    return m;
  }
};

template <int Percent> struct LastUnits {
  Tensor operator()(Composition& at, at::IntArrayRef w) const {
    std::int64_t const n = share_of<Percent>(w[1]);
    Tensor const m = at.constant(w, 0);
    m.narrow(1, w[1] - n, n).fill_(1);
    return m;
  }
};

}  // namespace rate

}  // namespace dynvision
