// What an operation costs, and how much of the image it sees.
//
//   multiply-adds: for each weight matrix or kernel, its numbers times the places where it is applied; an operation
//   without any counts one for each number that it gives. A flop is half a multiply-add.
//   receptive field r: r <- r + (K - 1) j, j <- j stride, along the feedforward way; recurrence, skips and feedback make
//   it larger with time.
//
// What an operation may say of itself: static constexpr int kernel_size, stride; double multiply_adds(Size in) const.
#pragma once
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/weight.hpp>
#include <dynvision/core/tensor.hpp>

#include <optional>

namespace dynvision {

namespace analysis {

inline double places(Size size) { return static_cast<double>(size.height) * static_cast<double>(size.width); }

// Numbers of a weight (D,C,K,K) or (D,C), whatever it is made of.
inline double numbers_of(Weight const& weight) {
  double all = weight.exists() ? 1 : 0;
  for (std::int64_t const n : weight.sizes()) all *= static_cast<double>(n);
  return all;
}

// Of the convolutions of an operation that shows them; none: it does not.
template <class Op> std::optional<double> convolved_numbers(Op const& op) {
  if constexpr (requires {
                  { op.kernel } -> std::convertible_to<Weight const&>;
                }) {
    return numbers_of(op.kernel);
  } else if constexpr (requires { op.lateral.convolutions(); }) {
    double all = 0;
    for (Weight const* const weight : op.lateral.convolutions()) all += numbers_of(*weight);
    return all;
  } else if constexpr (requires {
                         { op.incoming.adapter.conv } -> std::convertible_to<Weight const&>;
                       }) {
    return numbers_of(op.incoming.adapter.conv);
  } else {
    return std::nullopt;
  }
}

// Numbers of kernels (D,C,K,K) that are applied at every place, and of matrices (D,C).
template <class Op> double weights(Op const& op, int dimensions) {
  double all = 0;
  auto count = [&](std::string_view, Tensor& tensor, bool) {
    bool const magnitude = tensor.dim() > 0 && tensor.numel() == tensor.size(0);  // one number for each channel
    if (tensor.dim() == dimensions && !magnitude) all += static_cast<double>(tensor.numel());
  };
  read_parameters(op, ParameterVisitor(count));
  return all;
}

template <class Head> double numbers_of_head(Head const& head) {
  if constexpr (requires {
                  { head.kernel } -> std::convertible_to<Weight const&>;
                }) {
    return numbers_of(head.kernel);
  } else if constexpr (requires { head.map.sizes(head.weight); }) {
    double all = 1;
    for (std::int64_t const n : head.map.sizes(head.weight)) all *= static_cast<double>(n);
    return all;
  } else {
    return weights(head, 2);
  }
}

struct Field {
  std::int64_t size = 1, jump = 1;  // size 0: everything
  template <class Op> void through(Op const& op, Size in) {
    if constexpr (requires { Op::kernel_size + Op::stride; }) {
      if (size > 0) size += (Op::kernel_size - 1) * jump;
      jump *= Op::stride;
    } else if (in.height > 0 && !(out_size(op, in) == in)) {
      size = 0;
    }
  }
};

struct Work {  // per step and sample
  double multiply_adds = 0;
  double results = 0;  // numbers that the operation gives, its inner ones included
};

// Kernels are applied at `at`: where the results are, or where the source of a connection is.
template <class Op> Work work_of(Op const& op, Size in, int channels_in, int channels_out, Size at) {
  double const results = channels_out * places(out_size(op, in));
  if constexpr (requires { op.multiply_adds(in); }) {
    return {op.multiply_adds(in), results};
  } else if constexpr (requires { op.each_inner(in, [](auto const&, Size, bool) {}); }) {
    Work all{0, results};
    int channels = channels_in;
    op.each_inner(in, [&]<class Inner>(Inner const& inner, Size size, bool) {
      int const along = out_channels<Inner>(channels);  // a shortcut starts from what the block starts from
      int const leaving = along >= 0 ? along : out_channels<Inner>(channels_in);
      Work const one = work_of(inner, size, channels, leaving, out_size(inner, size));
      all.multiply_adds += one.multiply_adds;
      all.results += one.results;
      channels = leaving;
    });
    return all;
  } else {
    std::optional<double> const convolved = convolved_numbers(op);
    double const maps = convolved ? *convolved * places(at) : weights(op, 4) * places(at) + weights(op, 2);
    return {maps > 0 ? maps : results, results};
  }
}

}  // namespace analysis

}  // namespace dynvision
