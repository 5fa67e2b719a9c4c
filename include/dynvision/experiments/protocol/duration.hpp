// Duration: a number of time steps, or a time in ms, which is steps once dt is known.
//
//   Duration d = 5;                            5 steps
//   Duration const e = Duration::of_ms(10);    10 ms: 5 steps of dt = 2 ms
//
// Errors: dynamics.104 (no multiple of dt: it names the neighbours).
#pragma once
#include <dynvision/dynamics/clock.hpp>

#include <string>
#include <string_view>

namespace dynvision::experiments {

class Duration {
 public:
  constexpr Duration() = default;
  constexpr Duration(int steps) : amount_(steps) {}  // NOLINT: a number stands for steps
  static constexpr Duration of_ms(double ms) {
    Duration d;
    d.amount_ = ms, d.in_ms_ = true;
    return d;
  }

  bool in_ms() const { return in_ms_; }
  double amount() const { return amount_; }  // steps, or ms
  // `what` names it in messages.
  int steps(double dt, std::string_view what) const {
    return in_ms_ ? Clock{dt}.steps(amount_, what) : static_cast<int>(amount_);
  }
  double ms(double dt) const { return in_ms_ ? amount_ : amount_ * dt; }
  std::string text() const { return number_text(amount_) + (in_ms_ ? " ms" : amount_ == 1 ? " step" : " steps"); }

  bool operator==(Duration const&) const = default;

 private:
  double amount_ = 0;
  bool in_ms_ = false;
};

}  // namespace dynvision::experiments
