#include "this_machine.hpp"

#include <dynvision/core/number_text.hpp>

#include <ATen/detail/CUDAHooksInterface.h>

#include <cstdlib>
#include <fstream>
#include <system_error>

namespace program {

namespace {

// "MemTotal:  12 kB" of /proc/meminfo, in bytes; 0: not there.
std::uint64_t memory_line(std::string const& name) {
  std::ifstream file("/proc/meminfo");
  std::string word, unit;
  std::uint64_t kilobytes = 0;
  while (file >> word >> kilobytes) {
    if (word == name + ":") return kilobytes * 1024;
    std::getline(file, unit);
  }
  return 0;
}

std::uint64_t number_in(char const* path) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  return file >> number ? number : 0;  // "max": no limit
}

// What the control group counts as used, and holds of files only for as long as nothing else needs it.
std::uint64_t cached_bytes() {
  std::ifstream file("/sys/fs/cgroup/memory.stat");
  std::string name;
  std::uint64_t bytes = 0;
  while (file >> name >> bytes) {
    if (name == "inactive_file") return bytes;
  }
  return 0;
}

}  // namespace

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::uint64_t memory_bytes() {
  std::uint64_t const limit = number_in("/sys/fs/cgroup/memory.max"), all = memory_line("MemTotal");
  return limit > 0 && limit < all ? limit : all;
}

std::uint64_t free_memory_bytes() {
  std::uint64_t const free = memory_line("MemAvailable");
  std::uint64_t const limit = number_in("/sys/fs/cgroup/memory.max"), used = number_in("/sys/fs/cgroup/memory.current");
  if (limit == 0 || limit >= memory_line("MemTotal")) return free;
  std::uint64_t const left = limit > used ? limit - used : 0;
  return std::min(free, left + cached_bytes());  // of the files that were read last, given back when it is needed
}

bool has_nvidia_gpu() {
  std::error_code ignored;
  return std::filesystem::exists("/dev/nvidia0", ignored) ||
         std::filesystem::exists("/proc/driver/nvidia/version", ignored);
}

int n_usable_gpus() { return static_cast<int>(at::detail::getCUDAHooks().deviceCount()); }

std::string gigabytes(std::uint64_t bytes) {
  double const gb = static_cast<double>(bytes) / 1e9;
  return dynvision::number_text(gb, dynvision::decimals(gb < 10 ? 1 : 0)) + " GB";
}

}  // namespace program
