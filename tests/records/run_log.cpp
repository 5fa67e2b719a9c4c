#include <dynvision/records/run_log.hpp>

#include "../io/failure.hpp"
#include "../io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <sstream>

using namespace dynvision;

TEST_CASE("a log has a line to read and one for programs", "[records]") {
  TemporaryFolder const folder;
  {
    RunLog log(folder.path);
    log.info("start", "began");
    log.warning("checkpoint", "one\ntwo \xFF", {{"file", "last.safetensors"}, {"seconds", 0.5}, {"loss", NAN}});
  }
  RunLog(folder.path).error("stop", "ended");

  std::istringstream lines(contents(folder / "log.jsonl"));
  std::vector<nlohmann::json> all;
  for (std::string line; std::getline(lines, line);) all.push_back(nlohmann::json::parse(line));
  REQUIRE(all.size() == 3);
  CHECK(all[0]["level"] == "info");
  CHECK(all[0]["event"] == "start");
  CHECK(all[0]["time"].get<std::string>().size() == std::string("2026-01-31T13:25:01.120Z").size());
  CHECK(all[1]["file"] == "last.safetensors");
  CHECK(all[1]["seconds"] == 0.5);
  CHECK(all[1]["loss"].is_null());
  CHECK(all[1]["message"] == "one\ntwo \uFFFD");
  CHECK(all[2]["level"] == "error");

  std::string const text = contents(folder / "log.txt");
  CHECK(text.find("  info     began\n") != std::string::npos);
  CHECK(text.find("  warning  one\n                              two ") != std::string::npos);
}

TEST_CASE("a field of a log has a name of its own, and a log a folder", "[records]") {
  TemporaryFolder const folder;
  RunLog log(folder.path);
  CHECK(failure([&] { log.info("a", "b", {{"time", 1}}); }) == "records.221");
  CHECK(failure([&] { RunLog(folder / "missing"); }) == "io.154");
}
