// StateGradient: the gradients of the states of one layer, put together from what each use of a state adds.
#pragma once
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
             int first, int last) {
    bytes_ = batch * shape.size() * static_cast<std::int64_t>(options.dtype().itemsize());
    shape_ = shape, layout_ = layout, options_ = options, batch_ = batch, first_ = first;
    rows_.assign(static_cast<std::size_t>(last - first), {});
    open_.assign(static_cast<std::size_t>(last - first), nullptr);
  }
  auto const& at(int s) const { return rows_[static_cast<std::size_t>(s - first_)]; }
  void add(int s, Tensor const& holder, void const* data, bool is_free) {
    rows_[static_cast<std::size_t>(s - first_)].push_back({holder, const_cast<void*>(data), is_free});
  }
  void clear(int s) {
    rows_[static_cast<std::size_t>(s - first_)].clear();
    open_[static_cast<std::size_t>(s - first_)] = nullptr;
  }
  // One that is added to, zero if it is a new one: for gradients that touch few places.
  void open(int first, int n) {
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
  void* opened(int s) const { return open_[static_cast<std::size_t>(s - first_)]; }
  // Addends of n states that lie one behind the other and are free, as (n B,C,H,W): room for what the sum of all addends
  // becomes, number by number. Undefined: there are none.
  Tensor room(int first, int n) const {
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
      std::int64_t const before = (data - static_cast<char*>(addend.holder.mutable_data_ptr())) / bytes_;
      return kernels::rows_of(addend.holder, before * batch_, n * batch_);
    }
    return {};
  }

 private:
  kernels::Shape shape_{};
  kernels::Layout layout_{};
  at::TensorOptions options_{};
  std::int64_t batch_ = 0, bytes_ = 0;
  int first_ = 0;
  std::vector<c10::SmallVector<Addend, 6>> rows_;
  std::vector<void*> open_;
};

}  // namespace dynvision::run
