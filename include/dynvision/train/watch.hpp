// What to look at while a training goes: layers that are silent or explode, norms of parameters and gradients, memory.
//
//   append(settings.callbacks, watch());
//
// Columns of the metrics:
//   <layer>_response_avg                 mean |r| over samples, units and the steps that have a response; at the end of an epoch,
//                                        on the first 16 images of its last batch
//   params/<name>_norm, grads/<name>_norm     Euclidean, the gradient's before clipping; with norms = true
//   memory_mb, peak_memory_mb            resident, and the most so far [10^6 bytes]
//
// A layer is silent where that mean is below silent_below, explodes where it is above exploding_above: a warning for each epoch in
// which it is so (train.251, train.252). Looking draws no random numbers of the training and changes none of its numbers.
#pragma once
#include <dynvision/records/process_memory.hpp>
#include <dynvision/train/record_settings.hpp>
#include <dynvision/train/sample_responses.hpp>
#include <dynvision/train/training.hpp>

#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

namespace watching {

// Mean |r| over everything; none: the layer has no response, or is not there.
inline std::vector<LayerResponse> mean_responses(Training& now) {
  std::vector<LayerResponse> all;
  for (run::Trace const& trace : sample_responses(now)) {
    double sum = 0;
    int count = 0;
    for (Signal const& r : trace.steps) {
      if (r.defined()) sum += r.abs().mean().item<double>(), ++count;
    }
    all.push_back({trace.layer, {count > 0 ? sum / count : MetricsRow::none}});
  }
  return all;
}

// In one transfer from the device.
inline void add_norms(std::vector<std::pair<std::string, double>>& columns, std::string const& begin,
                      Parameters const& parameters, bool of_gradients) {
  std::vector<Tensor> norms;
  std::vector<std::string> names;
  for (Parameter const& p : parameters) {
    Tensor const x = of_gradients ? (p.learned ? p.tensor.grad() : Tensor{}) : p.tensor.detach();
    if (!x.defined()) continue;
    norms.push_back(x.detach().to(at::kFloat).norm());
    names.push_back(begin + p.name + "_norm");
  }
  if (norms.empty()) return;
  Tensor const all = stack_along(norms, 0).to(at::kCPU, at::kDouble).contiguous();
  for (std::size_t i = 0; i < names.size(); ++i) columns.emplace_back(names[i], all.const_data_ptr<double>()[i]);
}

}  // namespace watching

inline Callbacks watch(WatchSettings const& settings = {}) {
  Callbacks on;
  // For the next row.
  auto const columns = std::make_shared<std::vector<std::pair<std::string, double>>>();
  if (settings.norms) {
    on.on_before_optimizer_step.push_back([columns](Training& now) {
      bool const logs = (now.state.step + 1) % now.settings.log_every_n_steps == 0 || now.i_batch + 1 == now.n_batches;
      if (!logs) return;
      columns->clear();
      watching::add_norms(*columns, "params/", now.optimizer.parameters(), false);
      watching::add_norms(*columns, "grads/", now.optimizer.parameters(), true);
    });
  }
  if (settings.layers) {
    on.on_train_batch_end.push_back([columns, settings](Training& now) {
      if (now.i_batch + 1 != now.n_batches) return;
      std::string silent, exploding;
      for (auto const& [layer, mean] : watching::mean_responses(now)) {
        columns->emplace_back(layer + "_response_avg", mean[0]);
        auto const text = joined({"\n  ", layer, ": mean response ", mean[0]});
        if (mean[0] < settings.silent_below) silent += text;
        if (mean[0] > settings.exploding_above) exploding += text;
      }
      if (!silent.empty()) {
        warn(now, "train", 251,
             {"epoch ", now.state.epoch + 1, ": layers that are silent (below ", settings.silent_below, "):", silent});
      }
      if (!exploding.empty()) {
        warn(now, "train", 252,
             {"epoch ", now.state.epoch + 1, ": layers that explode (above ", settings.exploding_above,
              "):", exploding});
      }
    });
  }
  // A training that is stopped between the last batch and the row of its epoch.
  static constexpr std::string_view kept = "watch.";
  on.on_save_checkpoint.push_back([columns](Training& now) {
    std::erase_if(now.state.numbers, [](auto const& entry) { return entry.first.starts_with(kept); });
    for (auto const& [name, value] : *columns) now.state.numbers[std::string(kept) + name] = value;
  });
  on.on_train_start.push_back([columns](Training& now) {
    for (auto const& [name, value] : now.state.numbers) {
      if (name.starts_with(kept)) columns->emplace_back(name.substr(kept.size()), value);
    }
  });
  on.on_metrics.push_back([columns, settings](Training& now) {
    for (auto const& [name, value] : *columns) (*now.row)[name] = value;
    columns->clear();
    if (!settings.memory) return;
    ProcessMemory const memory = process_memory();
    (*now.row)["memory_mb"] = static_cast<double>(memory.resident) / 1e6;
    (*now.row)["peak_memory_mb"] = static_cast<double>(memory.peak) / 1e6;
  });
  return on;
}

}  // namespace dynvision
