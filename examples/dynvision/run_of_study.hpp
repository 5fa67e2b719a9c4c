// A run folder as train leaves it, and test, predict and a training that goes on find it.
//
//   config.json            every key with its value and where it came from; a configuration itself
//   run.json               the command, the one that repeats it, versions, seeds, git, machine; classes and model
//   weights.safetensors    what was learned; metadata: model, classes
//   checkpoint.safetensors, metrics.csv, summary.json, summary.txt, log.txt
#pragma once
#include <dynvision/records/run_folder.hpp>
#include <dynvision/variants/any_model.hpp>

#include "study.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace program {

void write_study(dynvision::RunFolder const& folder, Study const& study, dynvision::AnyModel const& model,
                 std::vector<std::string> const& classes);

// The words of a study that uses what this run was: its configuration first. A model of one's own must be named again:
// nothing that a folder holds chooses code.
StudyWords words_of_run(std::filesystem::path const& folder, StudyWords words);

// summary.json, or an empty object.
Json read_summary(std::filesystem::path const& folder);

void make_folder(std::filesystem::path const& folder);

std::vector<std::string> classes_of_run(std::filesystem::path const& folder);

void save_run_weights(std::filesystem::path const& path, dynvision::AnyModel const& model,
                      std::vector<std::string> const& classes);

}  // namespace program
