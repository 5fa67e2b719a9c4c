// Quotas of control groups, of both versions, as files that a test has made.
#include <dynvision/kernels/device/cpu_limit.hpp>

#include "io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>

using namespace dynvision;

namespace {

void write(std::filesystem::path const& path, std::string const& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("a quota is a whole number of CPUs, at least one", "[kernels]") {
  CHECK(kernels::cpus_of_quota("200000 100000") == 2);
  CHECK(kernels::cpus_of_quota("150000 100000\n") == 2);
  CHECK(kernels::cpus_of_quota("20000 100000") == 1);
  CHECK(kernels::cpus_of_quota("max 100000") == 0);
  CHECK(kernels::cpus_of_quota("-1 100000") == 0);
  CHECK(kernels::cpus_of_quota("") == 0);
  CHECK(kernels::cpus_of_quota("100000") == 0);
}

TEST_CASE("the smallest quota of a control group and those above it counts", "[kernels]") {
  TemporaryFolder const folder;
  std::filesystem::path const root = folder / "cgroup", membership = folder / "membership";
  auto const cpus = [&] { return kernels::cpus_of_control_group(root.string(), membership.string()); };
  CHECK(cpus() == 0);  // no such files

  write(membership, "0::/job/step\n");
  write(root / "job/step/cpu.max", "max 100000\n");
  CHECK(cpus() == 0);
  write(root / "job/cpu.max", "400000 100000\n");
  CHECK(cpus() == 4);
  write(root / "job/step/cpu.max", "300000 100000\n");
  CHECK(cpus() == 3);

  write(membership, "9:name=systemd:/x\n4:cpu,cpuacct:/job\n");  // version 1
  write(root / "cpu/job/cpu.cfs_quota_us", "250000\n");
  write(root / "cpu/job/cpu.cfs_period_us", "100000\n");
  CHECK(cpus() == 3);
  write(root / "cpu/job/cpu.cfs_quota_us", "-1\n");
  CHECK(cpus() == 0);
  CHECK(kernels::cpu_quota() >= 0);
}
