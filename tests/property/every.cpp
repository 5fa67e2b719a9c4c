#include "every.hpp"

#include <catch2/catch_test_macros.hpp>
#include <rapidcheck.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace property {

namespace {
struct DoesNotHold : std::runtime_error {
  using std::runtime_error::runtime_error;
};
}  // namespace

void must(bool holds, std::string const& otherwise) {
  if (!holds) throw DoesNotHold(otherwise);
}

std::string falsified(int n, Property const& property) {
  auto const once = [&] {
    laws::Dice dice([](std::uint64_t choices) {
      return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint64_t>(0, choices));
    });
    try {
      property(dice);
    } catch (DoesNotHold const& reason) {
      RC_FAIL(reason.what());
    }
  };
  rc::detail::TestParams parameters = rc::detail::configuration().testParams;
  if (std::getenv("RC_PARAMS") == nullptr) {
    parameters.seed = 1;
    parameters.maxSuccess = n;
  }
  auto const result = rc::detail::checkTestable(once, rc::detail::TestMetadata{}, parameters);
  if (result.template is<rc::detail::SuccessResult>()) return {};
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  return text.str();
}

void every(int n, Property const& property) {
  std::string const text = falsified(n, property);
  INFO(text);
  CHECK(text.empty());
}

}  // namespace property

using namespace property;

TEST_CASE("the smallest draws for which a property does not hold are reported", "[property]") {
  CHECK(falsified(100, [](laws::Dice& dice) { must(dice.between(3, 9) >= 3, "below"); }).empty());
  std::string const text = falsified(100, [](laws::Dice& dice) {
    int const a = dice.between(-5, 1000), b = dice.between(0, 1000);
    bool const also = dice.coin();
    must(a + b < 170, std::to_string(a) + " and " + std::to_string(b) + (also ? " also" : ""));
  });
  INFO(text);
  CHECK(text.find("also") == std::string::npos);  // it makes no difference
  bool edge = false;                              // neither of the two can be smaller
  for (int a = -5; a <= 1000; ++a) {
    edge = edge || text.find(std::to_string(a) + " and " + std::to_string(170 - a)) != std::string::npos;
  }
  CHECK(edge);
  CHECK(falsified(3, [](laws::Dice&) { throw std::logic_error("something else"); }).find("something else") !=
        std::string::npos);
}
