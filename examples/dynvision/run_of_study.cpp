#include "run_of_study.hpp"

#include <dynvision/io/file/input_file.hpp>
#include <dynvision/io/weights.hpp>

#include <ATen/Parallel.h>

#include "run_record.hpp"

namespace program {

using dynvision::fail, dynvision::number_text;

namespace {

Json read_json(std::filesystem::path const& path) {
  dynvision::InputFile const file(path);
  if (file.size() > 1U << 24U)
    fail("program", 131, {path.string(), ": expected JSON of a run, found ", file.size(), " bytes"});
  Json all = Json::parse(file.text(), nullptr, false);
  if (!all.is_object()) fail("program", 131, {path.string(), ": expected JSON of a run, found something else"});
  return all;
}

}  // namespace

void write_study(dynvision::RunFolder const& folder, Study const& study, dynvision::AnyModel const& model,
                 std::vector<std::string> const& classes) {
  folder.write("config.json", study.json().dump(2) + "\n");
  std::vector<std::string> repeat{"dynvision", "train",
                                  "--config",  folder.path().string() + "/config.json",
                                  "--threads", number_text(at::get_num_threads())};
  if (!study.own_model.empty()) repeat.insert(repeat.end(), {"--model", study.own_model});
  std::vector<std::string> typed = started_with();
  typed.insert(typed.begin(), "dynvision");
  Json all{{"command", shell_text(typed)},
           {"repeat", shell_text(repeat)},
           {"model", model.type()},
           {"own_model", study.own_model},
           {"classes", classes},
           {"seeds",
            {{"model", *study.values.options.seed},
             {"data", study.values.fit.batches.seed},
             {"noise", study.values.run.seed.value_or(0)}}}};
  all.update(about_this_program());
  folder.write("run.json", all.dump(2) + "\n");
}

StudyWords words_of_run(std::filesystem::path const& folder, StudyWords words) {
  std::error_code ignored;
  std::filesystem::path const configuration = folder / "config.json";
  if (!std::filesystem::is_regular_file(configuration, ignored)) {
    fail("program", 116,
         {folder.string(),
          ": expected the folder of a run, with its config.json, found none (dynvision train makes one)"});
  }
  words.files.insert(words.files.begin(), configuration.string());
  Json const run = read_json(folder / "run.json");
  std::string const own = run.value("own_model", "");
  if (!own.empty() && words.own_model.empty()) {
    fail("program", 117, {folder.string(), ": the run is of a model of one's own, which must be named: --model ", own});
  }
  return words;
}

Json read_summary(std::filesystem::path const& folder) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(folder / "summary.json", ignored) ? read_json(folder / "summary.json")
                                                                            : Json::object();
}

void make_folder(std::filesystem::path const& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail("program", 132, {folder.string(), ": the folder cannot be made: ", error.message()});
}

std::vector<std::string> classes_of_run(std::filesystem::path const& folder) {
  std::vector<std::string> classes;
  Json const run = read_json(folder / "run.json");
  if (run.contains("classes") && run["classes"].is_array()) {
    for (Json const& one : run["classes"]) classes.push_back(one.is_string() ? one.get<std::string>() : one.dump());
  }
  return classes;
}

void save_run_weights(std::filesystem::path const& path, dynvision::AnyModel const& model,
                      std::vector<std::string> const& classes) {
  std::string names;
  for (std::string const& one : classes) names += (names.empty() ? "" : ",") + one;
  dynvision::save_weights(path, model.parameters(), {{"model", model.type()}, {"classes", names}});
}

}  // namespace program
