// Cross entropy over the time steps that count.
//
//   l_n = -w_y log softmax(z_n)_y       n: sample and step, y: its label, w: class weight (1 without weights)
//   mean: sum_n l_n / sum_n w_y over labels that count; sum; none
//
// A label equal to ignore_index does not count. If none counts the loss is zero, with a gradient of zero. While a CUDA graph
// is recorded, and in its replays, labels are not checked.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/losses/reduction.hpp>

namespace dynvision {

struct CrossEntropy {
  std::int64_t ignore_index = -1;
  Tensor class_weight{};  // (K), or absent
  LossReduction reduction = LossReduction::mean;

  // outputs (..., K), labels (...) int64, such as (B,T,K) and (B,T)
  Tensor operator()(Tensor const& outputs, Tensor const& labels) const {
    check(outputs, labels);
    std::int64_t const classes = outputs.size(-1);
    Tensor const flat = labels.reshape({-1});
    Tensor const counts = flat.ne(ignore_index);
    Tensor const index = flat.masked_fill(counts.logical_not(), 0);
    Tensor weight = counts.to(outputs.scalar_type());
    if (class_weight.defined()) weight = weight.mul(class_weight.to(outputs.scalar_type()).index_select(0, index));
    Tensor const loss = outputs.reshape({-1, classes})
                            .log_softmax(1)
                            .gather(1, index.unsqueeze(1))
                            .squeeze(1)
                            .neg()
                            .masked_fill(counts.logical_not(), 0)
                            .mul(weight);
    switch (reduction) {
      case LossReduction::none:
        return loss.reshape(labels.sizes());
      case LossReduction::sum:
        return loss.sum();
      case LossReduction::mean:
        break;
    }
    Tensor const total = weight.sum();
    return loss.sum().div(total.masked_fill(total.eq(0), 1));
  }

  // What the mean is over: the weights of the labels that count; the samples where the reduction is another.
  double count(Tensor const& labels) const {
    if (reduction != LossReduction::mean) return static_cast<double>(labels.size(0));
    Tensor const counts = labels.ne(ignore_index);
    if (!class_weight.defined()) return counts.sum().item<double>();
    return class_weight.index_select(0, on_device(class_weight.device(), labels.masked_select(counts)))
        .sum()
        .item<double>();
  }

 private:
  void check(Tensor const& outputs, Tensor const& labels) const {
    if (outputs.dim() < 2 || !outputs.sizes().slice(0, outputs.sizes().size() - 1).equals(labels.sizes())) {
      fail("losses", 101,
           {"outputs ", shape_text(outputs.sizes()), " and labels ", shape_text(labels.sizes()),
            ": expected (..., classes) and (...), such as (B,T,K) and (B,T)"});
    }
    if (labels.scalar_type() != at::kLong) {
      fail("losses", 102, {"labels of dtype ", c10::toString(labels.scalar_type()), ": expected Long"});
    }
    if (class_weight.defined() && !class_weight.sizes().equals({outputs.size(-1)})) {
      fail("losses", 103,
           {"class weights ", shape_text(class_weight.sizes()), ": expected one for each of ", outputs.size(-1),
            " classes"});
    }
    if (Remembering::now() != nullptr) return;  // to look at the labels would wait for the GPU
    Tensor const wrong = labels.ne(ignore_index).logical_and(labels.lt(0).logical_or(labels.ge(outputs.size(-1))));
    if (wrong.any().item<bool>()) {
      std::int64_t const found = labels.masked_select(wrong).select(0, 0).item<std::int64_t>();
      fail("losses", 104,
           {"label ", found, " out of range: expected 0 ... ", outputs.size(-1) - 1, ", or ", ignore_index,
            " where it does not count"});
    }
  }
};

}  // namespace dynvision
