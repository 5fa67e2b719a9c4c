// How many threads can run at once by the quota of this process's control group (containers, batch systems). The number of
// CPUs that it may use at all is known to OpenMP, and so to at::get_num_threads().
#pragma once
#include <dynvision/core/inline.hpp>

#include <string>
#include <string_view>

namespace dynvision::kernels {

// Whole CPUs of a quota; 0: none is set. `text`: "<microseconds> <period>", as cpu.max has it, or "max ...".
int cpus_of_quota(std::string_view text);

// Of this process's control group and those above it, in the file system that is mounted at `root`; 0: no quota.
int cpus_of_control_group(std::string const& root = "/sys/fs/cgroup",
                          std::string const& membership = "/proc/self/cgroup");

// Of this process, asked once; 0: no quota.
int cpu_quota();

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/device/cpu_limit.ipp>
#endif
