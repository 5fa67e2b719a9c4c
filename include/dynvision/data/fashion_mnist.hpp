// Fashion-MNIST: 60,000 and 10,000 grey images of clothes, 28 x 28, ten classes.
//
// Pixels become (v/255 - mean)/std with the training set's mean 0.2860 and standard deviation 0.3530.
// Files: data/idx_set.hpp (Debian: package dataset-fashion-mnist).
// Source: Xiao, Rasul & Vollgraf 2017, "Fashion-MNIST", arXiv:1708.07747.
//
// Errors: those of data/idx_set.hpp.
#pragma once
#include <dynvision/data/idx_set.hpp>

namespace dynvision {

struct FashionMnist {
  std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";
  float mean = 0.2860F;
  float standard_deviation = 0.3530F;

  Images train() const { return set().load("train"); }
  Images test() const { return set().load("t10k"); }

  IdxSet set() const {
    return {"Fashion-MNIST",
            "FashionMNIST",
            "Debian: apt install dataset-fashion-mnist",
            folder,
            {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"},
            mean,
            standard_deviation};
  }
};

}  // namespace dynvision
