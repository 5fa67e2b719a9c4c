#include <dynvision/records/run_folder.hpp>

#include "../io/failure.hpp"
#include "../io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

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
  std::filesystem::create_directories(folder / "other/latest/x");
  CHECK(failure([&] { RunFolder::create("net", folder / "other"); }) == "records.137");
  CHECK(std::filesystem::is_directory(folder / "other/latest/x"));
}
