#include <dynvision/records/run_folder.hpp>

#include "../io/failure.hpp"
#include "../io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <iterator>
#include <string>

using dynvision::RunFolder;

TEST_CASE("every run has a folder of its own, and the latest is found", "[records]") {
  TemporaryFolder const folder;
  RunFolder const first = RunFolder::create("DyRCNNx4", folder / "runs");
  std::string shape = first.path().filename().string();
  for (char& c : shape)
    if (c >= '0' && c <= '9') c = '0';
  CHECK(shape == "00000000-000000-DyRCNNx0");
  CHECK(std::filesystem::equivalent(RunFolder::latest(folder / "runs").path(), first.path()));
  for (int i = 0; i < 5; ++i) {
    RunFolder const next = RunFolder::create("DyRCNNx4", folder / "runs");
    CHECK(next.path() != first.path());
    CHECK(std::filesystem::equivalent(RunFolder::latest(folder / "runs").path(), next.path()));
  }
  CHECK(std::filesystem::is_symlink(folder / "runs/latest"));
  CHECK(std::filesystem::read_symlink(folder / "runs/latest").is_relative());
  std::ptrdiff_t n = 0;
  for ([[maybe_unused]] auto const& entry : std::filesystem::directory_iterator(folder / "runs")) ++n;
  CHECK(n == 7);
}

TEST_CASE("files of a run", "[records]") {
  TemporaryFolder const folder;
  RunFolder const run = RunFolder::create("net", folder / "runs");
  run.write("config.json", "{}");
  run.write("figures/curve.csv", "x\n");
  CHECK(contents(run / "config.json") == "{}");
  CHECK(contents(run.path() / "figures/curve.csv") == "x\n");
  CHECK(run.has("config.json"));
  CHECK_FALSE(run.has("other"));
  for (auto const* const bad : {"", "/x", "../x", "a/../../x"})
    CHECK(failure([&] { run.write(bad, ""); }) == "records.136");
  CHECK(failure([&] { run.write("config.json/x", ""); }) == "records.132");
}

TEST_CASE("a model's name cannot leave the folder", "[records]") {
  TemporaryFolder const folder;
  RunFolder const run = RunFolder::create("../DyRCNNx4<Full, Output>", folder / "runs");
  CHECK(run.path().parent_path() == folder / "runs");
  CHECK(run.path().filename().string().ends_with("-.._DyRCNNx4_Full__Output_"));
}

TEST_CASE("runs that are not there", "[records]") {
  TemporaryFolder const folder;
  CHECK(failure([&] { RunFolder::latest(folder / "runs"); }) == "records.134");
  std::filesystem::remove_all(RunFolder::create("net", folder / "runs").path());
  CHECK(failure([&] { RunFolder::latest(folder / "runs"); }) == "records.135");
  CHECK(failure([&] { RunFolder::open(folder / "runs/missing"); }) == "records.133");
  CHECK(failure([&] { RunFolder::open(folder.file("a", "")); }) == "records.133");
  CHECK(failure([&] { RunFolder::create("", folder / "runs"); }) == "records.131");
  CHECK(failure([&] { RunFolder::create("net", folder.file("a", "")); }) == "records.132");
}

TEST_CASE("a run starts where the link to the latest cannot be set, and is found by its name", "[records]") {
  TemporaryFolder const folder;
  auto const runs = folder / "runs";
  std::filesystem::create_directories(runs / "latest" / "x");  // what a copy without links has
  CHECK(RunFolder::latest(runs).path() == runs / "latest");
  for (std::string const name : {"20990131-142501-net-2", "20990131-142501-net-10", "20990131-142501-net",
                                 "20980131-142501-z", "other", "99990131-142501x"}) {
    std::filesystem::create_directories(runs / name);
  }
  std::ofstream(runs / "99990131-142501-file") << "no run";
  RunFolder const run = RunFolder::create("net", runs);
  CHECK(run.path().parent_path() == runs);
  CHECK(run.warning().find("runs/latest") != std::string::npos);
  CHECK(run.warning().find("it is a folder, not a link") != std::string::npos);
  CHECK(std::filesystem::is_directory(runs / "latest" / "x"));
  CHECK(RunFolder::latest(runs).path() == runs / "20990131-142501-net-10");
  // Nothing is left behind but the run.
  CHECK(std::distance(std::filesystem::directory_iterator(runs), std::filesystem::directory_iterator()) == 9);
  std::filesystem::remove_all(runs / "latest");
  RunFolder const next = RunFolder::create("net", runs);
  CHECK(next.warning().empty());
  CHECK(RunFolder::latest(runs).path() == next.path());
}
