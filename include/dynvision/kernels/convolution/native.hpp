// A convolution by loops of the library's own, where these are faster than oneDNN's: float32, on CPUs with AVX2.
//
//   y = w * x + b,   gx = w^T * g,   gw += g x x,   gb += sum g
//
// A 3 x 3 kernel with stride 1 multiplies less (kernels/convolution/winograd.hpp), others are summed
// (kernels/convolution/direct.hpp); those of few channels are left to oneDNN. With AVX-512 oneDNN sums faster than AVX2
// can, so that only what multiplies less is taken there, and only on AMD's CPUs, the first of which multiply 32 bytes at a
// time all the same.
#pragma once
#include <dynvision/kernels/convolution/direct.hpp>
#include <dynvision/kernels/convolution/direct_gradient.hpp>
#include <dynvision/kernels/convolution/winograd.hpp>
#include <dynvision/kernels/convolution/winograd_gradient.hpp>
#include <dynvision/kernels/device/cpu_features.hpp>
#include <dynvision/kernels/device/profiler_scope.hpp>

#include <variant>

namespace dynvision::kernels {

class NativeConvolution {
  using None = std::monostate;
  using Weight = std::variant<None, WinogradWeight<float>, DirectWeight<float>>;
  using Sums = std::variant<None, WinogradGradient<float>, WeightGradient<float>>;

 public:
  // Whether it is the faster one on this machine. weight (Out,In/groups,K,K)
  static bool suits(Tensor const& weight, std::int64_t stride, std::int64_t padding, std::int64_t groups) {
    constexpr std::int64_t fewest = 16;  // channels
    if (!weight.is_cpu() || weight.scalar_type() != at::kFloat || groups != 1) return false;
    if (std::min(weight.size(0), weight.size(1)) < fewest) return false;
    return direct_sum_is_faster() ||
           (winograd_is_faster() && WinogradWeight<float>::suits(weight.sizes(), stride, padding));
  }

  NativeConvolution(Tensor weight, std::int64_t stride, std::int64_t padding)
      : weight_(std::move(weight)),
        stride_(stride),
        padding_(padding),
        winograd_(WinogradWeight<float>::suits(weight_.sizes(), stride, padding)) {}

  // Signals have channels fastest. Each way has its weight, in an order of its own, made when it is first needed.
  Tensor forward(Tensor const& x, Tensor const& bias) {
    ProfilerScope const mark("dynvision::convolution");
    Size const out{(x.size(2) + 2 * padding_ - weight_.size(2)) / stride_ + 1,
                   (x.size(3) + 2 * padding_ - weight_.size(3)) / stride_ + 1};
    return apply(forward_, false, x, bias, padding_, out);
  }
  // Of inputs of this size, into `to` if it is defined.
  Tensor adjoint(Tensor const& g, std::int64_t height, std::int64_t width, Tensor const& to = {}) {
    ProfilerScope const mark("dynvision::convolution_backward");
    return apply(adjoint_, true, g, {}, 2 - padding_, {height, width}, to);
  }
  void forget_forward() { forward_ = None{}; }
  void forget_adjoint() { adjoint_ = None{}; }

  // Gradients of weight and bias, added up over many calls. Whether there is a loop of the library's own for them:
  bool sums() const { return direct_sum_is_faster() || (winograd_ && WinogradGradient<float>::suits(weight_.sizes())); }
  void add(at::ArrayRef<Tensor> g, at::ArrayRef<Tensor> x) {
    ProfilerScope const mark("dynvision::convolution_weights_backward");
    if (std::holds_alternative<None>(sums_)) {
      if (winograd_ && WinogradGradient<float>::suits(weight_.sizes())) {
        sums_.emplace<WinogradGradient<float>>(weight_.sizes(), padding_);
      } else {
        sums_.emplace<WeightGradient<float>>(weight_.sizes(), stride_, padding_);
      }
    }
    with_sums([&](auto& sums) { sums.add(g, x); });
  }
  // The sums, as take(gradient of the weight, gradient of the bias), if there are any; then there are none.
  void hand_over(auto const& take) {
    with_sums([&](auto& sums) { take(sums.weight(), sums.bias()); });
    sums_ = None{};
  }

 private:
  Tensor apply(Weight& weight, bool transposed, Tensor const& x, Tensor const& bias, std::int64_t padding, Size out,
               Tensor const& to = {}) {
    if (winograd_) {
      if (std::holds_alternative<None>(weight)) weight.emplace<WinogradWeight<float>>(weight_, transposed);
      return std::get<WinogradWeight<float>>(weight)(x, bias, padding, to);
    }
    if (std::holds_alternative<None>(weight)) {
      weight.emplace<DirectWeight<float>>(weight_, stride_, padding_, transposed);
    }
    return std::get<DirectWeight<float>>(weight)(x, bias, out, to);
  }
  void with_sums(auto const& f) {
    if (auto* const tiles = std::get_if<WinogradGradient<float>>(&sums_)) f(*tiles);
    if (auto* const plain = std::get_if<WeightGradient<float>>(&sums_)) f(*plain);
  }

  Tensor weight_;
  std::int64_t stride_, padding_;
  bool winograd_;
  Weight forward_{}, adjoint_{};
  Sums sums_{};
};

}  // namespace dynvision::kernels
