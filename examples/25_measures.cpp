// Measures of a layer's responses: a network is shown images for 100 ms, and the times of its response are printed.
//
//   cmake --build build --target example.25_measures && build/examples/25_measures
#include <dynvision/analysis/measures.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/unroll.hpp>

#include <cstdio>

using namespace dynvision;

int main() {
  DyRCNNx2<> model({.n_classes = 10, .input_dims = {1, 16, 16}, .seed = 1});
  int const n_steps = 40, t_on = 5, t_off = 25;
  Tensor frames = zeros({4, n_steps, 1, 16, 16});  // blank, an image for 20 steps, blank
  frames.narrow(1, t_on, t_off - t_on).copy_(randn({4, 1, 1, 16, 16}));
  run::Activity const activity = run::unroll(model, frames, {.n_timesteps = n_steps, .record = true});

  // [measures]
  Tensor const power =
      activity.response("layer1").stacked().abs().mean({2, 3, 4}).to(at::kDouble).contiguous();  // (N,T)
  std::span<double const> const numbers(power.const_data_ptr<double>(), static_cast<std::size_t>(power.numel()));
  analysis::Shown const shown{.dt = model.options.dt, .t_on = t_on, .t_off = t_off};
  analysis::MeasureTable const table = analysis::measure_table({numbers, n_steps}, shown);
  for (analysis::TraceMeasure const& measure : analysis::trace_measures) {
    analysis::ValidMean const images = analysis::valid_mean(table.column(measure.name));
    std::printf("%-24s %8.3f %-6s of %zu of %zu images: %s\n", measure.name, images.mean, measure.unit, images.n_valid,
                images.n, measure.meaning);
  }
  // [/measures]

  // [populations]
  Tensor const channels = activity.response("layer1").stacked().mean({3, 4}).to(at::kDouble);  // (N,T,C)
  Tensor const features = channels.transpose(0, 1).contiguous();                               // (T,N,C)
  std::span<double const> const all(features.const_data_ptr<double>(), static_cast<std::size_t>(features.numel()));
  analysis::PatternsOverTime const patterns{all, 4, static_cast<std::size_t>(features.size(2))};
  std::vector<std::int64_t> const labels{0, 1, 0, 1};
  analysis::Decoding const decoding = analysis::decode(patterns, labels, {.n_folds = 2});
  std::vector<double> const early = analysis::dissimilarities(patterns[10]),
                            late = analysis::dissimilarities(patterns[20]);
  std::printf(
      "class decoded at step 20: %.0f %%; patterns of step 10 and 20: RSA %.2f, CKA %.2f, dimensionality %.1f\n",
      100 * decoding.accuracy[20], analysis::similarity(early, late).value,
      analysis::linear_cka(patterns[10], patterns[20]), analysis::dimensionality(patterns[20]).participation_ratio);
  // [/populations]

  // [contrast]
  std::vector<double> const contrasts{0.1, 0.2, 0.4, 0.8, 1}, peaks{0.02, 0.07, 0.2, 0.35, 0.4};
  analysis::NakaRushton const fit = analysis::fit_naka_rushton(contrasts, peaks);
  std::printf("half of the response at contrast %.2f, exponent %.1f%s\n", fit.c50, fit.n,
              fit.converged ? "" : " (not converged)");
  // [/contrast]
}
