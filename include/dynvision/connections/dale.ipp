// Which channels excite.
#pragma once
#include <dynvision/connections/dale.hpp>

#include <cmath>

namespace dynvision {

DYNVISION_INLINE Tensor signs_of_channels(Composition& at, Tensor const& w, int groups, int excitatory,
                                          int inhibitory) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(w.dim()), 1);
  std::int64_t const out = groups > 1 ? w.size(0) : 1, in = w.size(1), all = in * groups;
  shape[0] = out, shape[1] = in;
  auto const n = static_cast<std::int64_t>(
      std::lround(static_cast<double>(all) * excitatory / static_cast<double>(excitatory + inhibitory)));
  Tensor const sign = at.constant(shape, 1);
  for (std::int64_t i = 0; i < out; ++i) {
    std::int64_t const first = i / (out / groups > 0 ? out / groups : 1) * in;  // channel of the group
    std::int64_t const excite = std::clamp<std::int64_t>(n - first, 0, in);
    sign.narrow(0, i, 1).narrow(1, excite, in - excite).fill_(-1);
  }
  return sign;
}

DYNVISION_INLINE Tensor balanced_sizes(Tensor const& w, Tensor const& sign) {
  double const excite = sign.gt(0).sum().item<double>(), inhibit = static_cast<double>(sign.numel()) - excite;
  Tensor const size = w.abs();
  if (excite == 0 || inhibit == 0 || excite == inhibit) return size;
  bool const more_excite = excite > inhibit;
  double const ratio = more_excite ? excite / inhibit : inhibit / excite;
  Tensor const of_more = sign.gt(0).eq(more_excite ? 1 : 0).to(w.scalar_type());
  return size.mul(of_more.mul(1 / ratio - 1).add(1));
}

}  // namespace dynvision
