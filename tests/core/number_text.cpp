#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>

#include "comma_locale.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <limits>
#include <sstream>
#include <string>

using namespace dynvision;

TEST_CASE("the shortest text that reads back as the same number", "[core]") {
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(0.1F) == "0.1");
  CHECK(number_text(1e-8) == "1e-08");
  CHECK(number_text(1e-7) == "1e-07");
  CHECK(number_text(3e38F) == "3e+38");
  CHECK(number_text(-2.0) == "-2");
  CHECK(number_text(12) == "12");
  CHECK(number_text(true) == "1");
  CHECK(number_text(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(number_text(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(std::stod(number_text(1.0 / 3)) == 1.0 / 3);
}

TEST_CASE("a number of digits, or of digits after the point", "[core]") {
  CHECK(number_text(2.0 / 3, 4) == "0.6667");
  CHECK(number_text(20.0, 4) == "20");
  CHECK(number_text(123456.0, 3) == "1.23e+05");
  CHECK(number_text(97.0, decimals(1)) == "97.0");
  CHECK(number_text(0.0005, decimals(3)) == "0.001");
  CHECK(number_text(1e308, decimals(30)).size() == 309 + 31);
}

TEST_CASE("what is no number has no sign", "[core]") {
  double const nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  CHECK(number_text(nan) == "nan");
  CHECK(number_text(-nan) == "nan");
  CHECK(number_text(-nan, 3) == "nan");
  CHECK(number_text(-nan, decimals(3)) == "nan");
  CHECK(number_text(-infinity) == "-inf");
}

TEST_CASE("numbers in messages", "[core]") {
  CHECK(joined({"a ", 1, " ", 2.5, " ", 1e-8, " ", 0.353F, " ", true, " ", std::uint64_t{0} - 1, " ", -7L}) ==
        "a 1 2.5 1e-08 0.353 1 18446744073709551615 -7");
  CHECK(joined({"learning_rate = ", 1e-8}) == "learning_rate = 1e-08");
}

TEST_CASE("numbers in a locale with a decimal comma", "[core][locale]") {
  CommaLocale const comma;
  std::ostringstream stream;
  stream << 1234.5;
  CHECK(stream.str() == "1.234,5");
  auto const numbers = [] {
    CHECK(number_text(1234.5) == "1234.5");
    CHECK(number_text(1234567) == "1234567");
    CHECK(number_text(0.25, 4) == "0.25");
    CHECK(number_text(0.25, decimals(3)) == "0.250");
    CHECK(joined({"tau = ", 0.5, " ms"}) == "tau = 0.5 ms");
  };
  numbers();
  if (!comma.in_c()) SKIP("no locale of C with a decimal comma, and none can be made");
  numbers();
}
