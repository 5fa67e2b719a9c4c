// MNIST: 60,000 and 10,000 grey images of handwritten digits, 28 x 28, ten classes.
//
// Pixels become (v/255 - mean)/std with the training set's mean 0.1307 and standard deviation 0.3081.
// Files: data/idx_set.hpp. No package of the system brings them: the folder must be named.
// Source: LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition".
//
// Errors: those of data/idx_set.hpp.
#pragma once
#include <dynvision/data/idx_set.hpp>

namespace dynvision {

struct Mnist {
  std::filesystem::path folder;
  float mean = 0.1307F;
  float standard_deviation = 0.3081F;

  Images train() const { return set().load("train"); }
  Images test() const { return set().load("t10k"); }

  IdxSet set() const {
    return {"MNIST",
            "MNIST",
            "name the folder of its four IDX files",
            folder,
            {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
            mean,
            standard_deviation};
  }
};

}  // namespace dynvision
