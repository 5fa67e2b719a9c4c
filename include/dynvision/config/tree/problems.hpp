// What is wrong with a configuration: all of it, each with its place.
//
//   [dynvision.config.101] 2 problems in the configuration:
//     study.json:3:5: "tua": expected tau (did you mean "tau"?)  [config.121]
//     --lr: -1: expected a number above 0  [config.123]
//
// One problem alone is an error with its own number.
//
// Errors: config.101.
#pragma once
#include <dynvision/config/tree/place.hpp>
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::config {

struct Problem {
  int number;  // of area config
  Place place;
  std::string text;

  std::string line() const { return (place.source.empty() ? "" : place.text() + ": ") + text; }
};

class Problems {
 public:
  // `area` is "config": named here so that the list of errors finds it.
  void report(std::string_view area, int number, Place place, std::initializer_list<MessagePart> parts) {
    if (area != "config") fail(area, number, parts);
    Problem problem{number, std::move(place), joined(parts)};
    auto const same = [&](Problem const& p) { return p.number == number && p.line() == problem.line(); };
    if (std::none_of(all_.begin(), all_.end(), same)) all_.push_back(std::move(problem));
  }
  void add(Problem problem) { all_.push_back(std::move(problem)); }
  void add(Problems const& others) { all_.insert(all_.end(), others.all_.begin(), others.all_.end()); }

  bool empty() const { return all_.empty(); }
  std::vector<Problem> const& all() const { return all_; }

  // One error with all of them, where there are any.
  void require_none() const {
    if (all_.empty()) return;
    if (all_.size() == 1) throw Error("config", all_.front().number, all_.front().line());
    std::string lines;
    for (Problem const& p : all_) lines += joined({"\n  ", p.line(), "  [config.", p.number, "]"});
    fail("config", 101, {all_.size(), " problems in the configuration:", lines});
  }

 private:
  std::vector<Problem> all_;
};

}  // namespace dynvision::config
