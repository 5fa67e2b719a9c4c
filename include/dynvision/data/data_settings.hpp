// Which images a study trains on and is tested with, and how they are divided. Keys as in the Python toolbox.
//
// Images come from a data set that is known by name (data/data_set.hpp) or from files of one's own (data/own_images.hpp).
// Pixels p of integer files become p/255 with pixel_range 0-1, stay p with 0-255, and then (p - mean)/std. Trials of tasks are data
// as well (rate/data/trial_data.hpp).
#pragma once
#include <dynvision/core/kwargs.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace dynvision {

struct Normalisation {  // one number for each channel, or one for all; both empty: that of the data set
  std::vector<double> mean{}, std{};
};

struct DataSettings {
  std::string data_name = "fashion_mnist";
  std::string data_group = "all";   // "all", a group of the data set, or names of classes: "Sandal,Sneaker,Bag"
  std::string data_path{};          // folder or file; empty: where the system's packages put it
  std::string pixel_range = "0-1";  // of integer pixels: "0-1" | "0-255"
  Normalisation normalize{};
  double train_ratio = 0.9;            // of the training images; the others are for validation
  std::int64_t validation_images = 0;  // so many in place of the train_ratio; 0: by the ratio
  std::int64_t images_per_epoch = 0;   // training images of an epoch, drawn anew in each; 0: all
  std::int64_t test_images = 0;        // the first ones of the test set; 0: all
  std::uint64_t seed = 0;              // of the division in training and validation, and of trials
  std::int64_t trials = 4000;          // that a task draws for training and validation
  Kwargs task{};                       // its numbers, by their names: {{"stimulus", 600}}
  bool redraw_trials = false;          // others in each epoch, of the same task and seed
};

}  // namespace dynvision
