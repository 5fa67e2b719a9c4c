// What this machine is: for doctor, plan and the record of a run.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace program {

std::string processor();            // "AMD EPYC ...", as the system names it
std::uint64_t memory_bytes();       // all of it, or the limit of the control group; 0: unknown
std::uint64_t free_memory_bytes();  // 0: unknown
bool has_nvidia_gpu();              // the system has one, whether or not LibTorch uses it
int n_usable_gpus();                // by this LibTorch
std::string gigabytes(std::uint64_t bytes);

}  // namespace program
