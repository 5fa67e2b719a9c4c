// What a training begins with: weights from a file of any format that is read, a classifier for other classes, and which
// parameters are trained.
//
//   begin_with(model.parameters(), {.load_weights = "cornet_rt.pth", .frozen = {"V1.*"}});
//
// A classifier of another number of classes stays as it was initialised, or keeps the rows of the classes that both have
// (head = "rows"); the report says which. Patterns: "V1.*", "*.recurrence.*", whole names.
//
// Errors: train.215, io.186, and those of io/weights.hpp.
#pragma once
#include <dynvision/io/weights.hpp>
#include <dynvision/train/initial_weights.hpp>

#include <string_view>
#include <vector>

namespace dynvision {

// Before the optimiser is made. What became of the file's tensors comes back; without a file an empty report.
inline WeightsReport begin_with(Parameters const& parameters, InitialWeights const& settings) {
  if (settings.head != "initialised" && settings.head != "rows") {
    fail("train", 215,
         {"head = \"", settings.head,
          "\": ", expected_one_of(settings.head, std::vector<std::string_view>{"initialised", "rows"})});
  }
  WeightsReport report;
  if (!settings.load_weights.empty()) {
    report = load_weights(settings.load_weights, parameters,
                          WeightOptions{.adapt_classes = true, .keep_class_rows = settings.head == "rows"});
  }
  if (!settings.trainable.empty()) train_only(parameters, settings.trainable);
  freeze(parameters, settings.frozen);
  return report;
}

}  // namespace dynvision
