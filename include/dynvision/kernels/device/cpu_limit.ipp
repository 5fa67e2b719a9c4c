// What the files of control groups say.
#pragma once
#include <dynvision/kernels/device/cpu_limit.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>

namespace dynvision::kernels {

DYNVISION_INLINE int cpus_of_quota(std::string_view text) {
  double numbers[2] = {};
  for (double& number : numbers) {
    std::size_t const begin = std::min(text.find_first_not_of(" \n"), text.size());
    text.remove_prefix(begin);
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || !(number > 0)) return 0;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  return std::max(1, static_cast<int>(std::ceil(numbers[0] / numbers[1] - 0.01)));
}

DYNVISION_INLINE int cpus_of_control_group(std::string const& root, std::string const& membership) {
  int least = 0;
  auto const consider = [&](int cpus) {
    if (cpus > 0) least = least == 0 ? cpus : std::min(least, cpus);
  };
  auto const first_line = [](std::string const& path) {
    std::string line;
    std::ifstream file(path);
    std::getline(file, line);
    return line;
  };
  std::ifstream file(membership);
  for (std::string line; std::getline(file, line);) {  // "0::/a/b", or "4:cpu,cpuacct:/a/b" in version 1
    std::size_t const first = line.find(':'), second = line.find(':', first + 1);
    if (second == line.npos) continue;
    std::string const controllers = line.substr(first + 1, second - first - 1);
    bool const is_cpu = ("," + controllers + ",").find(",cpu,") != line.npos;
    if (!controllers.empty() && !is_cpu) continue;
    std::string path = line.substr(second + 1);
    std::string const base = controllers.empty() ? root : root + "/cpu";
    for (;; path.resize(std::min(path.rfind('/'), path.size()))) {
      while (!path.empty() && path.back() == '/') path.pop_back();
      if (controllers.empty()) {
        consider(cpus_of_quota(first_line(base + path + "/cpu.max")));
      } else {
        std::string const quota = first_line(base + path + "/cpu.cfs_quota_us");
        consider(cpus_of_quota(quota + " " + first_line(base + path + "/cpu.cfs_period_us")));
      }
      if (path.empty()) break;
    }
  }
  return least;
}

DYNVISION_INLINE int cpu_quota() {
  static int const cpus = cpus_of_control_group();
  return cpus;
}

}  // namespace dynvision::kernels
