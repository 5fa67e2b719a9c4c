// What is written beside a training (figures, logs, events) ends none: the first failure in a row is a warning (train.247).
#pragma once
#include <dynvision/train/training.hpp>

#include <exception>

namespace dynvision {

class BesideTraining {
 public:
  template <class Write> void write(Training& now, char const* what, Write&& one) {
    try {
      one();
      failed_ = false;
    } catch (std::exception const& error) {
      if (!failed_) warn(now, "train", 247, {what, " cannot be written, the training goes on: ", error.what()});
      failed_ = true;
    }
  }

 private:
  bool failed_ = false;
};

}  // namespace dynvision
