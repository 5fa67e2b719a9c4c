// StateGradient: the gradients of the states of one layer, put together from what each use of a state adds.
#pragma once
#include <dynvision/kernels/device/layout.hpp>

#include <c10/util/SmallVector.h>

#include <vector>

namespace dynvision::run {

// Gradients of the states of one layer: a few addends for each index, and at most one that may be written to.
class StateGradient {
 public:
  struct Addend {
    Tensor holder;
    void* data;
  };

  void start(kernels::Shape const& shape, kernels::Layout layout, at::TensorOptions options, std::int64_t batch,
             int first, int last) {
    bytes_ = batch * shape.size() * static_cast<std::int64_t>(options.dtype().itemsize());
    shape_ = shape, layout_ = layout, options_ = options, batch_ = batch, first_ = first;
    rows_.assign(static_cast<std::size_t>(last - first), {});
    open_.assign(static_cast<std::size_t>(last - first), nullptr);
  }
  auto const& at(int s) const { return rows_[static_cast<std::size_t>(s - first_)]; }
  void add(int s, Tensor const& holder, void const* data) {
    rows_[static_cast<std::size_t>(s - first_)].push_back({holder, const_cast<void*>(data)});
  }
  void clear(int s) {
    rows_[static_cast<std::size_t>(s - first_)].clear();
    open_[static_cast<std::size_t>(s - first_)] = nullptr;
  }
  // One that may be added to, zero at first: for gradients that touch few places.
  void open(int first, int n) {
    int missing = 0;
    for (int i = 0; i < n; ++i) missing += open_[static_cast<std::size_t>(first + i - first_)] == nullptr;
    if (missing == 0) return;
    Tensor const fresh = layout_.zeros(missing * batch_, shape_, options_);
    char* data = static_cast<char*>(fresh.mutable_data_ptr());
    for (int i = 0; i < n; ++i) {
      void*& to = open_[static_cast<std::size_t>(first + i - first_)];
      if (to != nullptr) continue;
      to = data;
      add(first + i, fresh, data);
      data += bytes_;
    }
  }
  void* opened(int s) const { return open_[static_cast<std::size_t>(s - first_)]; }

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
