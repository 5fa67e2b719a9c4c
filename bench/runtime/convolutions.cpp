// The speed of each convolution of DyRCNNx4 alone: the bound for everything that contains them.
//
//   bench.convolutions [--threads 2] [--batch 3,48,320] [--only TEXT] [--dtype float32] [--seconds 0.2]
//
// For every shape, batch, dtype and layout: GFLOP/s of the forward pass, of the gradient with respect to the data, and of
// that with respect to the weights and the bias; 2 B H' W' D C/g K K operations each, by whatever way it is computed.
// Images of 32 x 32; d steps of a batch of B are a batch of d B here. The fastest of repeated calls, inputs in the layout
// that the column names. The last three columns: the same by the library's own loops, where these are taken
// (kernels/convolution/native.hpp).
#include <dynvision/kernels/convolution/native.hpp>

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/convolution_backward_ops.h>
#include <ATen/ops/convolution_ops.h>
#include <ATen/ops/randn_ops.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace {

using at::Tensor;

struct Shape {
  char const* name;
  std::int64_t in, out, kernel, stride, groups, size;  // size: height and width of the input

  std::int64_t padding() const { return kernel / 2; }
  std::int64_t out_size() const { return (size + 2 * padding() - kernel) / stride + 1; }
  double flop(std::int64_t batch) const {
    return 2.0 * static_cast<double>(batch * out_size() * out_size() * out * (in / groups) * kernel * kernel);
  }
};

// The skip adapters are listed at the size at which they are applied, then at the one that is used of it.
constexpr Shape shapes[] = {
    {"V1.conv", 3, 36, 3, 1, 1, 32},          {"V1.recurrence", 36, 36, 3, 1, 1, 32},
    {"V2.conv", 36, 64, 3, 1, 1, 16},         {"V2.recurrence", 64, 64, 3, 1, 1, 16},
    {"V4.conv", 64, 121, 3, 1, 1, 8},         {"V4.recurrence", 121, 121, 3, 1, 1, 8},
    {"IT.conv", 121, 256, 3, 2, 1, 8},        {"IT.recurrence", 256, 256, 3, 1, 1, 4},
    {"skip V1 to V4", 36, 121, 1, 1, 1, 32},  {"skip V1 to V4, used", 36, 121, 1, 1, 1, 8},
    {"skip V2 to IT", 64, 256, 1, 1, 1, 16},  {"skip V2 to IT, used", 64, 256, 1, 1, 1, 4},
    {"V1 depthwise", 36, 36, 3, 1, 36, 32},   {"V1 pointwise", 36, 36, 1, 1, 1, 32},
    {"IT depthwise", 256, 256, 3, 1, 256, 4}, {"IT pointwise", 256, 256, 1, 1, 1, 4},
};

struct Numbers {
  int threads = 2;
  std::vector<std::int64_t> batches{3, 48, 320};
  std::string only, dtype;
  double seconds = 0.2;  // [s] for each number
};

[[noreturn]] void usage() {
  std::fputs(
      "usage: bench.convolutions [--threads 2] [--batch 3,48,320] [--only TEXT] [--dtype float32] "
      "[--seconds 0.2]\n",
      stderr);
  std::exit(2);
}

Numbers numbers_of(int count, char** arguments) {
  Numbers numbers;
  for (int i = 1; i < count; i += 2) {
    std::string_view const name = arguments[i];
    if (i + 1 == count) usage();
    std::string const value = arguments[i + 1];
    if (name == "--threads") {
      numbers.threads = std::stoi(value);
    } else if (name == "--only") {
      numbers.only = value;
    } else if (name == "--dtype") {
      numbers.dtype = value;
    } else if (name == "--seconds") {
      numbers.seconds = std::stod(value);
    } else if (name == "--batch") {
      numbers.batches.clear();
      char const *at = value.data(), *const end = at + value.size();
      while (at < end) {
        auto const read = std::from_chars(at, end, numbers.batches.emplace_back());
        if (read.ec != std::errc{}) usage();
        at = read.ptr + 1;
      }
    } else {
      usage();
    }
  }
  return numbers;
}

char const* name_of(at::ScalarType dtype) { return dtype == at::kFloat ? "float32" : "bfloat16"; }

double fewest_seconds(double budget, auto&& call) {
  using Clock = std::chrono::steady_clock;
  call();
  double fewest = std::numeric_limits<double>::infinity();
  auto const begin = Clock::now();
  for (int n = 0; n < 3 || std::chrono::duration<double>(Clock::now() - begin).count() < budget; ++n) {
    auto const start = Clock::now();
    call();
    fewest = std::min(fewest, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return fewest;
}

struct Speeds {
  double forward, data, weights;  // [GFLOP/s]
};

struct Measured {
  Speeds libtorch, own;
};

Measured measure(Shape const& shape, std::int64_t batch, at::ScalarType dtype, at::MemoryFormat layout, double budget) {
  auto const random = [&](std::vector<std::int64_t> const& sizes) {
    std::vector<c10::SymInt> const symbolic(sizes.begin(), sizes.end());
    return at::_ops::randn::call(symbolic, at::kFloat, std::nullopt, std::nullopt, std::nullopt)
        .to(dtype)
        .contiguous(layout);
  };
  Tensor const x = random({batch, shape.in, shape.size, shape.size});
  Tensor const weight = random({shape.out, shape.in / shape.groups, shape.kernel, shape.kernel});
  Tensor const bias = weight.select(1, 0).select(1, 0).select(1, 0).clone();
  Tensor const gradient = random({batch, shape.out, shape.out_size(), shape.out_size()});

  std::vector<c10::SymInt> const stride(2, shape.stride), padding(2, shape.padding()), dilation(2, 1), zero(2, 0);
  std::vector<c10::SymInt> const bias_size{shape.out};
  auto const backward = [&](std::array<bool, 3> wanted) {
    at::_ops::convolution_backward::call(gradient, x, weight, bias_size, stride, padding, dilation, false, zero,
                                         shape.groups, wanted);
  };
  double const giga = shape.flop(batch) / 1e9;
  Speeds own{};
  if (layout == at::MemoryFormat::ChannelsLast &&
      dynvision::kernels::NativeConvolution::suits(weight, shape.stride, shape.padding(), shape.groups)) {
    dynvision::kernels::NativeConvolution loops(weight, shape.stride, shape.padding());
    own.forward = giga / fewest_seconds(budget, [&] { loops.forward(x, bias); });
    own.data = giga / fewest_seconds(budget, [&] { loops.adjoint(gradient, shape.size, shape.size); });
    if (loops.sums()) own.weights = giga / fewest_seconds(budget, [&] { loops.add({gradient}, {x}); });
  }
  auto const forward = [&] {
    at::_ops::convolution::call(x, weight, bias, stride, padding, dilation, false, zero, shape.groups);
  };
  return {{giga / fewest_seconds(budget, forward),
           giga / fewest_seconds(budget,
                                 [&] {
                                   backward({true, false, false});
                                 }),
           giga / fewest_seconds(budget,
                                 [&] {
                                   backward({false, true, true});
                                 })},
          own};
}

}  // namespace

int main(int count, char** arguments) {
  Numbers const numbers = numbers_of(count, arguments);
  at::set_num_threads(numbers.threads);
  at::AutoGradMode const no_gradient(false);
  std::printf("GFLOP/s, %d threads\n%-22s%6s  %-9s%-15s%9s%9s%9s%9s%9s%9s\n", numbers.threads, "convolution", "batch",
              "dtype", "layout", "forward", "data", "weights", "own", "data", "weights");
  for (Shape const& shape : shapes) {
    if (std::string_view(shape.name).find(numbers.only) == std::string_view::npos) continue;
    for (std::int64_t const batch : numbers.batches) {
      for (at::ScalarType const dtype : {at::kFloat, at::kBFloat16}) {
        if (!numbers.dtype.empty() && numbers.dtype != name_of(dtype)) continue;
        for (at::MemoryFormat const layout : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
          auto const [s, own] = measure(shape, batch, dtype, layout, numbers.seconds);
          std::printf("%-22s%6lld  %-9s%-15s%9.1f%9.1f%9.1f%9.1f%9.1f%9.1f\n", shape.name,
                      static_cast<long long>(batch), name_of(dtype),
                      layout == at::MemoryFormat::Contiguous ? "contiguous" : "channels-last", s.forward, s.data,
                      s.weights, own.forward, own.data, own.weights);
          std::fflush(stdout);
        }
      }
    }
  }
}
