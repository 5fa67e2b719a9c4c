// ForwardContext: where the forward sweep is, for the nodes.
#pragma once
#include <dynvision/run/compiled/memory/prepared_run.hpp>

namespace dynvision::run {

struct ForwardContext {
  PreparedRun& run;
  Segment& segment;
  Block block{};
  Values* kept = nullptr;  // for the reverse sweep; null: there is none
};

}  // namespace dynvision::run
