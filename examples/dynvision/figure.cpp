// dynvision figure: the Python package dynvision_figures, found and started with what was said.
//
// The package lies in share/dynvision of an installation, or in tools/ of the sources. The Python is that of DYNVISION_PYTHON, else
// that of the sources' .deps/, else python3 of the path: the first that has NumPy and Matplotlib.
#include <dynvision/core/error.hpp>

#include "all_commands.hpp"
#include "sweep_child.hpp"
#include "this_program.hpp"
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

namespace program {

namespace {

namespace fs = std::filesystem;

fs::path tools() {
  std::error_code none;
  std::array const places{this_program().parent_path().parent_path() / "share/dynvision",
                          fs::path(DYNVISION_PROGRAM_SOURCE) / "tools"};
  for (fs::path const& place : places) {
    if (fs::is_regular_file(place / "dynvision_figures/__main__.py", none)) return place;
  }
  fail("program", 191,
       {"the package dynvision_figures is neither in ", places[0].string(), " nor in ", places[1].string(),
        ": install dynvision anew, or from where its sources are now"});
}

std::vector<std::string> pythons() {
  std::vector<std::string> all;
  char const* const given = std::getenv("DYNVISION_PYTHON");
  if (given != nullptr && *given != '\0') return {given};  // who names one wants no other
  fs::path const own = fs::path(DYNVISION_PROGRAM_SOURCE) / ".deps/venv/bin/python";
  std::error_code none;
  if (fs::exists(own, none)) all.push_back(own.string());
  all.push_back("python3");
  return all;
}

bool has_packages(std::string const& python) {
  static constexpr char const* look =
      "import importlib.util, sys; sys.exit(any(importlib.util.find_spec(n) is None for n in ('numpy', 'matplotlib')))";
  try {
    ChildProcess child({.command = {"/usr/bin/env", python, "-c", look}});
    while (child.running()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return child.exit_status() == 0;
  } catch (Error const&) {
    return false;
  }
}

std::string python() {
  std::string tried;
  for (std::string const& one : pythons()) {
    if (has_packages(one)) return one;
    tried += (tried.empty() ? "" : ", ") + one;
  }
  fail("program", 190,
       {"figures need a Python with NumPy and Matplotlib, which ", tried,
        " has not: pip install numpy matplotlib, or cmake/install_dependencies.sh, which puts them in .deps/venv; "
        "DYNVISION_PYTHON names another Python"});
}

// In place of this program, so that signals, output and exit status are the package's own.
int figure(std::vector<std::string> const& words) {
  std::string path = tools().string();
  if (char const* const given = std::getenv("PYTHONPATH"); given != nullptr && *given != '\0')
    path += std::string(":") + given;
  ::setenv("PYTHONPATH", path.c_str(), 1);
  std::vector<std::string> all{python(), "-m", "dynvision_figures"};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (std::string& word : all) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execvp(arguments.front(), arguments.data());
  fail("program", 192, {all.front(), ": cannot be started: ", std::strerror(errno)});
}

}  // namespace

Command const figure_command{"figure", "draw a figure from the tables of experiments; figure list names them",
                             "  dynvision figure list\n"
                             "  dynvision figure duration experiments --out figures\n",
                             [](CommandLine& line) {
                               auto const words = std::make_shared<std::vector<std::string>>();
                               line.everything(*words);
                               return [words] { return figure(*words); };
                             }};

}  // namespace program
