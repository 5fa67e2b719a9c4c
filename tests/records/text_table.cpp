#include <dynvision/records/text_table.hpp>

#include "../io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <sstream>
#include <string>

using dynvision::TextTable;

TEST_CASE("columns are aligned, numbers to the right", "[records]") {
  std::ostringstream out;
  out << TextTable({"layer", "\xCF\x84 [ms]", "note"}).add({"V1", "5", "first"}).add({"V4 long", "-10.5", ""});
  CHECK(out.str() ==
        "layer     \xCF\x84 [ms]   note\n"
        "V1             5   first\n"
        "V4 long    -10.5\n");
}

TEST_CASE("a table without rows, and rows of the wrong length", "[records]") {
  std::ostringstream out;
  out << TextTable({"a", "b"});
  CHECK(out.str() == "a   b\n");
  CHECK(failure([] { TextTable({"a", "b"}).add({"1"}); }) == "records.101");
}
