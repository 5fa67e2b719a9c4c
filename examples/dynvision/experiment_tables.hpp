// Tables of an experiment beside those that all have: decoding, similarity and dimensionality of populations, delayed normalisation.
#pragma once
#include <dynvision/experiments/tables/write_tables.hpp>

#include "experiment_run.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace program {

// What cannot be computed is refused where `measures` asks for it, and else left out, and said.
class FurtherTables {
 public:
  FurtherTables(FurtherTablesArguments const& arguments,
                std::vector<dynvision::experiments::Experiment> const& experiments,
                dynvision::experiments::Plan const& plan, dynvision::Images const& images);

  // What the run has to keep for them.
  dynvision::experiments::KeptPopulations const& populations() const { return populations_; }
  std::vector<std::string> const& left_out() const { return left_out_; }  // sentences

  // `out`: of all experiments, each has its folder; tau [ms] of the model.
  void write(std::filesystem::path const& branches, std::filesystem::path const& out,
             dynvision::experiments::TableKeys keys, std::int64_t batch_size, double tau) const;

 private:
  bool has(std::size_t experiment, char const* measure) const;
  void leave_out(char const* measure, std::string const& why);
  std::vector<dynvision::experiments::NamedTables> with(char const* measure, std::filesystem::path const& branches,
                                                        std::filesystem::path const& out) const;

  std::vector<dynvision::experiments::Experiment> const& experiments_;
  dynvision::experiments::Plan const& plan_;
  dynvision::Images const& images_;
  std::string decoder_{};
  std::vector<std::vector<std::string>> measures_{};  // of each experiment
  dynvision::experiments::KeptPopulations populations_{};
  std::vector<std::string> left_out_{};
};

}  // namespace program
