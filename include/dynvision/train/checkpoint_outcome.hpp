// What became of a checkpoint: written, or why not.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace dynvision {

struct CheckpointOutcome {
  std::vector<std::filesystem::path> files;  // in the order in which they were written
  std::string error;                         // empty: they stand
  double seconds = 0;                        // [s] of writing, beside the training
  double seconds_waited = 0;                 // [s] that the training waited for the copy of its numbers
};

}  // namespace dynvision
