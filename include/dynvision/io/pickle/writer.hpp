// Writes a pickle of protocol 2: texts, whole numbers, tuples, and names with their arguments.
//
// Only what io/torch/writer.hpp needs. Names are written out each time; a reader memoises them or not.
// Source: Python's pickletools.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace dynvision {

class PickleWriter {
 public:
  std::string bytes = "\x80\2";

  void text(std::string_view value) { bytes += "X" + little(value.size(), 4) + std::string(value); }
  void integer(std::int64_t value) {
    bool const small = value >= INT32_MIN && value <= INT32_MAX;
    bytes += small ? "J" : "\x8a\x08";
    bytes += little(static_cast<std::uint64_t>(value), small ? 4 : 8);
  }
  void long_bytes(std::string_view value) { bytes += "\x8a" + little(value.size(), 1) + std::string(value); }
  void boolean(bool value) { bytes += value ? "\x88" : "\x89"; }
  void none() { bytes += 'N'; }
  void name(std::string_view module, std::string_view name) {
    bytes += "c" + std::string(module) + "\n" + std::string(name) + "\n";
  }
  void mark() { bytes += '('; }
  void tuple() { bytes += 't'; }       // of what follows the mark
  void call() { bytes += 'R'; }        // name, tuple -> result
  void persistent() { bytes += 'Q'; }  // tuple -> storage
  void empty_list() { bytes += ']'; }
  void append_all() { bytes += 'e'; }  // of what follows the mark, to the list below
  void ordered_dict() {
    name("collections", "OrderedDict");
    bytes += ")R";
  }
  void set_all() { bytes += 'u'; }  // keys and values that follow the mark, into the dict below
  void stop() { bytes += '.'; }

 private:
  static std::string little(std::uint64_t value, int n) {
    std::string text;
    for (int i = 0; i < n; ++i) text += static_cast<char>(value >> 8U * static_cast<unsigned>(i));
    return text;
  }
};

}  // namespace dynvision
