#include <dynvision/records/interrupt.hpp>

#include <catch2/catch_test_macros.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using dynvision::Interrupt;

namespace {

// What becomes of a child process that runs this.
template <class Job> int outcome(Job job) {
  pid_t const child = ::fork();
  if (child == 0) {
    ::close(STDERR_FILENO);
    job();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

volatile std::sig_atomic_t outside = 0;

}  // namespace

TEST_CASE("one Ctrl-C is a request", "[records]") {
  int const status = outcome([] {
    Interrupt const interrupt;
    if (interrupt.requested()) ::_exit(1);
    std::raise(SIGINT);
    ::_exit(interrupt.requested() && interrupt.signal() == SIGINT ? 42 : 2);
  });
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 42));
}

TEST_CASE("the second one ends the program", "[records]") {
  for (int const second : {SIGINT, SIGTERM}) {
    int const status = outcome([second] {
      Interrupt const interrupt;
      std::raise(SIGINT);
      std::raise(second);
    });
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == second));
  }
}

TEST_CASE("afterwards the program's own handler is back", "[records]") {
  int const status = outcome([] {
    std::signal(SIGTERM, [](int) { outside = 1; });
    {
      Interrupt const interrupt;
      Interrupt const inner;
      std::raise(SIGTERM);
      if (!interrupt.requested() || !inner.requested() || outside != 0) ::_exit(1);
    }
    std::raise(SIGTERM);
    if (outside != 1) ::_exit(2);
    Interrupt const next;
    ::_exit(next.requested() ? 3 : 42);
  });
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 42));
}

TEST_CASE("an ignored signal stays ignored", "[records]") {
  int const status = outcome([] {
    std::signal(SIGINT, SIG_IGN);
    Interrupt const interrupt;
    std::raise(SIGINT);
    std::raise(SIGINT);
    ::_exit(interrupt.requested() ? 1 : 42);
  });
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 42));
}
