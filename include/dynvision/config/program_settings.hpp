// What a study says to the program that runs it.
#pragma once
#include <string>
#include <vector>

namespace dynvision::config {

struct ProgramSettings {
  std::string log_level = "info";         // "debug" | "info" | "warning" | "error" | "critical"
  std::vector<std::string> experiment{};  // whose data_args are taken, see configs/experiments.json
};

}  // namespace dynvision::config
