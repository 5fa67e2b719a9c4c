#include <dynvision/records/progress.hpp>

#include "../io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <sstream>
#include <string>

using dynvision::Progress;
using dynvision::ProgressView;

namespace {

// A job of `total` steps that take `seconds` each; what it shows.
std::string shown(bool terminal, int width, std::int64_t total, double seconds, std::int64_t done = 0,
                  std::string const& note = "") {
  std::ostringstream out;
  double now = 1000;
  {
    Progress progress("job", total, done, {&out, terminal, width, [&] { return now; }});
    progress.note(note);
    for (std::int64_t i = done; i < total; ++i) {
      now += seconds;
      progress.step();
    }
  }
  return out.str();
}

std::ptrdiff_t n_lines(std::string const& text) { return std::count(text.begin(), text.end(), '\n'); }

}  // namespace

TEST_CASE("a short job shows nothing", "[records]") {
  CHECK(shown(false, 80, 10, 0.1).empty());
  CHECK(shown(true, 80, 10, 0.1).empty());
  CHECK(shown(true, 80, 0, 0).empty());
}

TEST_CASE("lines without a terminal: a tenth each", "[records]") {
  std::string const text = shown(false, 80, 100, 0.5);
  CHECK(n_lines(text) == 10);
  CHECK(text.starts_with("job   10 %  10/100  2.0/s  0:45 left\n"));
  CHECK(text.ends_with("job  100 %  100/100  2.0/s  0:50 in all\n"));
  CHECK(text.find('\r') == std::string::npos);
}

TEST_CASE("lines without a terminal: often enough in a slow job, rarely in a long one", "[records]") {
  CHECK(n_lines(shown(false, 80, 5, 12)) == 5);
  CHECK(n_lines(shown(false, 80, 100, 5)) == 36);                    // 500 s: one per 10 s, later one per 25 s
  CHECK(n_lines(shown(false, 80, 100'000, 0.864)) < 24 * 60 + 100);  // a day
}

TEST_CASE("one line on a terminal, never wider than it", "[records]") {
  for (int const width : {1, 10, 40, 60, 80, 200}) {
    std::string const text = shown(true, width, 50, 0.1, 0, "loss 0.41");
    CHECK(n_lines(text) == 1);
    CHECK(text.ends_with("\n"));
    std::size_t at = 0;
    while ((at = text.find("\033[K", at)) != std::string::npos) {
      at += 3;
      std::size_t const end = std::min(text.find('\r', at), text.find('\n', at));
      CHECK(end - at < static_cast<std::size_t>(std::max(width, 2)));
    }
    if (width == 80) CHECK(text.find("job  [############") != std::string::npos);
    if (width == 80) CHECK(text.find("loss 0.41") != std::string::npos);
  }
}

TEST_CASE("a resumed job counts what was done, but not in its rate", "[records]") {
  std::string const text = shown(false, 80, 100, 1, 50);
  CHECK(text.starts_with("job   60 %  60/100  1.0/s  0:40 left\n"));
}

TEST_CASE("a job that ends early says where", "[records]") {
  std::ostringstream out;
  double now = 0;
  {
    Progress progress("job", 100, 0, {&out, false, 80, [&] { return now; }});
    now = 3;
    progress.step(5);
    now = 4;
  }
  CHECK(out.str() == "job    5 %  5/100  1.2/s  1:16 left\n");
}

TEST_CASE("durations", "[records]") {
  CHECK(Progress::duration_text(0) == "0:00");
  CHECK(Progress::duration_text(75) == "1:15");
  CHECK(Progress::duration_text(59.6) == "1:00");
  CHECK(Progress::duration_text(3675) == "1:01:15");
  CHECK(Progress::duration_text(1e300) == "1000000:00:00");
}

TEST_CASE("impossible progress", "[records]") {
  CHECK(failure([] { Progress("job", -1); }) == "records.121");
  CHECK(failure([] { Progress("job", 5, 6); }) == "records.121");
  CHECK(failure([] { Progress("job", 5, -1); }) == "records.121");
}
