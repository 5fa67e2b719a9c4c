// How the library's numbers are compared with those of a golden file.
//
// Errors are max |a - b| / max |reference|, beside a tolerance (tolerance() below). A Check gathers what was compared and
// what is wrong whatever the precision; judgement.hpp says what follows from it.
#pragma once
#include "golden_file.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

namespace golden {

// A run in float32 has rounding errors of its own; a run in float64 is as exact as what is stored, and as what was
// computed with: `compute_dtype` of the file.
inline double tolerance(at::ScalarType run, at::ScalarType stored, at::ScalarType computed = at::kDouble) {
  if (run != at::kDouble || computed != at::kDouble) return 2e-5;
  return stored == at::kDouble ? 1e-9 : 1e-6;
}

inline double largest(Tensor const& x) {  // largest absolute value
  return x.numel() == 0 ? 0 : x.detach().to(at::kDouble).abs().max().item<double>();
}

// max|a - b| / max|b|, or max|a - b| where b is zero everywhere; infinite for other shapes and for numbers that are none.
inline double relative_error(Tensor const& a, Tensor const& b, double scale = 0) {
  if (!a.defined() || !a.sizes().equals(b.sizes())) return std::numeric_limits<double>::infinity();
  if (b.numel() == 0) return 0;
  double const difference = largest(a.detach().to(at::kDouble).sub(b.detach().to(at::kDouble)));
  if (scale == 0) scale = largest(b);
  double const error = scale > 0 ? difference / scale : difference;
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

// {sum g, sum |g|, sqrt(sum g^2), max |g|, sum g r1, sum g r2}
inline std::vector<double> statistics(Tensor const& tensor) {
  Tensor const g = tensor.detach().to(at::kDouble).contiguous();
  auto const* const data = g.const_data_ptr<double>();
  std::vector<double> s(6, 0.0);
  for (std::int64_t i = 0; i < g.numel(); ++i) {
    auto const index = static_cast<std::uint64_t>(i);
    s[0] += data[i];
    s[1] += std::abs(data[i]);
    s[2] += data[i] * data[i];
    s[3] = std::max(s[3], std::abs(data[i]));
    s[4] += data[i] * recipe_number(900001, index);
    s[5] += data[i] * recipe_number(900002, index);
  }
  s[2] = std::sqrt(s[2]);
  return s;
}

// The elements floor(k numel/n), k = 0 … n-1.
inline Tensor sample(Tensor const& tensor, std::int64_t n) {
  Tensor const flat = tensor.detach().reshape({-1});
  std::vector<std::int64_t> at;
  for (std::int64_t k = 0; k < n; ++k) at.push_back(k * flat.numel() / n);
  return flat.index_select(0, dynvision::indices(at, flat));
}

struct Comparison {
  std::string what;
  Tensor computed, reference;  // detached, float64
  double scale;                // of the errors
  double tolerance;
  double error;  // relative to scale

  bool agrees() const { return error <= tolerance; }
};

// Compares with one file in one dtype.
class Check {
 public:
  Check(File const& file, at::ScalarType run) : file_(file), run_(run) {
    auto const computed = file.config.value("compute_dtype", std::string("float64"));
    if (computed != "float64" && computed != "float32") unknown(file.name + ": compute_dtype \"" + computed + "\"");
    computed_ = computed == "float64" ? at::kDouble : at::kFloat;
    // The original's own run in float32, by relative L2: gradients that nearly cancel are as inexact there as here.
    if (file.config.contains("fp32_vs_fp64")) {
      double const original = file.config.at("fp32_vs_fp64").value("grad_worst_rel_l2", 0.0);
      gradient_tolerance_ = std::clamp(20 * original, 2e-5, 1e-4);
    }
  }

  std::vector<Comparison> const& comparisons() const { return comparisons_; }
  std::vector<std::string> const& problems() const { return problems_; }  // whatever the tolerance

  // `scale`: what the error is relative to, where it is not the largest number of the reference (sums that cancel)
  void same(std::string const& what, Tensor const& computed, Tensor const& reference, double scale = 0) {
    compare(what, computed, reference, scale, tolerance(run_, reference.scalar_type(), computed_));
  }
  // Against the file's tensor of that name.
  void same(std::string const& what, Tensor const& computed, double scale = 0) {
    same(what, computed, file_.stored(what), scale);
  }
  void holds(bool condition, std::string const& what) {
    if (!condition) problems_.push_back(what);
  }

  // A tensor's gradient after backward(): against grad.<name>, grad_sample.<name> and grad_stats.<name>. What the file has
  // no gradient of, named in `grad_none` or not, has none here either, or zeros.
  void gradient(std::string const& of, Tensor const& tensor) { gradient_of(of, tensor.grad()); }
  void gradient_of(std::string const& of, Tensor const& g) {
    bool const whole = file_.contains("grad." + of), sampled = file_.contains("grad_sample." + of);
    if (file_.has_no_gradient(of)) holds(!whole && !sampled, "gradient of " + of + ": stored, and said to be none");
    if (!whole && !sampled) {
      holds(!g.defined() || largest(g) == 0, "gradient of " + of + ": the file has none, found " +
                                                 (g.defined() ? std::to_string(largest(g)) : std::string("none")));
      return;
    }
    double const size =
        whole ? largest(file_.stored("grad." + of)) : file_.stored("grad_stats." + of).select(0, 3).item<double>();
    if (!g.defined()) {
      holds(size == 0, "gradient of " + of + ": expected one, found none");
      passed_over(of);
      return;
    }
    // A gradient that is zero but for rounding (a bias in front of a normalisation) is compared with zero, at the size of
    // the file's other gradients.
    double const others = largest_gradient();
    if (size > 0 && size <= 1e-10 * others) {
      passed_over(of);
      Tensor const none = dynvision::zeros(g.sizes(), at::TensorOptions(at::kDouble));
      compare("grad." + of, g, none, others, run_ == at::kDouble ? 1e-10 : 1e-4);
      return;
    }
    if (whole) compare_gradient("grad." + of, g, file_.stored("grad." + of));
    if (sampled) same_sample(of, g);
  }

  // Largest gradient of the file: what a gradient that cancels is measured by.
  double largest_gradient() {
    if (largest_gradient_ > 0) return largest_gradient_;
    for (std::string const& of : file_.names("grad.")) {
      largest_gradient_ = std::max(largest_gradient_, largest(file_.stored_unseen(of)));
    }
    for (std::string const& of : file_.names("grad_stats.")) {
      largest_gradient_ = std::max(largest_gradient_, file_.stored_unseen(of).select(0, 3).item<double>());
    }
    return largest_gradient_;
  }

  void finish() {
    for (std::string const& tensor : file_.never_read())
      problems_.push_back("nothing compares with \"" + tensor + "\"");
  }

 private:
  void compare(std::string const& what, Tensor const& computed, Tensor const& reference, double scale,
               double tolerance) {
    if (!computed.defined()) {
      problems_.push_back(what + ": expected a value, found none");
      return;
    }
    if (!computed.sizes().equals(reference.sizes())) {
      problems_.push_back(what + ": expected shape " + dynvision::shape_text(reference.sizes()) + ", found " +
                          dynvision::shape_text(computed.sizes()));
      return;
    }
    if (scale == 0) scale = largest(reference);
    if (scale == 0) scale = 1;
    auto const kept = [](Tensor const& x) { return x.detach().to(at::kDouble).clone(); };
    comparisons_.push_back(
        {what, kept(computed), kept(reference), scale, tolerance, relative_error(computed, reference, scale)});
  }

  void compare_gradient(std::string const& what, Tensor const& g, Tensor const& reference, double scale = 0) {
    double const exact = tolerance(run_, reference.scalar_type(), computed_);
    compare(what, g, reference, scale == 0 ? scale_of(largest(reference)) : scale,
            run_ == at::kDouble ? exact : std::max(exact, gradient_tolerance_));
  }

  void same_sample(std::string const& of, Tensor const& g) {
    Tensor const reference = file_.stored("grad_sample." + of);
    compare_gradient("grad_sample." + of, sample(g, reference.numel()), reference);
    Tensor const stored = file_.stored("grad_stats." + of).contiguous();
    auto const* const expected = stored.const_data_ptr<double>();
    auto const found = statistics(g);
    for (std::size_t i = 0; i < found.size(); ++i) {
      bool const a_size = i == 1 || i == 2 || i == 3;  // the others are sums that cancel: relative to sum |g|
      Tensor const one = dynvision::full({}, found[i], at::TensorOptions(at::kDouble));
      compare_gradient("grad_stats." + of + "[" + std::to_string(i) + "]", one,
                       stored.select(0, static_cast<std::int64_t>(i)), a_size ? expected[i] : expected[1]);
    }
  }

  void passed_over(std::string const& of) {
    for (char const* const kind : {"grad.", "grad_sample.", "grad_stats."}) {
      if (file_.contains(kind + of)) file_.passed_over(kind + of);
    }
  }

  // Gradients that nearly cancel (a scale in front of a normalisation) are as exact as the terms that they are sums of.
  // In float64 that makes no difference; in float32 an error below 1e-6 of the file's largest gradient is rounding.
  double scale_of(double size) { return run_ == at::kDouble ? size : std::max(size, 5e-2 * largest_gradient()); }

  File const& file_;
  at::ScalarType run_, computed_ = at::kDouble;
  double gradient_tolerance_ = 2e-5, largest_gradient_ = 0;
  std::vector<Comparison> comparisons_;
  std::vector<std::string> problems_;
};

}  // namespace golden
