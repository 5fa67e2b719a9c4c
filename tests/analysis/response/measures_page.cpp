// covers: analysis/measures.hpp, analysis/described.hpp
// The page of measures names all of them as the list does.
#include <dynvision/analysis/measures.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

using namespace dynvision::analysis;

namespace {

std::string page_text() {
  char const* const page = std::getenv("DYNVISION_MEASURES_PAGE");
  if (page == nullptr) SKIP("no page is named");
  std::ifstream file(page);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string row_of(char const* name, char const* unit, char const* meaning) {
  return std::string("\n| `") + name + "` |" + (*unit == 0 ? "" : " ") + unit + " | " + meaning + " |";
}

template <class List> void has_rows(std::string const& text, List const& list) {
  for (auto const& number : list) {
    std::string const row = row_of(number.name, number.unit, number.meaning);
    INFO(row);
    CHECK(text.find(row) != text.npos);
  }
}

}  // namespace

TEST_CASE("the page of measures has a row for each number of a curve", "[measures]") {
  std::string const text = page_text();
  has_rows(text, summation_numbers);
  has_rows(text, recovery_numbers);
  has_rows(text, contrast_numbers);
  has_rows(text, robustness_numbers);
  has_rows(text, psychometric_numbers);
  has_rows(text, derived_normalisation_numbers);
  has_rows(text, normalisation_numbers);
  has_rows(text, dimensionality_numbers);
}

TEST_CASE("numbers of curves are those of the results", "[measures]") {
  CHECK(recovery_numbers[1].of({.amplitude = 0.5, .tau_steps = 7, .sse = 0}) == 7);
  CHECK(derived_normalisation_numbers[3].of({.1, .2, .3, 40}) == 40);
  NormalisationReport report{};
  report.fit.numbers.tau2 = 0.03, report.r2_loo = 0.9;
  CHECK(normalisation_numbers[2].of(report) == 0.03);
  CHECK(normalisation_numbers[9].of(report) == 0.9);
}

TEST_CASE("the page of measures has a row for each measure of a trace, with its unit and meaning", "[measures]") {
  std::string const text = page_text();
  std::size_t place = 0;
  for (TraceMeasure const& measure : trace_measures) {
    std::string const row = row_of(measure.name, measure.unit, measure.meaning) + " ";
    INFO(row);
    std::size_t const found = text.find(row);
    REQUIRE(found != text.npos);
    CHECK(found > place);  // in the order of the list
    place = found;
    CHECK((text.substr(found + row.size(), 3) == "[o]") == measure.original);
  }
}
