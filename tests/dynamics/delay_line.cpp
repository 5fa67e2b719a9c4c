#include <dynvision/dynamics/delay_line.hpp>

#include "io/failure.hpp"
#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

#include <vector>

using namespace dynvision;
using namespace laws;

TEST_CASE("a delay line needs room", "[dynamics]") {
  CHECK(failure([] { DelayLine(0); }) == "dynamics.111");
  CHECK(failure([] { DelayLine(-3); }) == "dynamics.111");
  CHECK(DelayLine().capacity() == 1);
}

// semantics 6.2, against a list that forgets nothing
TEST_CASE("a delay line gives what was stored, or nothing", "[dynamics]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Dice dice(seed);
    int const capacity = dice.between(1, 7);
    CAPTURE(seed, capacity);
    DelayLine line(capacity);
    std::vector<Signal> all;
    for (int step = 0; step < 20; ++step) {
      for (int d = 1; d <= 10; ++d) {
        CAPTURE(step, d);
        bool const there = d <= capacity && d <= step;
        Signal const expected = there ? all[static_cast<std::size_t>(step - d)] : Signal{};
        CHECK(line.past(d).is_same(expected));
        CHECK(line.at_step(step - d).is_same(expected));
      }
      CHECK(line.past(0).is_same(line.past(1)));
      CHECK(!line.at_step(step).defined());
      CHECK(!line.at_step(-1).defined());
      CHECK(line.stored() == step);
      all.push_back(dice.coin() ? normal({1}, dice.seed()) : Signal{});  // an absent state occupies an entry too
      line.store(all.back());
      CHECK(line.at_step(step).is_same(all.back()));
    }
  }
}

TEST_CASE("detached states keep their value and lose their gradient", "[dynamics]") {
  Tensor const x = normal({2}, 1).set_requires_grad(true);
  DelayLine line(3);
  line.store(x.mul(2));
  line.store({});
  CHECK(line.past(2).requires_grad());
  line.detach();
  CHECK(!line.past(2).requires_grad());
  CHECK(distance(line.past(2), x.mul(2)) == 0);
  CHECK(!line.past(1).defined());
}
