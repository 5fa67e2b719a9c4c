// What a benchmark changes, one thing at a time: factors, and the levels of each.
//
//   for (Factor const& factor : chosen_factors({.factors = "pattern,batch", .levels = {"tau=3,5,9"}}, quick)) ...
//
// A level is keys of the configuration after those of the study, so any key can be a factor: --levels tau=3,5,9.
//
// Errors: program.181, program.182.
#pragma once
#include <string>
#include <vector>

namespace program {

struct Level {
  std::string name;
  std::vector<std::string> keys{};  // "--rctype=self"
  bool step_by_step = false;        // on the reference path, run::unroll
  int threads = 0;                  // 0: the study's
  std::string not_there{};          // why it cannot be measured, where that is so on any machine
};

enum class Measures { training, loader, plan };

struct Factor {
  std::string name, what;
  std::vector<Level> levels;
  std::vector<std::string> base{};  // keys of all levels and of the default that they are compared with
  Measures measures = Measures::training;
  bool is_own = false;  // of --levels KEY=...: what is wrong with it is an error, no row that says so
};

struct WantedFactors {
  std::string factors{};              // "pattern,batch"; empty: all
  std::vector<std::string> levels{};  // "batch=1,16", "tau=3,5,9"
};

// Every factor that the program knows.
std::vector<Factor> known_factors(bool quick);
std::vector<Factor> chosen_factors(WantedFactors const& wanted, bool quick);

}  // namespace program
