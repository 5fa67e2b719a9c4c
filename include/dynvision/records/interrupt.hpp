// Ctrl-C asks a long job to stop at the next good moment; a second one stops it at once.
//
//   Interrupt interrupt;
//   while (!interrupt.requested() && …) step();
//
// Holds for SIGINT and SIGTERM (a cluster's warning) while the object lives; the handlers before it come back
// afterwards, unless the program ignored the signal (nohup), which stays so. The handler only sets a flag and writes one line.
//
// Errors: records.111.
#pragma once
#include <dynvision/core/error.hpp>

#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <string_view>

namespace dynvision {

class Interrupt {
 public:
  Interrupt() {
    if (depth_++ > 0) return;  // an outer one is listening already
    signal_ = 0;
    struct sigaction action {};
    action.sa_handler = &Interrupt::handle;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;  // reading and writing files goes on
    for (std::size_t i = 0; i < signals.size(); ++i) {
      struct sigaction before {};
      if (::sigaction(signals[i], nullptr, &before) != 0 ||
          (before.sa_handler != SIG_IGN && ::sigaction(signals[i], &action, nullptr) != 0)) {
        --depth_;
        fail("records", 111, "Ctrl-C cannot be watched: the system refused the handler");
      }
      before_[i] = before;
    }
  }
  Interrupt(Interrupt const&) = delete;
  Interrupt& operator=(Interrupt const&) = delete;
  ~Interrupt() {
    if (--depth_ > 0) return;
    for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &before_[i], nullptr);
  }

  bool requested() const noexcept { return signal_ != 0; }
  int signal() const noexcept { return signal_; }  // 0: none

 private:
  static constexpr std::array<int, 2> signals{SIGINT, SIGTERM};

  static void handle(int number) {
    int const saved = errno;
    if (signal_ != 0) {
      std::signal(number, SIG_DFL);
      std::raise(number);
    } else {
      signal_ = number;
      static constexpr std::string_view text = "\nstopping after the current step (once more: at once)\n";
      if (::write(STDERR_FILENO, text.data(), text.size()) < 0) errno = 0;
    }
    errno = saved;
  }

  static inline volatile std::sig_atomic_t signal_ = 0;
  static inline int depth_ = 0;
  static inline std::array<struct sigaction, 2> before_{};
};

}  // namespace dynvision
