// covers: core/name.hpp core/parameters.hpp core/size.hpp
#include <dynvision/core/list.hpp>
#include <dynvision/core/name.hpp>
#include <dynvision/core/parameters.hpp>
#include <dynvision/core/size.hpp>

#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace dynvision;

namespace {

template <class T> using IsPointer = std::bool_constant<std::is_pointer_v<T>>;

template <Name N> struct Named { static constexpr std::string_view name = N.view(); };

}  // namespace

TEST_CASE("types are found, picked and joined", "[core]") {
  STATIC_CHECK(List<int, char>::size == 2);
  STATIC_CHECK(std::is_same_v<element<0, int, char>, int>);
  STATIC_CHECK(std::is_same_v<element<2, int, int, char>, char>);
  STATIC_CHECK(has<int, char, int>);
  STATIC_CHECK(!has<int, char>);
  STATIC_CHECK(!has<int>);
  STATIC_CHECK(std::is_same_v<pick<IsPointer, void, int, char*, long*>, char*>);
  STATIC_CHECK(std::is_same_v<pick<IsPointer, void, int>, void>);
  STATIC_CHECK(std::is_same_v<pick<IsPointer, void>, void>);
  STATIC_CHECK(std::is_same_v<join<>, List<>>);
  STATIC_CHECK(std::is_same_v<join<List<int>, List<>, List<char, int>>, List<int, char, int>>);
}

TEST_CASE("a row holds one object of each type and visits them in order", "[core]") {
  Row<int, std::string, int> row;
  std::string visited;
  row.each([&](auto& value, int index) {
    if constexpr (std::is_same_v<decltype(value), std::string&>) {
      value = "two";
    } else {
      value = 10 * index;
    }
    visited += std::to_string(index);
  });
  CHECK(visited == "012");
  std::vector<std::string> found;
  row.each([&](auto& value, int) {
    if constexpr (std::is_same_v<decltype(value), std::string&>) {
      found.push_back(value);
    } else {
      found.push_back(std::to_string(value));
    }
  });
  CHECK(found == std::vector<std::string>{"0", "two", "20"});
}

TEST_CASE("a name is a template argument", "[core]") {
  STATIC_CHECK(Named<"V1">::name == "V1");
  STATIC_CHECK(Named<"">::name.empty());
  STATIC_CHECK(std::is_same_v<Named<"V1">, Named<"V1">>);
  STATIC_CHECK(!std::is_same_v<Named<"V1">, Named<"V2">>);
}

TEST_CASE("a parameter path is a pattern", "[core]") {
  CHECK(in_layer("{}.conv", "V1") == "V1.conv");
  CHECK(in_layer("addskip_{}", "V4") == "addskip_V4");
  CHECK(in_layer("tstep_{}.tau", "layer1") == "tstep_layer1.tau");
  CHECK(in_layer("retina", "V1") == "retina");
}

TEST_CASE("learned numbers are counted", "[core]") {
  Parameters const parameters{{"a", zeros({2, 3})}, {"tau", zeros({}), false}, {"b", zeros({4})}};
  CHECK(count_learned(parameters) == 10);
  CHECK(count_learned({}) == 0);
}

TEST_CASE("what convolutions and pooling leave of a size", "[core]") {
  STATIC_CHECK(shrunk(Size{32, 31}, 3, 1, 1) == Size{32, 31});
  STATIC_CHECK(shrunk(Size{32, 31}, 3, 2, 1) == Size{16, 16});
  STATIC_CHECK(shrunk(Size{5, 6}, 2, 2, 0) == Size{2, 3});
  STATIC_CHECK(shrunk(Size{224, 224}, 11, 4, 2) == Size{55, 55});
  STATIC_CHECK(shrunk(Size{2, 1}, 3, 1, 0) == Size{0, 0});
  STATIC_CHECK(shrunk(Size{3, 3}, 3, 5, 0) == Size{1, 1});
}
