// Probe: what a run looks at while it goes, and how much of that it keeps.
//
//   Settings settings{.probes = {{.where = "V4", .over = {.space = true}},                           // (B,T,C)
//                                {.where = "V4 <- V1", .over = {.channels = true, .space = true}},   // (B,T)
//                                {.where = "IT.tstep", .over = {.time = true}, .from = 100}}};       // (B,C,H,W)
//
// What is reduced is reduced while the run goes: with `time` the memory of a probe does not depend on the length of the run.
// docs/concepts/probes.md.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::run {

enum class Statistic {
  mean,
  max,
  standard_deviation,  // of all numbers that there are: divided by their number n, not by n - 1
};

// The axes that a statistic is taken over, together; the others stay.
struct Over {
  bool samples = false, channels = false, space = false;
  bool time = false;  // the steps that the probe looks at
};

struct Unit {
  int channel = 0, row = 0, column = 0;
};

// Probe::where, Settings::monitor: every operation of every layer.
inline constexpr std::string_view every_operation = "*";

struct Probe {
  // "V4": the response of a layer. "V4.tstep", "tstep": what an operation gives, as Settings::monitor names them. "V4.a": a
  // named state (concepts/mechanism.hpp). "*": what every operation gives.
  // "V4 <- V1", "V4 <- addskip": what arrives over a connection, by its source or by the label of its operation, before it
  // is integrated.
  std::string where{};
  Statistic statistic = Statistic::mean;
  Over over{};                         // none: the signal itself
  std::vector<Unit> units{};           // these alone, in place of channels, rows and columns; empty: all
  double every = 0;                    // [ms] a multiple of dt; 0: every step
  std::optional<double> from{}, to{};  // [ms] times in [from, to), as Activity::time counts them; empty: all of the run
  std::string name{};                  // by which Activity::probe finds it; empty: its place, "V4.tstep"
};

}  // namespace dynvision::run
