// Pooling.
//
//   MaxPool<3, 2>     maximum over 3 x 3, stride 2, padding floor(K/2)
//   AvgPool<3, 2>     mean over 3 x 3, the padding counted as zeros
//   AdaptiveAvgPool<6>    means over 6 x 6 cells that cover the image evenly, whatever its size; <1> is the global mean
#pragma once
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/core/ops.hpp>

namespace dynvision {

template <int K, int Stride, int Margin = K / 2> struct MaxPool {
  static constexpr std::string_view label = "pool";
  static constexpr int kernel_size = K, stride = Stride;
  static constexpr Fault fault = K < 1 || Stride < 1 || Margin < 0 || Margin > K / 2 ? Fault::number : Fault::none;
  Size out_size(Size in) const { return shrunk(in, K, Stride, Margin); }
  Tensor operator()(Tensor const& x) const { return max_pool2d(x, K, Stride, Margin); }
};

template <int K, int Stride, int Margin = K / 2> struct AvgPool {
  static constexpr std::string_view label = "pool";
  static constexpr int kernel_size = K, stride = Stride;
  static constexpr Fault fault = K < 1 || Stride < 1 || Margin < 0 || Margin > K / 2 ? Fault::number : Fault::none;
  Size out_size(Size in) const { return shrunk(in, K, Stride, Margin); }
  Tensor operator()(Tensor const& x) const { return avg_pool2d(x, K, Stride, Margin); }
};

template <int Height, int Width = Height> struct AdaptiveAvgPool {
  static constexpr std::string_view label = "pool";
  static constexpr Fault fault = Height < 1 || Width < 1 ? Fault::number : Fault::none;
  Size out_size(Size) const { return {Height, Width}; }
  Tensor operator()(Tensor const& x) const { return adaptive_avg_pool2d(x, Height, Width); }
};

}  // namespace dynvision
