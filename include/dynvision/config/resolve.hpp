// resolve: the configuration of a study, from its files and arguments.
//
//   config::Resolved const resolved = config::resolve({.files = {"study.json"}, .arguments = {"--tau", "9"}});
//   resolved.problems.require_none();       one error with all that is wrong, each with its place
//   DyRCNNx2<> model(resolved.study.options);
//
// Order, a later one before an earlier one: defaults of the structs; shipped defaults.json, data.json, workflow.json; the
// experiment that is named; the study's files in their order; modes that are on; overrides of a section (model.), of a
// command (train.), of both; arguments. A file that Resolved::json() has written stands for all of this: what comes after
// it are other files and arguments.
//
// Errors: config.151, config.152, and those of the rooms.
#pragma once
#include <dynvision/config/layers/modes.hpp>
#include <dynvision/config/layers/resolved.hpp>
#include <dynvision/config/layers/shipped.hpp>
#include <dynvision/core/inline.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace dynvision::config {

struct Request {
  std::vector<std::filesystem::path> files{};
  std::vector<std::string> arguments{};                             // "--tau", "9"
  std::string scope = "train";                                      // whose overrides count: "init", "train", "test"
  bool sweeps = false;                                              // whether a list may stand for several studies
  std::optional<std::filesystem::path> shipped = shipped_folder();  // none: without shipped files
  std::vector<std::string> numbers{};        // names of numbers of the model's own parts: model.NAME
  std::vector<std::string> left_out{};       // keys whose values are not taken: "model.t_feedback"
  bool own_model = false;                    // the model is a type of the user's, not what the words of a structure say
  std::string cluster = cluster_variable();  // what the detectors of modes see
};

Resolved resolve(Request const& request);

}  // namespace dynvision::config

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/config/resolve.ipp>
#endif
