// What a training begins with, see train/begin_with.hpp. Without torch/*.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace dynvision {

struct InitialWeights {
  std::filesystem::path load_weights{};  // none if empty
  std::string head = "initialised";      // of another number of classes: "initialised", "rows"
  std::vector<std::string> trainable{};  // patterns of those that are trained; none: all
  std::vector<std::string> frozen{};     // of those that are not
};

}  // namespace dynvision
