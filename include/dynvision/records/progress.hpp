// How far a long job is, how fast it goes and how long it will take, on stderr.
//
//   epoch 3  [########--------]  51 %  612/1200  38.2/s  0:15 left  loss 0.41
//
// On a terminal one line is redrawn (at most ten times a second, never wider than the window). Elsewhere plain lines:
// one per tenth of the work (at most one a second), or after 10 s without one (later 5 % of the time so far, up to 60 s).
// Silent while the job is younger than two seconds. No thread: step() does it all.
// Rate: over the whole time since the start [1/s].
//
// Errors: records.121.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace dynvision {

// Where progress goes and what time it is; replaced in tests.
struct ProgressView {
  std::ostream* out = &std::cerr;
  bool terminal = ::isatty(STDERR_FILENO) != 0;
  int width = 0;  // [characters]; 0: ask the terminal
  std::function<double()> seconds = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
};

class Progress {
 public:
  // `done` steps were finished before (a resumed job): they count for the fraction, not for the rate.
  Progress(std::string label, std::int64_t total, std::int64_t done = 0, ProgressView view = {})
      : label_(std::move(label)), total_(total), done_(done), resumed_at_(done), view_(std::move(view)) {
    if (total < 0 || done < 0 || done > total) {
      fail("records", 121, {"progress \"", label_, "\": expected 0 <= done <= total, found ", done, " of ", total});
    }
    start_ = last_ = view_.seconds();
    last_fraction_ = fraction();
  }
  Progress(Progress const&) = delete;
  Progress& operator=(Progress const&) = delete;
  ~Progress() {
    try {
      finish();
    } catch (...) {  // a closed stderr ends no job
    }
  }

  void step(std::int64_t n = 1) {
    done_ = std::min(done_ + n, total_);
    double const now = view_.seconds(), age = now - start_, since = now - last_;
    if (age < 2) return;
    bool const due = view_.terminal ? (!shown_ || since >= 0.1)
                                    : (fraction() - last_fraction_ >= 0.1 && (!shown_ || since >= 1)) ||
                                          since >= std::clamp(age / 20, 10.0, 60.0);
    if (due) draw(now);
  }
  // What stands at the end of the line: "loss 0.41".
  void note(std::string text) { note_ = std::move(text); }
  std::int64_t done() const noexcept { return done_; }

  // The last line stays; nothing if nothing was shown.
  void finish() {
    if (finished_) return;
    finished_ = true;
    double const now = view_.seconds();
    if (now - start_ < 2) return;
    if (view_.terminal || !shown_ || last_done_ != done_) draw(now);
    if (view_.terminal) *view_.out << '\n' << std::flush;
  }

  // 75 -> "1:15", 3675 -> "1:01:15"
  static std::string duration_text(double seconds) {
    auto const whole = static_cast<std::int64_t>(std::clamp(seconds, 0.0, 3.6e9) + 0.5);
    auto const two = [](std::int64_t n) { return (n < 10 ? "0" : "") + number_text(n); };
    std::string const end = two(whole % 60);
    if (whole < 3600) return number_text(whole / 60) + ":" + end;
    return number_text(whole / 3600) + ":" + two(whole / 60 % 60) + ":" + end;
  }

 private:
  double fraction() const { return total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : 1.0; }

  static std::string rate_text(double rate) {
    return number_text(rate, decimals(rate >= 100 ? 0 : rate >= 1 ? 1 : 3)) + "/s";
  }

  void draw(double now) {
    double const age = now - start_;
    double const rate = age > 0 ? static_cast<double>(done_ - resumed_at_) / age : 0;
    std::string const percent = number_text(static_cast<int>(fraction() * 100));
    std::string tail = std::string(percent.size() < 3 ? 3 - percent.size() : 0, ' ') + percent + " %  " +
                       number_text(done_) + "/" + number_text(total_) + "  " + rate_text(rate) + "  ";
    if (done_ == total_) {
      tail += duration_text(age) + " in all";
    } else {
      tail += rate > 0 ? duration_text(static_cast<double>(total_ - done_) / rate) + " left" : "time left unknown";
    }
    if (!note_.empty()) tail += "  " + note_;
    if (view_.terminal) {
      std::size_t const room = static_cast<std::size_t>(std::max(columns() - 1, 1));
      std::string line = label_ + "  " + tail;
      std::size_t const spare = room > line.size() + 4 ? std::min<std::size_t>(room - line.size() - 4, 30) : 0;
      if (spare >= 5) {
        auto const full = static_cast<std::size_t>(fraction() * static_cast<double>(spare));
        line = label_ + "  [" + std::string(full, '#') + std::string(spare - full, '-') + "]  " + tail;
      }
      std::size_t end = std::min(room, line.size());
      while (end < line.size() && end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;
      *view_.out << "\r\033[K" << std::string_view(line).substr(0, end) << std::flush;
    } else {
      *view_.out << label_ << "  " << tail << '\n' << std::flush;
    }
    shown_ = true;
    last_ = now;
    last_fraction_ = fraction();
    last_done_ = done_;
  }

  int columns() const {
    if (view_.width > 0) return view_.width;
    struct winsize size {};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  }

  std::string label_, note_;
  std::int64_t total_, done_, resumed_at_, last_done_ = -1;
  ProgressView view_;
  double start_ = 0, last_ = 0;  // [s]
  double last_fraction_ = 0;
  bool shown_ = false, finished_ = false;
};

}  // namespace dynvision
