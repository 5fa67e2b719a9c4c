// ForwardContext: where the forward sweep is, for the nodes.
#pragma once
#include <dynvision/run/compiled/memory/prepared_run.hpp>

namespace dynvision::run {

struct ForwardContext {
  PreparedRun& run;
  Segment& segment;
  Block block{};
  Values* kept = nullptr;     // for the reverse sweep; null: there is none
  Tensor* arrived = nullptr;  // where a node leaves what arrives over its connection, (n B,C,H,W); null: nobody asks
};

}  // namespace dynvision::run
