// A training in TensorBoard: every column of the metrics, distributions of parameters and responses, filters as images.
//
//   append(settings.callbacks, tensorboard(run_folder / "tensorboard"));      // behind callbacks that add columns
//
// Scalars by their columns at every row (steps are updates); at the end of every histograms_every_n_epochs params/<name>_hist,
// filters/<name> and responses/<layer>_hist, the last one over samples, units and the steps that have a response, on the first 16
// images of the epoch's last batch. A training that goes on replaces what was written after its checkpoint.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/records/tensorboard/event_file.hpp>
#include <dynvision/train/beside_training.hpp>
#include <dynvision/train/record_settings.hpp>
#include <dynvision/train/sample_responses.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace dynvision {

namespace tensorboards {

// (N,C,H,W), C 1 or 3 -> (C, rows (H + 1), columns (W + 1)): filters side by side, each from its smallest to its largest number.
inline Tensor tiles(Tensor const& filters) {
  Tensor const x = filters.detach().to(at::kCPU, at::kFloat).contiguous();
  std::int64_t const n = std::min<std::int64_t>(x.size(0), 256), channels = x.size(1), h = x.size(2), w = x.size(3);
  auto const columns = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(n))));
  std::int64_t const rows = (n + columns - 1) / columns;
  Tensor const image = zeros({channels, rows * (h + 1), columns * (w + 1)});
  for (std::int64_t i = 0; i < n; ++i) {
    Tensor const one = x.select(0, i);
    double const low = one.min().item<double>(), high = one.max().item<double>();
    Tensor const scaled = one.sub(low).div(high > low ? high - low : 1);
    image.narrow(1, i / columns * (h + 1), h).narrow(2, i % columns * (w + 1), w).copy_(scaled);
  }
  return image;
}

}  // namespace tensorboards

inline Callbacks tensorboard(std::filesystem::path const& folder, TensorboardSettings const& settings = {}) {
  struct Kept {
    std::optional<EventFile> events;
    BesideTraining beside;
  };
  auto const kept = std::make_shared<Kept>();
  constexpr char const* what = "TensorBoard's file";
  Callbacks on;
  on.on_train_start.push_back([kept, folder](Training& now) {
    kept->beside.write(now, what, [&] {
      std::int64_t const step = now.state.step;
      kept->events.emplace(folder, step > 0 ? std::optional(step + 1) : std::nullopt);
    });
  });
  on.on_metrics.push_back([kept](Training& now) {
    if (!kept->events) return;
    kept->beside.write(now, what, [&] {
      for (auto const& [name, value] : now.row->values) {
        if (name != "step" && std::isfinite(value)) kept->events->scalar(name, value, now.state.step);
      }
    });
  });
  on.on_train_batch_end.push_back([kept, settings](Training& now) {
    std::int64_t const n = settings.histograms_every_n_epochs;
    bool const ends_epoch = now.i_batch + 1 == now.n_batches && n > 0 && (now.state.epoch + 1) % n == 0;
    if (!kept->events || !settings.responses || !ends_epoch) return;
    kept->beside.write(now, what, [&] {
      for (run::Trace const& trace : sample_responses(now)) {
        std::vector<Tensor> there;
        for (Signal const& r : trace.steps) {
          if (r.defined()) there.push_back(r);
        }
        if (!there.empty())
          kept->events->histogram("responses/" + trace.layer + "_hist", histogram_of(there), now.state.step);
      }
    });
  });
  on.on_train_epoch_end.push_back([kept, settings](Training& now) {
    std::int64_t const n = settings.histograms_every_n_epochs;
    if (!kept->events || n <= 0 || now.state.epoch % n != 0) return;
    kept->beside.write(now, what, [&] {
      for (Parameter const& p : now.optimizer.parameters()) {
        kept->events->histogram("params/" + p.name + "_hist", histogram_of(p.tensor), now.state.step);
        bool const shows = p.tensor.dim() == 4 && (p.tensor.size(1) == 1 || p.tensor.size(1) == 3) &&
                           p.tensor.size(2) > 1 && p.tensor.size(3) > 1;
        if (settings.filters && shows) {
          kept->events->image("filters/" + p.name, tensorboards::tiles(p.tensor), now.state.step);
        }
      }
    });
  });
  on.on_train_end.push_back([kept](Training&) { kept->events.reset(); });
  return on;
}

}  // namespace dynvision
