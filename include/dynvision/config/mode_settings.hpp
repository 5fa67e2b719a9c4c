// Modes: what changes for a machine or a purpose, as the Python toolbox has them. `automatic`: a detector decides
// (config/layers/modes.hpp).
#pragma once

namespace dynvision::config {

enum class ModeSwitch { off, on, automatic };

struct ModeSettings {
  ModeSwitch use_local_mode = ModeSwitch::automatic;    // not on a cluster
  ModeSwitch use_debug_mode = ModeSwitch::off;          // automatic: log_level debug, or at most 5 epochs
  ModeSwitch use_large_dataset_mode = ModeSwitch::off;  // automatic: imagenet, coco or openimages in data_name
  ModeSwitch use_distributed_mode = ModeSwitch::off;    // automatic: on a cluster, with use_distributed
};

}  // namespace dynvision::config
