// What LibTorch warns of while it lives, in place of its output.
#pragma once
#include <c10/util/Exception.h>

#include <string>
#include <vector>

class HeardWarnings : public c10::WarningHandler {
 public:
  std::vector<std::string> all{};

  HeardWarnings() : before_(c10::WarningUtils::get_warning_handler()) { c10::WarningUtils::set_warning_handler(this); }
  ~HeardWarnings() override { c10::WarningUtils::set_warning_handler(before_); }
  HeardWarnings(HeardWarnings const&) = delete;
  HeardWarnings& operator=(HeardWarnings const&) = delete;

  void process(c10::Warning const& warning) override { all.push_back(warning.msg()); }
  std::string text() const {  // a line each
    std::string lines;
    for (std::string const& one : all) lines += one + "\n";
    return lines;
  }

 private:
  c10::WarningHandler* before_;
};
