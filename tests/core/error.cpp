#include <dynvision/core/error.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace dynvision;

TEST_CASE("an error carries its area, its number and its message", "[core]") {
  try {
    fail("config", 103, "model.recurrence_type = \"ful\"");
    FAIL("did not throw");
  } catch (Error const& error) {
    CHECK(error.area() == "config");
    CHECK(error.number() == 103);
    CHECK(std::string(error.what()) == "[dynvision.config.103] model.recurrence_type = \"ful\"");
  }
}

TEST_CASE("distance of words", "[core]") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("sitting", "kitten") == 3);
  CHECK(edit_distance("V1", "V1") == 0);
  CHECK(edit_distance("ful", "full") == 1);
}

TEST_CASE("the choices are named, and the nearest if it is near", "[core]") {
  std::vector<std::string> const names{"self", "full", "local"};
  CHECK(expected_one_of("ful", names) == "expected self | full | local (did you mean \"full\"?)");
  CHECK(expected_one_of("Transformer", std::vector<std::string>{"a", "b"}) == "expected a | b");
  CHECK(expected_one_of("x", std::vector<std::string>{}) == "expected none (there are no names to choose from)");
}
