// What is kept of a layer's response: for each image its mean and standard deviation over all units.
//
//   LayerNumbers const v1 = layer_numbers(activity.response("V1"), batch);     avg, std (B,T) float64
//
//   avg = mean |r|,  std = sqrt(sum (|r| - avg)^2 / (n - 1))         over n = C H W units; 0 while nothing has reached the layer
//
// In double, each image's units read twice while they are in the cache. As in the Python toolbox the standard deviation is
// unbiased; of a single unit it is nan.
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/kernels/device/parallel.hpp>
#include <dynvision/run/activity.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

namespace dynvision::experiments {

struct LayerNumbers {
  Tensor avg, std;  // (B,T) float64, on the host
};

namespace reducing {

template <class T>
void one_step(T const* r, std::int64_t n_samples, std::int64_t n_units, std::int64_t stride, double* avg, double* std) {
  kernels::parallel_pieces(n_samples, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) {
      T const* const x = r + b * n_units;
      double sum = 0, squares = 0;
      for (std::int64_t i = 0; i < n_units; ++i) sum += std::abs(static_cast<double>(x[i]));
      double const mean = sum / static_cast<double>(n_units);
      for (std::int64_t i = 0; i < n_units; ++i) {
        double const d = std::abs(static_cast<double>(x[i])) - mean;
        squares += d * d;
      }
      avg[b * stride] = mean;
      std[b * stride] = n_units > 1 ? std::sqrt(squares / static_cast<double>(n_units - 1))
                                    : std::numeric_limits<double>::quiet_NaN();
    }
  });
}

}  // namespace reducing

inline LayerNumbers layer_numbers(run::Trace const& trace, std::int64_t n_samples) {
  auto const n_steps = static_cast<std::int64_t>(trace.steps.size());
  LayerNumbers all{host_tensor({n_samples, n_steps}, at::kDouble), host_tensor({n_samples, n_steps}, at::kDouble)};
  double *const avg = all.avg.mutable_data_ptr<double>(), *const std = all.std.mutable_data_ptr<double>();
  for (std::int64_t t = 0; t < n_steps; ++t) {
    Signal const& given = trace.steps[static_cast<std::size_t>(t)];
    std::int64_t n_given = 0;
    if (given.defined()) {
      Tensor r = given.detach().to(at::kCPU);
      if (r.scalar_type() != at::kFloat && r.scalar_type() != at::kDouble) r = r.to(at::kFloat);
      // The units of a sample are one stretch of memory, in whatever order.
      if (!r.is_contiguous() && !(r.dim() == 4 && r.is_contiguous(at::MemoryFormat::ChannelsLast))) r = r.contiguous();
      n_given = r.size(0);
      std::int64_t const n_units = r.numel() / n_given;
      if (r.scalar_type() == at::kDouble) {
        reducing::one_step(r.const_data_ptr<double>(), n_given, n_units, n_steps, avg + t, std + t);
      } else {
        reducing::one_step(r.const_data_ptr<float>(), n_given, n_units, n_steps, avg + t, std + t);
      }
    }
    // A signal that came before the image, or was computed for one of them, is that of all.
    for (std::int64_t b = n_given; b < n_samples; ++b) {
      avg[b * n_steps + t] = n_given > 0 ? avg[t] : 0;
      std[b * n_steps + t] = n_given > 0 ? std[t] : 0;
    }
  }
  return all;
}

}  // namespace dynvision::experiments
