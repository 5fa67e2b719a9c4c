// Which loop convolves, and with which weight.
#pragma once
#include <dynvision/kernels/convolution/direct.hpp>
#include <dynvision/kernels/convolution/direct_gradient.hpp>
#include <dynvision/kernels/convolution/native.hpp>
#include <dynvision/kernels/convolution/winograd.hpp>
#include <dynvision/kernels/convolution/winograd_gradient.hpp>
#include <dynvision/kernels/device/cpu_features.hpp>
#include <dynvision/kernels/device/profiler_scope.hpp>

#include <variant>

namespace dynvision::kernels {

struct NativeConvolution::Loops {
  using None = std::monostate;
  using Weight = std::variant<None, WinogradWeight<float>, DirectWeight<float>>;
  using Sums = std::variant<None, WinogradGradient<float>, WeightGradient<float>>;

  Tensor weight;
  std::int64_t stride, padding;
  bool winograd;
  Weight forward{}, adjoint{};
  Sums sums{};

  bool sums_of_tiles() const { return winograd && WinogradGradient<float>::suits(weight.sizes()); }

  Tensor apply(Weight& ordered, bool transposed, Tensor const& x, Tensor const& bias, std::int64_t margin, Size out,
               Tensor const& to) {
    if (winograd) {
      if (std::holds_alternative<None>(ordered)) ordered.emplace<WinogradWeight<float>>(weight, transposed);
      return std::get<WinogradWeight<float>>(ordered)(x, bias, margin, to);
    }
    if (std::holds_alternative<None>(ordered)) {
      ordered.emplace<DirectWeight<float>>(weight, stride, padding, transposed);
    }
    return std::get<DirectWeight<float>>(ordered)(x, bias, out, to);
  }
  void with_sums(auto const& f) {
    if (auto* const tiles = std::get_if<WinogradGradient<float>>(&sums)) f(*tiles);
    if (auto* const plain = std::get_if<WeightGradient<float>>(&sums)) f(*plain);
  }
};

DYNVISION_INLINE bool NativeConvolution::suits(Tensor const& weight, std::int64_t stride, std::int64_t padding,
                                               std::int64_t groups) {
  constexpr std::int64_t fewest = 16;  // channels
  if (!weight.is_cpu() || weight.scalar_type() != at::kFloat || groups != 1) return false;
  if (std::min(weight.size(0), weight.size(1)) < fewest) return false;
  return direct_sum_is_faster() ||
         (winograd_is_faster() && WinogradWeight<float>::suits(weight.sizes(), stride, padding));
}

DYNVISION_INLINE NativeConvolution::NativeConvolution(Tensor weight, std::int64_t stride, std::int64_t padding) {
  bool const winograd = WinogradWeight<float>::suits(weight.sizes(), stride, padding);
  loops_.reset(new Loops{std::move(weight), stride, padding, winograd});
}
DYNVISION_INLINE NativeConvolution::~NativeConvolution() = default;
DYNVISION_INLINE NativeConvolution::NativeConvolution(NativeConvolution&&) noexcept = default;
DYNVISION_INLINE NativeConvolution& NativeConvolution::operator=(NativeConvolution&&) noexcept = default;

DYNVISION_INLINE Tensor NativeConvolution::forward(Tensor const& x, Tensor const& bias) {
  ProfilerScope const mark("dynvision::convolution");
  std::int64_t const stride = loops_->stride, padding = loops_->padding;
  Size const out{(x.size(2) + 2 * padding - loops_->weight.size(2)) / stride + 1,
                 (x.size(3) + 2 * padding - loops_->weight.size(3)) / stride + 1};
  return loops_->apply(loops_->forward, false, x, bias, padding, out, {});
}
DYNVISION_INLINE Tensor NativeConvolution::adjoint(Tensor const& g, std::int64_t height, std::int64_t width,
                                                   Tensor const& to) {
  ProfilerScope const mark("dynvision::convolution_backward");
  return loops_->apply(loops_->adjoint, true, g, {}, 2 - loops_->padding, {height, width}, to);
}
DYNVISION_INLINE void NativeConvolution::forget_forward() { loops_->forward = Loops::None{}; }
DYNVISION_INLINE void NativeConvolution::forget_adjoint() { loops_->adjoint = Loops::None{}; }

DYNVISION_INLINE bool NativeConvolution::sums() const { return direct_sum_is_faster() || loops_->sums_of_tiles(); }
DYNVISION_INLINE void NativeConvolution::add(at::ArrayRef<Tensor> g, at::ArrayRef<Tensor> x) {
  ProfilerScope const mark("dynvision::convolution_weights_backward");
  Tensor const& weight = loops_->weight;
  if (std::holds_alternative<Loops::None>(loops_->sums)) {
    if (loops_->sums_of_tiles()) {
      loops_->sums.emplace<WinogradGradient<float>>(weight.sizes(), loops_->padding);
    } else {
      loops_->sums.emplace<WeightGradient<float>>(weight.sizes(), loops_->stride, loops_->padding);
    }
  }
  loops_->with_sums([&](auto& sums) { sums.add(g, x); });
}
DYNVISION_INLINE NativeConvolution::Gradients NativeConvolution::take() {
  Gradients all;
  loops_->with_sums([&](auto& sums) { all = {sums.weight(), sums.bias()}; });
  loops_->sums = Loops::None{};
  return all;
}

}  // namespace dynvision::kernels
