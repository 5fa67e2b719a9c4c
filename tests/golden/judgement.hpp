// What follows from the comparisons of a file: a test runs in float64 and in float32, and each number that is further from
// the file than it may be is a problem, unless it is a run in float32 that took the other side of a kink (kinks.hpp).
#pragma once
#include "kinks.hpp"
#include <catch2/catch_test_macros.hpp>

#include <iostream>
#include <sstream>

namespace golden {

struct Judgement {
  std::vector<std::string> problems;
  std::vector<std::string> notes;  // kinks, and the largest errors
  int kinks = 0;                   // that float32 took the other side of
  int excused = 0;                 // numbers in float32 beyond their tolerance, by kinks or slopes
};

// test(file, dtype, check) compares everything that the file holds. `label` says which test it is.
template <class Test> Judgement judge(std::filesystem::path const& path, std::string const& label, Test&& test) {
  Judgement judgement;
  auto const measure = [&](at::ScalarType run, Disturbance disturbance, std::vector<std::string>& problems) {
    std::vector<Comparison> all;
    try {
      File const file(path, disturbance);
      Check check(file, run);
      test(file, run, check);
      check.finish();
      problems = check.problems();
      all = check.comparisons();
    } catch (std::exception const& error) {
      problems = {error.what()};
    }
    return all;
  };
  auto const named = [&](at::ScalarType run, std::string const& text) {
    return path.stem().string() + (label.empty() ? "" : ", " + label) + ", " + c10::toString(run) + ": " + text;
  };
  auto const text_of = [](Comparison const& c) {
    std::ostringstream text;
    text << c.what << ": error " << c.error << ", expected at most " << c.tolerance;
    return text.str();
  };

  std::vector<Comparison> exact;
  for (at::ScalarType const run : {at::kDouble, at::kFloat}) {
    std::vector<std::string> problems;
    std::vector<Comparison> const all = measure(run, {}, problems);
    Comparison const* worst = nullptr;
    std::vector<std::string> apart;
    for (Comparison const& c : all) {
      if (worst == nullptr || !(c.error <= worst->error)) worst = &c;
      if (!c.agrees()) apart.push_back(text_of(c));
    }
    std::ostringstream note;
    if (worst != nullptr) note << "largest error " << worst->error << " at " << worst->what;
    if (run == at::kDouble) {
      exact = all;
    } else if (!apart.empty() && problems.empty() && judgement.problems.empty()) {
      Kinks kinks(all, exact, [&](Disturbance disturbance) {
        std::vector<std::string> ignored;
        return measure(at::kDouble, disturbance, ignored);
      });
      if (auto const n = kinks.explain()) {
        judgement.kinks = *n;
        judgement.excused = static_cast<int>(apart.size());
        note << "; " << apart.size() << " numbers are apart by ";
        if (*n > 0) note << "the jumps of " << *n << " kink(s), found in ";
        if (*n == 0) note << "what a rounding error makes of them, by ";
        note << kinks.runs() << " runs in float64";
        apart.clear();
      }
    }
    for (auto const* const list : {&problems, &apart}) {
      for (std::string const& problem : *list) judgement.problems.push_back(named(run, problem));
    }
    judgement.notes.push_back(named(run, note.str()));
  }
  return judgement;
}

inline void report(Judgement const& judgement) {
  std::size_t const shown = 12, n = judgement.problems.size();
  for (std::size_t i = 0; i < std::min(n, shown); ++i) FAIL_CHECK(judgement.problems[i]);
  if (n > shown) FAIL_CHECK("and " << n - shown << " more");
  if (judgement.problems.empty()) {
    for (std::string const& note : judgement.notes) SUCCEED(note);
  }
  if (judgement.excused > 0) std::cout << judgement.notes.back() << "\n";
}

// Every file of a list. An exception is a failure that names the file and does not keep the others from being tested.
// The largest errors are shown with --success.
template <class Test> void in_both_precisions(std::vector<std::filesystem::path> const& all, Test&& test) {
  for (std::filesystem::path const& path : all) {
    INFO(path.stem().string());
    report(judge(path, "", test));
  }
}

}  // namespace golden
