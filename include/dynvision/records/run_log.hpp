// What happened in a run, twice: log.txt to read, log.jsonl for programs.
//
//   RunLog log("runs/latest");
//   log.info("checkpoint", "saved last.safetensors", {{"file", "last.safetensors"}, {"seconds", 0.21}});
//
//   2026-01-31 14:25:01  info     saved last.safetensors                                                     (local time)
//   {"time":"2026-01-31T13:25:01.120Z","level":"info","event":"checkpoint","message":"saved …","file":"last.safetensors","seconds":0.21}
//
// Both files are continued. A line is there as a whole or not at all, also after the end of the process (io/file/append_file.hpp).
// Text that is not UTF-8 is made so; numbers that JSON does not have (nan, infinite ones) are null.
//
// Errors: records.221, and those of io/file/append_file.hpp.
#pragma once
#include <dynvision/io/file/append_file.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace dynvision {

class RunLog {
 public:
  using Fields = std::initializer_list<std::pair<char const*, nlohmann::ordered_json>>;

  explicit RunLog(std::filesystem::path const& folder) : text_(folder / "log.txt"), lines_(folder / "log.jsonl") {}

  void info(std::string_view event, std::string_view message, Fields fields = {}) {
    write("info", event, message, fields);
  }
  void warning(std::string_view event, std::string_view message, Fields fields = {}) {
    write("warning", event, message, fields);
  }
  void error(std::string_view event, std::string_view message, Fields fields = {}) {
    write("error", event, message, fields);
  }

  // From any thread.
  void write(std::string_view level, std::string_view event, std::string_view message, Fields fields = {}) {
    using namespace std::chrono;
    auto const now = system_clock::now();
    std::time_t const seconds = system_clock::to_time_t(now);
    auto const part = duration_cast<milliseconds>(now.time_since_epoch()).count() % 1000;
    std::tm utc{}, local{};
    ::gmtime_r(&seconds, &utc);
    ::localtime_r(&seconds, &local);
    std::string const digits = number_text(part);
    nlohmann::ordered_json line{
        {"time", time_text(utc, "%Y-%m-%dT%H:%M:%S") + "." + std::string(3 - digits.size(), '0') + digits + "Z"},
        {"level", level},
        {"event", event},
        {"message", message}};
    for (auto const& [name, value] : fields) {
      if (line.contains(name))
        fail("records", 221, {"log: field \"", name, "\": expected a name that is not there yet"});
      line[name] = value;
    }
    std::string readable = time_text(local, "%Y-%m-%d %H:%M:%S") + "  " + std::string(level) +
                           std::string(level.size() < 9 ? 9 - level.size() : 1, ' ');
    for (char const c : message) {
      readable += c;
      if (c == '\n') readable += std::string(30, ' ');  // under the first line
    }
    std::lock_guard const lock(access_);
    text_.append(readable + "\n");
    lines_.append(line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  }

 private:
  static std::string time_text(std::tm const& time, char const* format) {
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &time)};
  }

  std::mutex access_;
  AppendFile text_, lines_;
};

}  // namespace dynvision
