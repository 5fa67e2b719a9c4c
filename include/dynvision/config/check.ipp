// What fits together of a study, its model and its images.
#pragma once
#include <dynvision/config/check.hpp>
#include <dynvision/config/checks/rules.hpp>

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace dynvision::config {

namespace checks {

inline void image_and_model(Rules& rules, Facts const& facts, ImageFacts const& images) {
  Place const dims = rules.place({"model.input_dims", "data.data_name"});
  std::array<int, 3> const& model = facts.image;
  bool const known = images.image[0] > 0;
  bool const sized = model[1] > 0 && images.image[1] > 0;
  if (known && (model[0] != images.image[0] || (sized && model != images.image))) {
    rules.problems().report("config", 148, dims,
                            {"input_dims (", model[0], ", ", model[1], ", ", model[2], "): expected (", images.image[0],
                             ", ", images.image[1], ", ", images.image[2], "), as the images are"});
  }
  for (OperationFacts const& op : facts.operations) {
    if (op.in.height > 0 && op.in.width > 0 && (op.out.height < 1 || op.out.width < 1)) {
      std::string const& layer = facts.layers[static_cast<std::size_t>(op.layer)].name;
      rules.problems().report(
          "config", 149, dims,
          {"images of ", model[1], " x ", model[2], " are too small: nothing is left of them behind ", op.type, " of ",
           layer, ", which gets ", op.in.height, " x ", op.in.width,
           ": expected larger images, or a model with fewer strides"});
      return;
    }
  }
}

inline void classes(Rules& rules, Facts const& facts, ImageFacts const& images) {
  if (images.n_classes == 0 || facts.n_classes == 0 || facts.n_classes >= images.n_classes) return;
  rules.problems().report(
      "config", 153, rules.place({"model.n_classes", "data.data_name"}),
      {"n_classes = ", facts.n_classes, ": expected at least ", images.n_classes, ", the classes of the images"});
}

inline void batches(Rules& rules, ImageFacts const& images) {
  FitSettings const& fit = rules.study().fit;
  std::int64_t const size = fit.batches.batch_size;
  if (images.n_training == 0) return;
  std::int64_t const n = fit.batches.drop_last ? images.n_training / size : (images.n_training + size - 1) / size;
  if (n == 0) {
    rules.problems().report("config", 154, rules.place({"data.batch_size"}),
                            {"batch_size = ", size, " with drop_last: expected at most the ", images.n_training,
                             " images that are trained on"});
  } else if (fit.accumulate_grad_batches > n) {
    rules.problems().report("config", 154, rules.place({"trainer.accumulate_grad_batches", "data.batch_size"}),
                            {"accumulate_grad_batches = ", fit.accumulate_grad_batches, " of ", size,
                             " images: expected at most ", n, ", the batches of an epoch"});
  }
}

}  // namespace checks

DYNVISION_INLINE void check(Resolved& resolved, Facts const& facts, ImageFacts const& images) {
  std::set<std::string> const none;
  Rules rules(resolved, none);
  checks::image_and_model(rules, facts, images);
  checks::classes(rules, facts, images);
  checks::batches(rules, images);
  resolved.problems.require_none();
}

}  // namespace dynvision::config
