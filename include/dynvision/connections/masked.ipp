// What a mask may be.
#pragma once
#include <dynvision/connections/masked.hpp>

namespace dynvision {

DYNVISION_INLINE Tensor NoAutapses::operator()(Composition& at, at::IntArrayRef w) const {
  Tensor const all = at.constant(w, 1);
  if (w.size() < 2 || w[0] != w[1]) {
    fail("model", 142,
         {"NoAutapses for a weight of shape ", shape_text(w),
          ": expected as many channels of the target as of the state"});
  }
  Tensor const same_place = w.size() == 4 ? all.select(3, w[3] / 2).select(2, w[2] / 2) : all;
  same_place.diagonal().zero_();
  return all;
}

DYNVISION_INLINE Tensor checked_mask(Tensor const& m, at::IntArrayRef shape, Tensor const& v, std::string_view name) {
  bool fits = m.defined() && m.dim() <= static_cast<std::int64_t>(shape.size());
  for (std::int64_t i = 1; fits && i <= m.dim(); ++i) {  // axes from the last one on
    std::int64_t const n = m.size(-i);
    fits = n == 1 || n == shape[shape.size() - static_cast<std::size_t>(i)];
  }
  if (!fits) {
    fail("model", 140,
         {"\"", name, "\" of shape ", m.defined() ? shape_text(m.sizes()) : "none", ": expected ", shape_text(shape),
          ", the shape of the weight, or 1 in place of any of its numbers"});
  }
  Tensor const numbers = m.detach().to(v.options().requires_grad(false));
  if (!numbers.eq(0).logical_or(numbers.eq(1)).all().item<bool>()) {
    fail("model", 141, {"\"", name, "\": expected 0 where there is no connection, and 1 where there is one"});
  }
  return numbers.expand(shape).clone(at::MemoryFormat::Contiguous);
}

DYNVISION_INLINE void set_mask(Parameters const& parameters, std::string_view name, Tensor const& mask) {
  Tensor const now = tensor_of(parameters, name);
  now.copy_(checked_mask(mask, now.sizes(), now, name));
}

}  // namespace dynvision
