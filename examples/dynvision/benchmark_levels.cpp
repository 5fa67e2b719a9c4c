#include "benchmark_levels.hpp"

#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace program {

using dynvision::fail;

namespace {

// Levels of one key: its values are their names.
Factor of_key(std::string name, std::string what, std::string const& key, std::initializer_list<char const*> values) {
  Factor factor{std::move(name), std::move(what), {}};
  for (char const* const value : values) factor.levels.push_back({value, {"--" + key + "=" + value}});
  return factor;
}

Factor loader() {
  Factor factor{"loader", "where training images come from", {}, {}, Measures::loader};
  for (char const* const name : {"memory", "safetensors", "NPY", "NPZ", "IDX", "IDX gz"})
    factor.levels.push_back({name});
  std::string const no_jpeg =
                        "training sets come from tensors and IDX files; pictures (PNG, JPEG) are read one at a time, "
                        "by predict and record",
                    no_workers = "the library has no workers for loading: images lie in memory after the first epoch";
  factor.levels.push_back({.name = "store JPEG", .not_there = no_jpeg});
  factor.levels.push_back({.name = "folder of JPEG", .not_there = no_jpeg});
  factor.levels.push_back({.name = "2 workers", .not_there = no_workers});
  factor.levels.push_back({.name = "4 workers", .not_there = no_workers});
  return factor;
}

Factor pattern() {
  Factor factor = of_key("pattern", "when the image is shown", "pattern", {"1", "1011", "1000"});
  factor.levels.insert(factor.levels.begin() + 2,
                       {"1011 shuffled", {"--pattern=1011", "--shuffle_presentation_pattern=true"}});
  return factor;
}

Factor unrolling() {
  Factor factor{"unrolling", "no time from layer to layer, or 10 ms; planned ahead, or step by step", {}};
  std::string const biological = "--t_feedforward=10";
  factor.levels = {{"engineering", {"--t_feedforward=0"}},
                   {"biological", {biological}},
                   {"engineering naive", {"--t_feedforward=0"}, true},
                   {"biological naive", {biological}, true}};
  return factor;
}

// CORnet-RT is published with one step from area to area.
Factor unrolling_cornet() {
  Factor factor{"unrolling CORnet-RT", "the same, of CORnet-RT: one step from area to area, or none", {}};
  factor.levels = {{"biological", {}},
                   {"engineering", {"--t_feedforward=0"}},
                   {"biological naive", {}, true},
                   {"engineering naive", {"--t_feedforward=0"}, true}};
  factor.base = {"--model_name=CorNetRT"};
  return factor;
}

Factor threads() {
  Factor factor{"threads", "of the computation", {}};
  for (int const n : {1, 2}) factor.levels.push_back({.name = dynvision::number_text(n), .threads = n});
  return factor;
}

// "a,[1,2],b" -> a | [1,2] | b
std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (char const c : text) {
    depth += (c == '[' || c == '{') - (c == ']' || c == '}');
    if (c == ',' && depth == 0) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  std::erase(parts, "");
  return parts;
}

template <class All> auto named(All& all, std::string const& name) {
  return std::find_if(all.begin(), all.end(), [&](auto const& one) { return one.name == name; });
}

void take_levels(std::vector<Factor>& all, std::vector<std::string>& asked, std::string const& text) {
  std::size_t const equals = text.find('=');
  std::string const name = text.substr(0, equals);
  std::vector<std::string> const values =
      equals == text.npos ? std::vector<std::string>{} : parts_of(text.substr(equals + 1));
  if (name.empty() || values.empty()) {
    fail("program", 182,
         {"--levels \"", text, "\": expected FACTOR=LEVEL,LEVEL or KEY=VALUE,VALUE, such as tau=3,5,9"});
  }
  asked.push_back(name);
  auto const factor = named(all, name);
  if (factor == all.end()) {
    Factor own{name, "key of the configuration", {}, {}, Measures::training, true};
    for (std::string const& value : values) own.levels.push_back({value, {"--" + name + "=" + value}});
    all.push_back(own);
    return;
  }
  std::vector<Level> kept;
  for (std::string const& value : values) {
    auto const level = named(factor->levels, value);
    if (level == factor->levels.end()) {
      std::vector<std::string> names;
      for (Level const& one : factor->levels) names.push_back(one.name);
      fail("program", 182, {"--levels ", name, "=", value, ": ", dynvision::expected_one_of(value, names)});
    }
    kept.push_back(*level);
  }
  factor->levels = kept;
}

}  // namespace

std::vector<Factor> known_factors(bool quick) {
  std::vector<Factor> all{
      loader(),
      pattern(),
      of_key("recurrence type", "lateral connections", "recurrence_type",
             {"full", "self", "depthwise", "pointwise", "depthpointwise", "pointdepthwise", "local", "localdepthwise",
              "none"}),
      of_key("target", "where lateral signals arrive", "recurrence_target", {"output", "middle", "input"}),
      of_key("target x8", "the same, of DyRCNNx8", "recurrence_target", {"output", "middle", "input"}),
      of_key("feedback", "connections back", "feedback", {"false", "add", "mul"}),
      of_key("skip", "connections past a layer", "skip", {"true", "false"}),
      of_key("T", "time steps of a trial", "n_timesteps", {"5", "10", "20", "40"}),
      of_key("idle", "blank steps before, without gradient", "idle_timesteps", {"0", "20"}),
      of_key("loss time", "ms after the onset in which labels do not count", "loss_reaction_time", {"0", "8", "18"}),
      of_key("truncation", "steps after which the gradient goes no further back", "truncated_bptt_timesteps",
             {"0", "5", "10"}),
      of_key("checkpoint", "states are kept of every so many steps only", "checkpoint_timesteps", {"0", "5"}),
      unrolling(),
      unrolling_cornet(),
      {"dtype", "what signals are computed in, and what is kept in", {}},
      of_key("batch", "images in a batch", "batch_size", {}),
      threads(),
      of_key("model", "published models, each with its own numbers", "model_name",
             {"DyRCNNx2", "DyRCNNx4", "DyRCNNx8", "CorNetRT", "CordsNet"})};
  Factor plan{"plan", "conditions of an experiment in one pass, to runs of their own", {}, {}, Measures::plan};
  for (char const* const name : {"duration", "contrast", "interval"}) plan.levels.push_back({name});
  all.push_back(plan);
  named(all, "target x8")->base = {"--model_name=DyRCNNx8"};
  named(all, "dtype")->levels = {{"float32", {"--trainer.precision=32"}},
                                 {"bfloat16", {"--trainer.precision=bf16-mixed"}},
                                 {"kept in bfloat16", {"--store_bfloat16=true"}}};
  std::vector<std::string> const sizes =
      quick ? std::vector<std::string>{"1", "4", "16"} : std::vector<std::string>{"1", "16", "64"};
  for (std::string const& n : sizes) named(all, "batch")->levels.push_back({n, {"--batch_size=" + n}});
  return all;
}

std::vector<Factor> chosen_factors(WantedFactors const& wanted, bool quick) {
  std::vector<Factor> all = known_factors(quick);
  std::vector<std::string> asked = parts_of(wanted.factors);
  for (std::string const& name : asked) {
    if (named(all, name) != all.end()) continue;
    std::vector<std::string> names;
    for (Factor const& one : all) names.push_back(one.name);
    fail("program", 181,
         {"--factors \"", name, "\": ", dynvision::expected_one_of(name, names),
          "; a key of the configuration is a factor by --levels KEY=VALUE,VALUE"});
  }
  for (std::string const& text : wanted.levels) take_levels(all, asked, text);
  if (asked.empty()) return all;
  std::vector<Factor> chosen;
  for (Factor const& one : all) {
    if (std::find(asked.begin(), asked.end(), one.name) != asked.end()) chosen.push_back(one);
  }
  return chosen;
}

}  // namespace program
