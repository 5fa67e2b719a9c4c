// covers: analysis/measures.hpp
// The page of measures names all of them as the list does.
#include <dynvision/analysis/measures.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

using namespace dynvision::analysis;

TEST_CASE("the page of measures has a row for each measure of a trace, with its unit and meaning", "[measures]") {
  char const* const page = std::getenv("DYNVISION_MEASURES_PAGE");
  if (page == nullptr) SKIP("no page is named");
  std::ifstream file(page);
  REQUIRE(file.good());
  std::string const text(std::istreambuf_iterator<char>(file), {});
  std::size_t place = 0;
  for (TraceMeasure const& measure : trace_measures) {
    std::string const unit = *measure.unit == 0 ? " | | " : std::string(" | ") + measure.unit + " | ";
    std::string const row = std::string("\n| `") + measure.name + "`" + unit + measure.meaning + " | ";
    INFO(row);
    std::size_t const found = text.find(row);
    REQUIRE(found != text.npos);
    CHECK(found > place);  // in the order of the list
    place = found;
    CHECK((text.substr(found + row.size(), 3) == "[o]") == measure.original);
  }
}
