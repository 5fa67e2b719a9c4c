// A plan for people, and as plan.json.
//
//   std::cout << plan_text({{"duration", plan_of(duration.conditions, {.dt = 2})}}, forecast);
//
//   experiment  conditions  steps  nodes  ratio  image nodes  ratio
//   duration             8    400    213   1.88          192   2.08
//
// plan.json has, besides the trees, `segments`: pieces of branches that show one thing, each with the one before it (parent, -1: none).
//
// Forecast: every step of an image costs the same, so seconds are a rate [s for a step of an image] times nodes times images.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/experiments/plan/plan.hpp>
#include <dynvision/records/progress.hpp>
#include <dynvision/records/text_table.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

struct Forecast {
  std::int64_t n_images = 0;
  std::optional<double> seconds_per_image_step{};  // measured; none: no forecast of the time
  double bytes_per_image_step = 0;                 // of what is kept of it on disk
  bool share_blank = false;                        // steps before the first image are computed for one image

  double image_steps(Plan const& plan) const {
    return static_cast<double>(share_blank ? plan.image_nodes() : plan.nodes()) * static_cast<double>(n_images);
  }
  std::optional<double> seconds(Plan const& plan) const {
    if (!seconds_per_image_step) return std::nullopt;
    return *seconds_per_image_step * image_steps(plan);
  }
  double bytes(Plan const& plan) const {
    return bytes_per_image_step * static_cast<double>(plan.nodes()) * static_cast<double>(n_images);
  }
};

using NamedPlan = std::pair<std::string, Plan>;

inline TextTable plan_text(std::vector<NamedPlan> const& plans, Forecast const& forecast = {}) {
  bool const sized = forecast.n_images > 0, timed = sized && forecast.seconds_per_image_step.has_value();
  std::vector<std::string> columns{"experiment", "conditions", "steps", "nodes", "ratio", "image nodes", "ratio"};
  if (timed) columns.push_back("time");
  if (sized) columns.push_back("MB on disk");
  TextTable table(columns);
  for (auto const& [name, plan] : plans) {
    std::vector<std::string> cells{name,
                                   number_text(plan.conditions.size()),
                                   number_text(plan.steps()),
                                   number_text(plan.nodes()),
                                   number_text(plan.ratio(), decimals(2)),
                                   number_text(plan.image_nodes()),
                                   number_text(plan.image_ratio(), decimals(2))};
    if (timed) cells.push_back(Progress::duration_text(*forecast.seconds(plan)));
    if (sized) cells.push_back(number_text(forecast.bytes(plan) / 1e6, decimals(1)));
    table.add(cells);
  }
  return table;
}

namespace planning {

inline nlohmann::ordered_json segments_json(Plan const& plan) {
  using Json = nlohmann::ordered_json;
  Json all = Json::array();
  for (Tree const& tree : plan.trees) {
    std::vector<std::int64_t> last;  // segment of each branch
    for (Branch const& branch : tree.branches) {
      std::int64_t parent = branch.parent == Branch::none ? -1 : last[branch.parent];
      for (std::size_t t = 0; t < branch.frames.size();) {
        std::size_t end = t;
        while (end < branch.frames.size() && branch.frames[end].show == branch.frames[t].show) ++end;
        auto const id = static_cast<std::int64_t>(all.size());
        all.push_back({{"id", id},
                       {"parent", parent},
                       {"first_step", branch.depth + t},
                       {"steps", end - t},
                       {"show", shows[static_cast<std::size_t>(branch.frames[t].show)]}});
        parent = id, t = end;
      }
      last.push_back(parent);
    }
  }
  return all;
}

}  // namespace planning

// Counts, and the tree itself: branches with what they show, conditions with the branches that they pass through.
inline nlohmann::ordered_json plan_json(Plan const& plan, Forecast const& forecast = {}) {
  using Json = nlohmann::ordered_json;
  Json trees = Json::array();
  for (Tree const& tree : plan.trees) {
    Json branches = Json::array(), conditions = Json::array();
    for (Branch const& branch : tree.branches) {
      Json shown = Json::array();  // runs of equal frames: [what, image, contrast, steps]
      for (std::size_t t = 0; t < branch.frames.size();) {
        std::size_t end = t;
        Frame const& frame = branch.frames[t];
        while (end < branch.frames.size() && branch.frames[end] == frame) ++end;
        shown.push_back({{"show", shows[static_cast<std::size_t>(frame.show)]}, {"steps", end - t}});
        if (frame.image != 0) shown.back()["image"] = frame.image;
        if (frame.contrast != 1) shown.back()["contrast"] = frame.contrast;
        if (frame.noise.shows()) {
          shown.back()["noise"] = noise_types[static_cast<std::size_t>(frame.noise.type)];
          shown.back()["ssnr"] = frame.noise.ssnr, shown.back()["noise_frame"] = frame.noise_frame;
        }
        if (frame.occlusion.fraction > 0) shown.back()["occlusion"] = frame.occlusion.fraction;
        t = end;
      }
      Json one{{"depth", branch.depth}, {"shows", shown}};
      one["parent"] = branch.parent == Branch::none ? Json(nullptr) : Json(branch.parent);
      branches.push_back(std::move(one));
    }
    for (PlannedCondition const& one : tree.conditions) {
      conditions.push_back({{"id", plan.conditions[one.condition].id},
                            {"idle", one.idle},
                            {"steps", one.n_steps},
                            {"branches", one.branches}});
    }
    Json model{{"status", tree.model.status}, {"options", Json::object()}};
    for (auto const& [key, value] : tree.model.options) model["options"][key] = value;
    if (tree.model.feedforward_only) model["feedforward_only"] = *tree.model.feedforward_only;
    trees.push_back(
        {{"model", model}, {"dt_ms", tree.settings.dt}, {"branches", branches}, {"conditions", conditions}});
  }
  Json all{{"conditions", plan.conditions.size()},
           {"steps", plan.steps()},
           {"nodes", plan.nodes()},
           {"ratio", plan.ratio()},
           {"image_nodes", plan.image_nodes()},
           {"image_ratio", plan.image_ratio()},
           {"segments", planning::segments_json(plan)},
           {"trees", trees}};
  if (forecast.n_images > 0) {
    all["images"] = forecast.n_images;
    all["forecast_bytes"] = forecast.bytes(plan);
    if (auto const seconds = forecast.seconds(plan)) all["forecast_seconds"] = *seconds;
  }
  return all;
}

}  // namespace dynvision::experiments
