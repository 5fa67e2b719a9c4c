// StateGradient: the gradients of the states of one layer, put together from what each use of a state adds.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/kernels/device/layout.hpp>

#include <c10/util/SmallVector.h>

#include <algorithm>
#include <vector>

namespace dynvision::run {

// Gradients of the states of one layer: a few addends for each index.
class StateGradient {
 public:
  struct Addend {
    Tensor holder;
    void* data;
    bool is_free;  // nothing else looks at it: it may be added to, and at last be overwritten
  };

  void start(kernels::Shape const& shape, kernels::Layout layout, at::TensorOptions options, std::int64_t batch,
             int first, int last);
  auto const& at(int s) const { return rows_[static_cast<std::size_t>(s - first_)]; }
  void add(int s, Tensor const& holder, void const* data, bool is_free);
  void clear(int s);
  // Of all addends, (B,C,H,W); undefined: there are none.
  Tensor sum(int s) const;
  // One that is added to, zero if it is a new one: for gradients that touch few places.
  void open(int first, int n);
  void* opened(int s) const { return open_[static_cast<std::size_t>(s - first_)]; }
  // Addends of n states that lie one behind the other and are free, as (n B,C,H,W): room for what the sum of all addends
  // becomes, number by number. Undefined: there are none.
  Tensor room(int first, int n) const;

 private:
  // Of n states, from an addend on, (n B,C,H,W).
  Tensor states_from(Addend const& addend, int n) const;

  kernels::Shape shape_{};
  kernels::Layout layout_{};
  at::TensorOptions options_{};
  std::int64_t batch_ = 0, bytes_ = 0;
  int first_ = 0;
  std::vector<c10::SmallVector<Addend, 6>> rows_;
  std::vector<void*> open_;
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/memory/state_gradients.ipp>
#endif
