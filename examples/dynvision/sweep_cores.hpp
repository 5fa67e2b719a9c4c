// Cores of this process's share (affinity, control group), and what other processes hold.
#pragma once
#include <dynvision/core/number_text.hpp>

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace program {

using namespace dynvision;

// The first whole number of a text: "200000 100000" -> 200000; -1: there is none ("max").
inline double leading_number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  double value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}
inline std::string line_of(char const* path, std::string_view begin = "") {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(begin)) return line.substr(begin.size());
  }
  return "";
}

inline int available_cores() {
  int cores = static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) cores = std::max(1, CPU_COUNT(&set));
  std::string const share = line_of("/sys/fs/cgroup/cpu.max");  // "quota period" [µs]
  double const quota = leading_number(share);
  double const period = leading_number(std::string_view(share).substr(std::min(share.find(' '), share.size())));
  if (quota > 0 && period > 0) cores = std::min(cores, std::max(1, static_cast<int>(quota / period + 0.5)));
  return cores;
}

// What a process holds [bytes]; 0: it is gone.
inline double resident_memory(long process) {
  std::string const pages = line_of(("/proc/" + number_text(process) + "/statm").c_str());
  double const resident = leading_number(std::string_view(pages).substr(std::min(pages.find(' '), pages.size())));
  return resident > 0 ? resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace program
