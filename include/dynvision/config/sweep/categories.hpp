// The named categories of the Python toolbox: what "category": "rctype" sweeps.
//
// Names are aliases of keys; values are JSON texts. A list of one's own for the key takes the place of these values.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

namespace dynvision::config {

struct SweepCategory {
  std::string_view name;
  std::array<std::string_view, 8> values;
  std::size_t n;
};

template <class... Values> constexpr SweepCategory sweep_category(std::string_view name, Values... values) {
  return {name, {values...}, sizeof...(Values)};
}

inline constexpr std::array sweep_categories{
    sweep_category("rctype", R"("depthpointwise")", R"("pointdepthwise")", R"("self")", R"("full")", R"("local")",
                   R"("localdepthwise")", R"("none")"),
    sweep_category("rctarget", R"("output")", R"("input")", R"("middle")"),
    sweep_category("pattern", R"("1")", R"("1011")", R"("1001")", R"("1000")"),
    sweep_category("dsteps", "1", "20"),
    sweep_category("tsteps", "4", "8", "14", "20", "26"),
    sweep_category("dt", "2"),
    sweep_category("tau", "3", "5", "9"),
    sweep_category("tff", "0", "10"),
    sweep_category("trc", "2", "6", "10"),
    sweep_category("tsk", "0", "4", "8"),
    sweep_category("lossrt", "0", "4", "8", "18", "28"),
    sweep_category("idle", "0", "1", "5", "10", "20"),
    sweep_category("feedback", "false", R"("add")", R"("mul")"),
    sweep_category("skip", "true", "false"),
    sweep_category("dloader", R"("ffcv")", R"("torch")"),
    sweep_category("ffonly", "true", "false"),
    sweep_category("pretrained", "true"),
    sweep_category("activityloss", "0", "0.0002", "0.02", "0.2", "1.0"),
};

}  // namespace dynvision::config
