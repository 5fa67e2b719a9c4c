// What the images of a batch did in a condition, for measures: traces of the layers, accuracy and confidence of the classifier.
//
//   BatchTraces const b(records, labels);        b.layer(l, image): (T) mean |r| of a layer
#pragma once
#include <dynvision/experiments/tables/condition_records.hpp>
#include <dynvision/experiments/tables/toolbox_rows.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dynvision::experiments {

class BatchTraces {
 public:
  BatchTraces(ConditionRecords const& r, Tensor const& labels)
      : layers(r.layers()),
        n_images(static_cast<std::size_t>(r.n_images())),
        n_steps(static_cast<std::size_t>(r.n_steps())),
        traces_(layers.size() * n_images * n_steps) {
    accuracy.resize(n_images * n_steps), guess_confidence.resize(accuracy.size());
    first_label_confidence.resize(accuracy.size());
    for (std::size_t i = 0; i < n_images; ++i) {
      auto const image = static_cast<std::int64_t>(i);
      for (std::size_t t = 0; t < n_steps; ++t) {
        auto const step = static_cast<std::int64_t>(t);
        tables::Row const row(r, labels, image, step);
        accuracy[i * n_steps + t] = row.of[0], guess_confidence[i * n_steps + t] = row.of[3];
        first_label_confidence[i * n_steps + t] = row.of[5];
        if (t == 0) first_label.push_back(row.first_label);
        for (std::size_t l = 0; l < layers.size(); ++l)
          traces_[(l * n_images + i) * n_steps + t] = r.avg(l, image, step);
      }
    }
  }

  std::span<double const> layer(std::size_t l, std::size_t image) const { return row(traces_, l * n_images + image); }
  std::span<double const> of_image(std::vector<double> const& all, std::size_t image) const { return row(all, image); }

  std::vector<std::string> layers;
  std::size_t n_images, n_steps;
  std::vector<double> accuracy{}, guess_confidence{}, first_label_confidence{};  // (images, steps)
  std::vector<std::int64_t> first_label{};

 private:
  std::span<double const> row(std::vector<double> const& all, std::size_t i) const {
    return std::span(all).subspan(i * n_steps, n_steps);
  }
  std::vector<double> traces_;  // (layers, images, steps)
};

}  // namespace dynvision::experiments
