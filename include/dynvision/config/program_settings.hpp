// What a study says to the program that runs it.
#pragma once
#include <string>
#include <vector>

namespace dynvision::config {

struct ProgramSettings {
  std::string log_level = "info";         // "debug" | "info" | "warning" | "error" | "critical"
  std::vector<std::string> experiment{};  // whose data_args are taken, see configs/experiments.json
  int threads = 0;                        // of LibTorch and of the library's loops; 0: as many as cores
  std::string accelerator = "auto";       // "auto" | "cpu" | "gpu" | "cuda"; auto: a GPU where LibTorch uses one
  bool deterministic = false;             // LibTorch's deterministic algorithms alone

  // What a test keeps of responses: test_responses.safetensors.
  int store_test_responses = 12;              // [batches]; -1: all, 0: none
  std::string response_resolution = "layer";  // "layer": mean and deviation over its units | "unit": every unit
  std::string target_dtype = "float16";       // "float16" | "bfloat16" | "float32"
};

}  // namespace dynvision::config
