// What a model did with every image of a test, as the files of the Python toolbox.
//
//   TestRecords records({.outputs = folder / "test_outputs.csv", .responses = folder / "test_responses.safetensors"});
//   Evaluation const result = evaluate(records.watching(run), objective, images, {.record = true});
//   records.finish();                                            // the files appear, complete
//
// outputs    one row for each image and step: sample_index, times_index, label_index, guess_index, image_index,
//            first_label_index, guess_confidence, first_label_confidence. label_index < 0: the step does not count.
// data       the same, and accuracy (of the guess against the first label; nan without one), accuracy_top3, accuracy_top5,
//            label_confidence, and of every layer <layer>_response_avg and _std: mean and standard deviation of |r| over
//            its units (nan while it was silent). Of trials, whose labels change, first_label is that of the step.
// responses  tensors <layer>_response_avg, <layer>_response_std (N,T), or with `unit` <layer> (N,T,C,H,W); classifier (N,T,K).
//            The file's ending says its format: safetensors or npz.
//
// Errors: those of files.
#pragma once
#include <dynvision/io/file/atomic_file.hpp>
#include <dynvision/io/numpy/npz.hpp>
#include <dynvision/io/safetensors/safetensors.hpp>
#include <dynvision/train/evaluate.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dynvision {

struct TestRecordsSettings {
  std::filesystem::path outputs{}, data{}, responses{};  // empty: not written
  bool unit = false;                                     // responses of every unit, not of whole layers
  std::int64_t response_images = 0;                      // the first ones; 0: all
  at::ScalarType dtype = at::kHalf;                      // of the responses
};

class TestRecords {
 public:
  explicit TestRecords(TestRecordsSettings settings) : state_(std::make_shared<State>()) {
    state_->settings = std::move(settings);
    if (!state_->settings.outputs.empty()) state_->outputs.emplace(state_->settings.outputs);
    if (!state_->settings.data.empty()) state_->data.emplace(state_->settings.data);
    if (state_->outputs) state_->outputs->write(State::columns() + "\n");
  }

  // Runs a batch as `run` does, and keeps what came of it.
  RunBatch watching(RunBatch run) const {
    return [state = state_, run = std::move(run)](Batch const& batch, BatchContext const& context) {
      Presented shown = run(batch, context);
      state->add(shown, batch.labels.defined() && batch.labels.dim() == 2);
      return shown;
    };
  }

  void finish() { state_->finish(); }

 private:
  struct LayerNumbers {
    std::string layer;
    Tensor mean, std;  // (B,T) float64 on the host, nan while the layer was silent
  };

  struct State {
    TestRecordsSettings settings;
    std::optional<AtomicFile> outputs, data;
    bool data_has_columns = false;
    std::int64_t n_samples = 0, n_kept = 0;
    std::vector<std::pair<std::string, std::vector<Tensor>>> kept;  // by name, batches of (B,...)

    static std::string columns() {
      return "sample_index,times_index,label_index,guess_index,image_index,first_label_index,guess_confidence,"
             "first_label_confidence";
    }

    void add(Presented const& shown, bool trials) {
      std::vector<LayerNumbers> layers;
      for (run::Trace const& trace : shown.activity.responses) layers.push_back(numbers_of(trace, shown.labels));
      if (data && !data_has_columns) {
        std::string line = columns() + ",accuracy,accuracy_top3,accuracy_top5,label_confidence";
        for (LayerNumbers const& one : layers) {
          line += "," + one.layer + "_response_avg," + one.layer + "_response_std";
        }
        data->write(line + "\n");
        data_has_columns = true;
      }
      if (outputs || data) write_rows(shown, trials, layers);
      if (!settings.responses.empty()) keep(shown, layers);
      n_samples += shown.labels.size(0);
    }

    void write_rows(Presented const& shown, bool trials, std::vector<LayerNumbers> const& layers) {
      LabelledLogits const logits(shown.activity.outputs, shown.labels);
      Tensor const first = trials ? logits.labels : first_labels(shown.labels);
      auto const* const of_image = first.const_data_ptr<std::int64_t>();
      std::int64_t const n_steps = shown.labels.size(1);
      std::string rows, more;
      for (std::int64_t i = 0; i < logits.n; ++i) {
        std::int64_t const sample = n_samples + i / n_steps, guess = logits.guess(i), label = of_image[i];
        std::string const row = joined({sample, ",", i % n_steps, ",", logits.label(i), ",", guess, ",", sample, ",",
                                        label, ",", logits.confidence(i, guess), ",", logits.confidence(i, label)});
        if (outputs) rows += row + "\n";
        if (!data) continue;
        more += row;
        add_judgement(more, logits, i, guess, label);
        for (LayerNumbers const& one : layers) {
          more += "," + number_text(one.mean.const_data_ptr<double>()[i], 7) + "," +
                  number_text(one.std.const_data_ptr<double>()[i], 7);
        }
        more += "\n";
      }
      if (outputs) outputs->write(rows);
      if (data) data->write(more);
    }

    static void add_judgement(std::string& row, LabelledLogits const& logits, std::int64_t i, std::int64_t guess,
                              std::int64_t label) {
      bool const has_label = label >= 0 && label < logits.n_classes;
      std::int64_t const better = has_label ? classes_before(logits.row(i), label) : 0;
      auto const hit = [&](bool yes) { row += label < 0 ? ",nan" : yes ? ",1" : ",0"; };
      hit(guess == label);
      hit(has_label && guess >= 0 && better < 3);
      hit(has_label && guess >= 0 && better < 5);
      row += logits.label(i) < 0 ? ",nan" : "," + number_text(logits.confidence(i, logits.label(i)), 10);
    }

    // Over the units of each sample and step.
    static LayerNumbers numbers_of(run::Trace const& trace, Tensor const& labels) {
      std::int64_t const n = labels.size(0), n_steps = static_cast<std::int64_t>(trace.steps.size());
      LayerNumbers all{trace.layer, full({n, labels.size(1)}, std::nan(""), at::TensorOptions(at::kDouble)), {}};
      all.std = all.mean.clone();
      for (std::int64_t t = 0; t < std::min(n_steps, labels.size(1)); ++t) {
        Signal const& r = trace.steps[static_cast<std::size_t>(t)];
        if (!r.defined()) continue;
        Tensor const units = r.detach().abs().flatten(1).to(at::kDouble);  // (B,C H W), (1,C H W) of a bias alone
        all.mean.select(1, t).copy_(units.mean(1));
        if (units.size(1) > 1) all.std.select(1, t).copy_(units.std(1));
      }
      return all;
    }

    void keep(Presented const& shown, std::vector<LayerNumbers> const& layers) {
      std::int64_t const n = shown.labels.size(0);
      std::int64_t const wanted = settings.response_images > 0 ? std::min(n, settings.response_images - n_kept) : n;
      if (wanted <= 0) return;
      std::size_t place = 0;
      auto const one = [&](std::string const& name, Tensor const& value) {
        if (kept.size() <= place) kept.emplace_back(name, std::vector<Tensor>{});
        kept[place++].second.push_back(value.detach().narrow(0, 0, wanted).to(at::kCPU, settings.dtype).clone());
      };
      for (std::size_t l = 0; l < layers.size(); ++l) {
        if (settings.unit) {
          Tensor const units = shown.activity.responses[l].stacked();
          if (units.defined()) one(layers[l].layer, units);
        } else {
          one(layers[l].layer + "_response_avg", layers[l].mean);
          one(layers[l].layer + "_response_std", layers[l].std);
        }
      }
      one("classifier", shown.activity.outputs);
      n_kept += wanted;
    }

    void finish() {
      if (outputs) outputs->commit();
      if (data) data->commit();
      outputs.reset(), data.reset();
      if (settings.responses.empty() || kept.empty()) return;
      std::vector<TensorMap::Entry> all;
      for (auto& [name, batches] : kept) {
        all.emplace_back(name, cat(batches, 0));
        batches.clear();
      }
      if (settings.responses.extension() == ".npz") {
        write_npz(settings.responses, all);
      } else {
        write_safetensors(settings.responses, all,
                          {{"response_resolution", settings.unit ? "unit" : "layer"}, {"version", "1"}});
      }
      kept.clear();
    }
  };

  std::shared_ptr<State> state_;
};

}  // namespace dynvision
