// The plan of a sweep on disk: what it is made of, and whether a folder's plan is this one.
//
// A sweep that is started again in its folder goes on. Its plan may have grown (new values: the runs that are there stay);
// where a run has gone or has become another one (its resolved configuration differs), the folder is refused, with what
// differs. The plan is written after the configurations of all its runs: where it is there, they are.
//
// Errors: program.165, program.166.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/file/atomic_file.hpp>
#include <dynvision/io/file/input_file.hpp>

#include "sweep_folder.hpp"
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace program {

using namespace dynvision;

struct PlannedRun {
  std::string name{}, identity{};                             // config/sweep/runs.hpp
  std::vector<std::pair<std::string, std::string>> values{};  // swept keys, as JSON
  std::string configuration{};                                // its whole file, JSON
  std::string seed{};                                         // for the table of results
  std::int64_t epochs = 0;                                    // 0: not known
};

struct SweepPlan {
  std::string command{};  // the one that goes on with it
  std::vector<PlannedRun> runs{};
};

inline void write_file(std::filesystem::path const& path, std::string const& text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

inline void write_where_different(std::filesystem::path const& path, std::string const& text) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored) && InputFile(path).text() == text) return;
  write_file(path, text);
}

inline std::string plan_text(SweepPlan const& plan) {
  using Json = nlohmann::ordered_json;
  Json runs = Json::array();
  for (PlannedRun const& run : plan.runs) {
    Json values = Json::object();
    for (auto const& [key, value] : run.values) values[key] = Json::parse(value);
    runs.push_back({{"name", run.name}, {"identity", run.identity}, {"values", values}});
  }
  return Json{{"format", 1}, {"command", plan.command}, {"runs", runs}}.dump(2) + "\n";
}

// name, identity of the runs of a folder's plan; none: there is no plan yet.
inline std::vector<std::pair<std::string, std::string>> runs_of_plan(std::filesystem::path const& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {};
  std::vector<std::pair<std::string, std::string>> runs;
  try {
    auto const json = nlohmann::ordered_json::parse(InputFile(path).text());
    for (auto const& run : json.at("runs")) {
      runs.emplace_back(run.at("name").get<std::string>(), run.at("identity").get<std::string>());
    }
  } catch (nlohmann::json::exception const& error) {
    fail("program", 165,
         {path.string(), ": the plan of a sweep cannot be read (", error.what(), "): give another --folder"});
  }
  return runs;
}

// How many runs of the folder's plan the new one has kept; the files of the plan are in place afterwards.
inline std::size_t adopt_plan(SweepFolder const& folder, SweepPlan const& plan) {
  auto const before = runs_of_plan(folder.plan());
  std::string different;
  std::size_t n_different = 0;
  for (auto const& [name, identity] : before) {
    auto const now =
        std::find_if(plan.runs.begin(), plan.runs.end(), [&n = name](PlannedRun const& run) { return run.name == n; });
    if (now != plan.runs.end() && now->identity == identity) continue;
    if (++n_different > 5) continue;
    different +=
        "\n  " + name + (now == plan.runs.end() ? ": not in this sweep" : ": its configuration is another one");
  }
  if (n_different > 5) different += "\n  and " + number_text(n_different - 5) + " more";
  if (n_different > 0) {
    fail("program", 166,
         {folder.path().string(), ": another sweep has been started in this folder:", different,
          "\nGive another --folder, or the configuration that it was started with"});
  }
  for (PlannedRun const& run : plan.runs) write_where_different(folder.configuration(run.name), run.configuration);
  write_where_different(folder.plan(), plan_text(plan));
  return before.size();
}

}  // namespace program
