// Addends of gradients of states.
#pragma once
#include <dynvision/run/compiled/memory/state_gradients.hpp>

namespace dynvision::run {

DYNVISION_INLINE void StateGradient::start(kernels::Shape const& shape, kernels::Layout layout,
                                           at::TensorOptions options, std::int64_t batch, int first, int last) {
  bytes_ = batch * shape.size() * static_cast<std::int64_t>(options.dtype().itemsize());
  shape_ = shape, layout_ = layout, options_ = options, batch_ = batch, first_ = first;
  rows_.assign(static_cast<std::size_t>(last - first), {});
  open_.assign(static_cast<std::size_t>(last - first), nullptr);
}

DYNVISION_INLINE void StateGradient::add(int s, Tensor const& holder, void const* data, bool is_free) {
  rows_[static_cast<std::size_t>(s - first_)].push_back({holder, const_cast<void*>(data), is_free});
}

DYNVISION_INLINE void StateGradient::clear(int s) {
  rows_[static_cast<std::size_t>(s - first_)].clear();
  open_[static_cast<std::size_t>(s - first_)] = nullptr;
}

DYNVISION_INLINE void StateGradient::open(int first, int n) {
  int missing = 0;
  for (int i = 0; i < n; ++i) {
    void*& to = open_[static_cast<std::size_t>(first + i - first_)];
    for (Addend const& addend : at(first + i)) {
      if (to == nullptr && addend.is_free) to = addend.data;
    }
    missing += to == nullptr;
  }
  if (missing == 0) return;
  Tensor const fresh = layout_.zeros(missing * batch_, shape_, options_);
  char* data = static_cast<char*>(fresh.mutable_data_ptr());
  for (int i = 0; i < n; ++i) {
    void*& to = open_[static_cast<std::size_t>(first + i - first_)];
    if (to != nullptr) continue;
    to = data;
    add(first + i, fresh, data, true);
    data += bytes_;
  }
}

DYNVISION_INLINE Tensor StateGradient::states_from(Addend const& addend, int n) const {
  auto const* const first = static_cast<char const*>(addend.holder.const_data_ptr());
  std::int64_t const before = (static_cast<char const*>(addend.data) - first) / bytes_;
  return kernels::rows_of(addend.holder, before * batch_, n * batch_);
}

DYNVISION_INLINE Tensor StateGradient::sum(int s) const {
  Tensor all;
  for (Addend const& addend : at(s)) {
    Tensor const one = states_from(addend, 1);
    all = all.defined() ? all.add(one) : one;
  }
  return all;
}

DYNVISION_INLINE Tensor StateGradient::room(int first, int n) const {
  for (Addend const& addend : at(first)) {
    if (!addend.is_free) continue;
    auto* const data = static_cast<char*>(addend.data);
    bool whole = true;
    for (int i = 1; whole && i < n; ++i) {
      auto const& row = at(first + i);
      whole = std::any_of(row.begin(), row.end(), [&](Addend const& one) {
        return one.is_free && one.data == data + i * bytes_ && one.holder.is_same(addend.holder);
      });
    }
    if (!whole) continue;
    return states_from(addend, n);
  }
  return {};
}

}  // namespace dynvision::run
