// The memory of this process, as the system counts it.
//
//   resident  what it holds now [bytes];   peak  the most that it has held [bytes]       0: the system does not say
//
// Source: proc(5), /proc/self/statm; getrusage(2).
#pragma once
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>

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

}  // namespace dynvision
