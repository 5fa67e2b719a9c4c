// The memory of this process, as the system counts it.
//
//   resident  what it holds now [bytes];   peak  the most that it has held [bytes]       0: the system does not say
//
//   memory_above(work)  the most that is held while `work` runs above what was held before it [bytes]; none: the system does
//                       not say. Freed memory is given back first (malloc_trim), so what `work` takes is what counts,
//                       whatever ran before; scratch that a library keeps from an earlier call does not count again.
//
// Source: proc(5), /proc/self/statm, /proc/self/clear_refs (5: the peak begins anew), VmHWM; getrusage(2); malloc_trim(3).
#pragma once
#include <sys/resource.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

namespace dynvision {

struct ProcessMemory {
  std::int64_t resident = 0, peak = 0;  // [bytes]
};

inline ProcessMemory process_memory() {
  ProcessMemory memory;
  std::int64_t total = 0, pages = 0;
  if (std::ifstream("/proc/self/statm") >> total >> pages) memory.resident = pages * ::sysconf(_SC_PAGESIZE);
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) memory.peak = std::int64_t{usage.ru_maxrss} * 1024;
  return memory;
}

namespace detail {

// [bytes] "VmHWM:  12 kB" of /proc/self/status; none: not there.
inline std::optional<std::int64_t> status_bytes(std::string const& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name + ":")) continue;
    std::int64_t kilobytes = 0;
    for (char const c : line) kilobytes = c >= '0' && c <= '9' ? kilobytes * 10 + (c - '0') : kilobytes;
    return kilobytes * 1024;
  }
  return std::nullopt;
}

}  // namespace detail

template <class Work> std::optional<std::int64_t> memory_above(Work&& work) {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
  bool const begun = static_cast<bool>(std::ofstream("/proc/self/clear_refs") << "5" << std::flush);
  auto const before = detail::status_bytes("VmRSS");
  std::forward<Work>(work)();
  auto const peak = detail::status_bytes("VmHWM");
  if (!begun || !before || !peak) return std::nullopt;
  return std::max<std::int64_t>(0, *peak - *before);
}

}  // namespace dynvision
