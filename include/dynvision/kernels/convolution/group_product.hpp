// Linear maps of groups of channels, beside each other, by loops of the library's own: networks of an ensemble; of one group, of a
// small network. float32.
//
//   y_k = w_k x_k + b_k,   gx_k = w_k^T g_k,   gw_k += g_k x_k^T,   gb_k += g_k summed over rows         k: groups
//
// x (n,G In), y (n,G Out), contiguous, w (G,Out,In), b (G,Out): where the numbers of a signal without places lie. A library of linear algebra
// would have each group by itself: its signals copied there, and back; and would pack the weight again for every step. Gradients of
// several calls are added up group by group, so that the sums of one stay in the cache. Threads share groups, and the rows or panels
// of one: results do not depend on their number.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/tensor.hpp>
#include <dynvision/kernels/convolution/microkernel.hpp>

namespace dynvision::kernels {

class GroupProduct {
 public:
  static bool suits(Tensor const& weight);  // (G,Out,In)

  explicit GroupProduct(Tensor weight);

  Tensor forward(Tensor const& x, Tensor const& bias);  // bias may be undefined
  Tensor adjoint(Tensor const& g);
  void forget_forward() { forward_ = Tensor{}; }
  void forget_adjoint() { adjoint_ = Tensor{}; }

  // One pair for each of some calls.
  void add(at::ArrayRef<Tensor> g, at::ArrayRef<Tensor> x);
  // The sums, which are then forgotten; undefined if there are none.
  struct Gradients {
    Tensor weight{}, bias{};
  };
  Gradients take();

 private:
  static constexpr std::int64_t width = Lanes<float>::width;
  struct Sides {  // of a map: channels of a group
    std::int64_t in, out;
    Panels panels() const { return {(out + width - 1) / width}; }
    std::int64_t lanes() const { return panels().vectors * width; }
  };
  Sides sides(bool transposed) const;
  Tensor packed(bool transposed) const;  // of each group, panel by panel: (In, lanes of the panel)
  Tensor product(Tensor const& x, Tensor const& weight, bool transposed, Tensor const& bias) const;

  Tensor weight_, forward_{}, adjoint_{};
  Tensor sums_{};  // (G, In + 1, lanes): of the weight; the last row of a group: of the bias
};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/convolution/group_product.ipp>
#endif
