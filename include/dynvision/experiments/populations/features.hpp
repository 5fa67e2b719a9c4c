// What is kept of a layer's response for decoders and similarities: for each image and step a row of features, float32.
//
//   Tensor const v1 = features_of(activity.response("V1"), batch, Features::channels);        (B,T,P)
//
//   channels   P = C: means over places                                          4 bytes x C for each image and step
//   pool4      P = C ceil(H/4) ceil(W/4): means of 4 x 4 places
//   units      P = 512 at most: signed sums of all units (analysis/population/features.hpp), the same ones for every image and step
//
// P = 0 where nothing has reached the layer in any of these steps; a single step without a signal is 0.
//
// Errors: experiments.170.
#pragma once
#include <dynvision/analysis/population/features.hpp>
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/run/activity.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace dynvision::experiments {

enum class Features { channels, pool4, units };
inline constexpr std::array<std::string_view, 3> feature_names{"channels", "pool4", "units"};

inline std::string_view name_of(Features kind) { return feature_names[static_cast<std::size_t>(kind)]; }

inline Features features_named(std::string_view name) {
  auto const found = std::find(feature_names.begin(), feature_names.end(), name);
  if (found == feature_names.end()) {
    fail("experiments", 170, {"features \"", name, "\": ", expected_one_of(name, feature_names)});
  }
  return static_cast<Features>(found - feature_names.begin());
}

namespace reducing {

// (B,C,H,W) -> (B,P) float32 on the host
inline Tensor features_of_step(Tensor const& r, Features kind) {
  if (kind == Features::channels) {
    Tensor const wide = r.scalar_type() == at::kDouble ? r : r.to(at::kFloat);
    return (wide.dim() > 2 ? wide.flatten(2).mean(2) : wide).to(at::kCPU, at::kFloat);
  }
  Tensor const numbers = r.to(at::kCPU, at::kDouble).contiguous();
  auto const n = static_cast<std::size_t>(numbers.size(0));
  std::size_t const n_units = static_cast<std::size_t>(numbers.numel()) / std::max<std::size_t>(n, 1);
  analysis::Patterns const units{{numbers.const_data_ptr<double>(), n * n_units}, n_units};
  std::vector<double> rows;
  if (kind == Features::units) {
    analysis::PatternMatrix const projected = analysis::SignProjection({.n_units = n_units})(units.matrix());
    rows.assign(projected.data(), projected.data() + projected.size());
  } else {
    auto const size = [&](std::int64_t d) { return numbers.dim() > d ? static_cast<std::size_t>(numbers.size(d)) : 1; };
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<double> const means = analysis::block_means(units[i], size(1), size(2), size(3), 4);
      rows.insert(rows.end(), means.begin(), means.end());
    }
  }
  auto const n_rows = static_cast<std::int64_t>(n);
  Tensor const kept =
      host_tensor({n_rows, static_cast<std::int64_t>(rows.size() / std::max<std::size_t>(n, 1))}, at::kFloat);
  std::transform(rows.begin(), rows.end(), kept.mutable_data_ptr<float>(),
                 [](double x) { return static_cast<float>(x); });
  return kept;
}

}  // namespace reducing

inline Tensor features_of(run::Trace const& trace, std::int64_t n_samples, Features kind) {
  auto const n_steps = static_cast<std::int64_t>(trace.steps.size());
  Tensor all;
  for (std::int64_t t = 0; t < n_steps; ++t) {
    Signal const& given = trace.steps[static_cast<std::size_t>(t)];
    if (!given.defined()) continue;
    Tensor const step = reducing::features_of_step(given.detach(), kind);
    if (!all.defined()) all = host_tensor({n_samples, n_steps, step.size(1)}, at::kFloat).zero_();
    all.select(1, t).copy_(step);  // what came before the image, or was computed for one of them, is that of all
  }
  return all.defined() ? all : host_tensor({n_samples, n_steps, 0}, at::kFloat);
}

}  // namespace dynvision::experiments
