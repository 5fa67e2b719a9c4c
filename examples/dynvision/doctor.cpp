// dynvision doctor: whether this machine is ready, and what to do where it is not.
#include <dynvision/core/number_text.hpp>
#include <dynvision/variants/cache/private_folder.hpp>
#include <dynvision/version.hpp>

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include "all_commands.hpp"
#include "this_machine.hpp"
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <system_error>
#include <thread>

namespace program {

namespace {

namespace fs = std::filesystem;
using dynvision::decimals, dynvision::number_text;

enum class State { good, look, bad };

struct Finding {
  std::string about, found;
  State state = State::good;
  std::string todo{};  // where it is not good
};

std::string environment(char const* name) {
  char const* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The first program of this name on the path; empty: there is none.
fs::path on_path(std::string const& name) {
  if (name.find('/') != name.npos) return ::access(name.c_str(), X_OK) == 0 ? name : "";
  std::string const path = environment("PATH");
  for (std::size_t start = 0; start <= path.size();) {
    std::size_t const end = std::min(path.find(':', start), path.size());
    fs::path const candidate = fs::path(path.substr(start, end - start)) / name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    start = end + 1;
  }
  return {};
}

Finding compiler() {
  std::string const name = DYNVISION_PROGRAM_COMPILER;
  fs::path const path = on_path(name);
  if (!path.empty()) return {"compiler", path.string() + " (built with " __VERSION__ ")"};
  return {"compiler", name + ", which is not there", State::look,
          "models that are built in run without it; others need it: install g++, or build dynvision again with the "
          "compiler that is there"};
}

Finding libtorch() {
  return {"LibTorch", std::string(TORCH_VERSION) + ", CPU instructions " + at::get_cpu_capability()};
}

Finding devices() {
  int const usable = n_usable_gpus();
  bool const there = has_nvidia_gpu();
  if (usable > 0) return {"devices", "CPU, " + number_text(usable) + " CUDA"};
  if (there) {
    return {"devices", "CPU; there is an NVIDIA GPU that this LibTorch does not use", State::look,
            "runs stay on the CPU: link LibTorch's CUDA part (docs/how-to/run-on-a-gpu.md), then --device cuda"};
  }
  return {"devices", "CPU"};
}

Finding threads() {
  int const used = at::get_num_threads(), cores = static_cast<int>(std::thread::hardware_concurrency());
  std::string const found = number_text(used) + " of " + number_text(cores) + " cores";
  std::string const omp = environment("OMP_NUM_THREADS");
  if (used < cores / 2 && !omp.empty()) {
    return {"threads", found + " (OMP_NUM_THREADS=" + omp + ")", State::look,
            "training is slower than it could be: unset OMP_NUM_THREADS, or give --threads"};
  }
  return {"threads", found};
}

Finding memory() {
  std::uint64_t const total = memory_bytes(), free = free_memory_bytes();
  std::string const found = gigabytes(free) + " of " + gigabytes(total) + " free";
  if (free > 0 && free < std::uint64_t{1} << 30U) {
    return {"memory", found, State::look,
            "little is free: close other programs, or a smaller batch_size; dynvision plan"};
  }
  return {"memory", found};
}

Finding data() {
  fs::path const folder = "/usr/share/datasets/fashion-mnist";
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return {"data", "Fashion-MNIST in " + folder.string()};
  return {"data", "no Fashion-MNIST in " + folder.string(), State::look,
          "apt install dataset-fashion-mnist; or name images of your own: --data_name NAME --data_path FILE"};
}

// Whether a file can be made there, and how much room there is.
Finding folder(std::string const& about, fs::path const& where) {
  std::error_code error;
  fs::path there = fs::absolute(where, error);
  while (!there.empty() && !fs::exists(there, error)) {
    fs::path const parent = there.parent_path();
    if (parent == there) break;
    there = parent;
  }
  if (!fs::is_directory(there, error)) {
    return {about, where.string() + ": " + there.string() + " is a file", State::bad,
            "name another folder: --runs FOLDER"};
  }
  if (::access(there.c_str(), W_OK | X_OK) != 0) {
    return {about, where.string() + ": " + there.string() + " may not be written to", State::bad,
            "name another folder (--runs FOLDER), or take the right to write there"};
  }
  fs::space_info const space = fs::space(there, error);
  std::string const found = where.string() + ": " + (error ? "room unknown" : gigabytes(space.available) + " free");
  if (!error && space.available < std::uint64_t{1} << 30U) {
    return {about, found, State::look,
            "a training may fill the disk: make room, or name another folder: --runs FOLDER"};
  }
  return {about, found};
}

Finding cache() {
  fs::path const where = dynvision::variants::default_cache_if_any();
  if (where.empty()) {
    return {"cache of variants", "no place: neither XDG_CACHE_HOME nor HOME is set", State::look,
            "set one of them: variants that are not built in are compiled into it"};
  }
  struct stat about {};
  if (::stat(where.c_str(), &about) == 0) {
    if (about.st_uid != ::geteuid() || (about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
      return {"cache of variants", where.string() + ": others own it, or may write to it", State::bad,
              "variants are loaded from it as code: chmod go-w, or remove it and let it be made anew"};
    }
  }
  return folder("cache of variants", where);
}

Finding figures() {
  fs::path const python = on_path("python3");
  if (python.empty()) {
    return {"figures", "no python3", State::look,
            "runs leave their numbers all the same; examples/figures/quickstart.py draws them where Python is"};
  }
  return {"figures", python.string()};
}

char const* word(State state) { return state == State::good ? "ok" : state == State::look ? "look" : "bad"; }

int doctor(std::string const& runs, bool json) {
  std::vector<Finding> const all{{"dynvision", std::string(dynvision::version)},
                                 compiler(),
                                 libtorch(),
                                 devices(),
                                 threads(),
                                 memory(),
                                 data(),
                                 folder("runs", runs),
                                 cache(),
                                 figures()};
  bool any_bad = false, any = false;
  for (Finding const& one : all) any_bad |= one.state == State::bad, any |= one.state != State::good;
  if (json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (Finding const& one : all) {
      list.push_back({{"about", one.about}, {"state", word(one.state)}, {"found", one.found}, {"todo", one.todo}});
    }
    std::cout << nlohmann::ordered_json{{"findings", list}, {"ready", !any_bad}}.dump(2) << std::endl;
  } else {
    std::size_t width = 0;
    for (Finding const& one : all) width = std::max(width, one.about.size());
    for (Finding const& one : all) {
      std::string const state = word(one.state);
      std::cout << state << std::string(6 - state.size(), ' ') << one.about
                << std::string(width + 2 - one.about.size(), ' ') << one.found << "\n";
      if (!one.todo.empty()) std::cout << std::string(width + 8, ' ') << "-> " << one.todo << "\n";
    }
    std::cout << (any_bad ? "Something must be done first."
                  : any   ? "Ready; some things are worth a look."
                          : "Ready.")
              << std::endl;
  }
  return any_bad ? failed : done;
}

}  // namespace

Command const doctor_command{"doctor", "look at this machine: compiler, LibTorch, devices, threads, data, disk, cache",
                             "  dynvision doctor\n  dynvision doctor --runs /scratch/runs --json\n",
                             [](CommandLine& line) {
                               auto const runs = std::make_shared<std::string>("runs");
                               auto const json = std::make_shared<bool>(false);
                               line.value("--runs", *runs, "where run folders are to be made", "FOLDER");
                               line.flag("--json", *json, "the same for programs");
                               return [runs, json] { return doctor(*runs, *json); };
                             }};

}  // namespace program
