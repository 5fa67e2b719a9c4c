// The study that a command is asked to do: its configuration, resolved, and what follows from it.
#pragma once
#include <dynvision/analysis/facts.hpp>
#include <dynvision/config/study.hpp>

#include "command.hpp"
#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace program {

using Json = nlohmann::ordered_json;

struct StudyWords {
  std::vector<std::string> files, keys;  // --config FILE ..., --tau 9 ...
  std::string own_model;                 // --model FILE:TYPE
};

// "small.hpp:Small<...>": a template with the arguments of the library's families, which stand for the dots as the words of the
// configuration say; model_name is the family whose words and defaults it takes.
inline bool is_family(std::string const& own_model) { return own_model.ends_with("<...>"); }

// Declares them for a command.
void take_study(CommandLine& line, StudyWords& words);

class Study {
 public:
  // One error with all that is wrong with it. `scope`: "train" or "test", whose overrides count.
  Study(StudyWords const& words, std::string const& scope);

  dynvision::config::Study values;
  std::string own_model;

  bool given(std::string const& key) const;  // "model.n_classes"
  bool asked(std::string const& key) const;  // the same, by a file of the study or its arguments, not by shipped files
  // A key that was not given gets its value from something else, which `from` names: the images.
  void take(std::string const& key, Json const& value, std::string const& from);

  // Whether it fits the model that was made for it, and the images; one error with all that does not.
  void check(dynvision::Facts const& model, std::int64_t n_classes, std::array<int, 3> image, std::int64_t n_training);

  Json json() const;                         // resolved, with where each value came from; a configuration file itself
  Json value(std::string const& key) const;  // of "model.tau"
  // What must be the same for a training to go on: "model.tau" -> "5".
  std::map<std::string, std::string> identity() const;

 private:
  struct Inside;
  std::shared_ptr<Inside> inside_;
};

// Of which a difference does no harm where a training goes on: how long it is, where the data are, what is written.
std::vector<std::string> harmless_keys();

// "V1, V2" ...
std::string joined_words(std::vector<std::string> const& words);

}  // namespace program
