// A folder of its own for every run: runs/20260131-142501-DyRCNNx4/, and the link runs/latest.
//
// Names sort by time (local). Two runs in the same second get "-2", "-3", …: a folder is made by one run only, and
// nothing in it is ever written by another. Files appear complete or not at all (io/file/atomic_file.hpp); the link is replaced,
// never missing. Where it cannot be set (a copy of the folder has a folder in its place, a file system without links) the run
// starts all the same, with a warning, and the latest run is found by its name.
//
// Errors: records.131 … records.136, the warning records.137, and those of io/file/atomic_file.hpp.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/core/warning.hpp>
#include <dynvision/io/file/atomic_file.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <ctime>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

namespace dynvision {

class RunFolder {
 public:
  static RunFolder create(std::string_view model, std::filesystem::path const& runs = "runs") {
    if (model.empty()) fail("records", 131, "run folder: expected the name of the model, found none");
    std::error_code error;
    std::filesystem::create_directories(runs, error);
    if (error) fail("records", 132, {runs.string(), ": the folder of all runs cannot be made: ", error.message()});
    std::string const name = time_text() + "-" + plain(model);
    for (int count = 1;; ++count) {
      auto const path = runs / (count == 1 ? name : name + "-" + number_text(count));
      if (std::filesystem::create_directory(path, error)) {
        RunFolder made(path);
        made.warning_ = link(runs, path.filename());
        if (!made.warning_.empty()) warn_once("records", 137, {made.warning_});
        return made;
      }
      if (error) fail("records", 132, {path.string(), ": cannot be made: ", error.message()});
    }
  }
  // A run to look at or to continue.
  static RunFolder open(std::filesystem::path path) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(path, ignored)) {
      fail("records", 133,
           {path.string(), ": expected the folder of a run, found ",
            std::filesystem::exists(path, ignored) ? "a file" : "none"});
    }
    return RunFolder(std::move(path));
  }
  static RunFolder latest(std::filesystem::path const& runs = "runs") {
    std::error_code error;
    auto const link = runs / "latest";
    if (!std::filesystem::is_symlink(link, error)) {
      if (auto const newest = newest_of(runs); !newest.empty()) return RunFolder(newest);
      if (std::filesystem::is_directory(link, error)) return RunFolder(link);
      fail("records", 134,
           {link.string(),
            ": expected the link to the latest run, found none: no run has been started here "
            "(or name the folder of the run)"});
    }
    auto const target = std::filesystem::read_symlink(link, error);
    auto const path = target.is_absolute() ? target : runs / target;
    if (error || !std::filesystem::is_directory(path, error)) {
      fail("records", 135,
           {link.string(), ": expected a link to a run, found one to \"", target.string(), "\", which is gone"});
    }
    return RunFolder(path);
  }

  std::filesystem::path const& path() const noexcept { return path_; }
  std::string const& warning() const noexcept {
    return warning_;
  }  // why runs/latest does not lead here; empty: it does
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  bool has(std::string_view name) const {
    std::error_code ignored;
    return std::filesystem::exists(path_ / name, ignored);
  }

  // `name` may have folders inside the run ("figures/curve.csv").
  void write(std::filesystem::path const& name, std::string_view text) const {
    bool const leaves = std::any_of(name.begin(), name.end(), [](auto const& part) { return part == ".."; });
    if (name.empty() || name.is_absolute() || leaves) {
      fail("records", 136, {"\"", name.string(), "\": expected the name of a file inside ", path_.string()});
    }
    std::error_code error;
    std::filesystem::create_directories((path_ / name).parent_path(), error);
    if (error) fail("records", 132, {(path_ / name).parent_path().string(), ": cannot be made: ", error.message()});
    AtomicFile file(path_ / name);
    file.write(text);
    file.commit();
  }

 private:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}

  static std::string time_text() {
    std::time_t const now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%d-%H%M%S", &local)};
  }
  static std::string plain(std::string_view model) {
    std::string name(model.substr(0, 100));
    for (char& c : name) {
      bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      bool const digit = c >= '0' && c <= '9';
      if (!letter && !digit && c != '.' && c != '_' && c != '-') c = '_';
    }
    return name;
  }
  // Runs sort by the time in their names, then by "-2", "-3", …; empty: there is none.
  static std::filesystem::path newest_of(std::filesystem::path const& runs) {
    std::error_code error;
    std::filesystem::path newest;
    auto const key = [](std::filesystem::path const& path) {
      std::string const name = path.filename().string();
      std::size_t const dash = name.rfind('-') + 1;
      std::size_t count = 1;
      bool const counted = dash > time_length && name.find_first_not_of("0123456789", dash) == name.npos;
      if (counted) std::from_chars(name.data() + dash, name.data() + name.size(), count);
      return std::tuple(name.substr(0, time_length), count, name);
    };
    for (auto const& entry : std::filesystem::directory_iterator(runs, error)) {
      std::string const name = entry.path().filename().string();
      bool const timed = name.size() > time_length && name[8] == '-' && name[time_length] == '-' &&
                         name.find_first_not_of("0123456789-") >= time_length;
      if (!timed || !entry.is_directory(error)) continue;
      if (newest.empty() || key(newest) < key(entry.path())) newest = entry.path();
    }
    return newest;
  }
  // Nothing, or why it could not be set.
  static std::string link(std::filesystem::path const& runs, std::filesystem::path const& target) {
    std::error_code error;
    auto const temporary = runs / (".latest-" + number_text(::getpid()) + "-" + target.string());
    std::filesystem::create_symlink(target, temporary, error);
    if (!error) std::filesystem::rename(temporary, runs / "latest", error);
    if (!error) return "";
    std::string const reason = error.message();
    std::filesystem::remove(temporary, error);
    bool const folder = std::filesystem::is_directory(runs / "latest", error);
    return joined({(runs / "latest").string(), " does not lead to the latest run, ", target.string(), ": ",
                   folder ? "it is a folder, not a link (delete it, or give it another name)" : reason});
  }

  static constexpr std::size_t time_length = 15;  // "20260131-142501"

  std::filesystem::path path_;
  std::string warning_;
};

}  // namespace dynvision
