// Where a value of a configuration was written: a line of a file, or an argument.
//
//   Place{"study.json", 12, 5}.text()   "study.json:12:5"
//   Place{"--tau"}.text()               "--tau"
#pragma once
#include <dynvision/core/number_text.hpp>

#include <string>

namespace dynvision::config {

struct Place {
  std::string source{};      // path of a file, or an argument
  int line = 0, column = 0;  // from 1; 0: not of a file

  std::string text() const {
    if (line == 0) return source;
    return source + ":" + number_text(line) + (column == 0 ? "" : ":" + number_text(column));
  }
  bool operator==(Place const&) const = default;
};

}  // namespace dynvision::config
