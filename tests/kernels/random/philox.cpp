// The generator gives the numbers that its authors publish (Random123, kat_vectors).
#include <dynvision/kernels/random/philox.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace dynvision::kernels;

namespace {

void expect(PhiloxCounter const& counter, PhiloxKey const& key, std::uint32_t const (&words)[4]) {
  PhiloxCounter const bits = philox(counter, key);
  CHECK(std::equal(words, words + 4, bits.word));
}

}  // namespace

TEST_CASE("Philox4x32-10 gives the known answers", "[kernels][random]") {
  expect({{0, 0, 0, 0}}, {{0, 0}}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  std::uint32_t const all = 0xffffffff;
  expect({{all, all, all, all}}, {{all, all}}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  expect({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, {{0xa4093822, 0x299f31d0}},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}
