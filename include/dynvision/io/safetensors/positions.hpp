// Where the tensors of a safetensors file lie, checked before any memory is taken for numbers.
//
// Errors: io.138 … io.141.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/shape_bytes.hpp>
#include <dynvision/io/safetensors/header.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dynvision {

// Every entry lies inside `n_bytes` of numbers, has the size that its shape says, and together they cover them exactly.
inline void check_positions(SafetensorsHeader const& header, std::uint64_t n_bytes, std::string const& file) {
  std::vector<SafetensorsEntry const*> by_position;
  for (auto const& entry : header.entries) {
    by_position.push_back(&entry);
    auto const where = [&] { return file + ": tensor \"" + entry.name.substr(0, 200) + "\": "; };
    if (entry.begin > entry.end || entry.end > n_bytes) {
      fail("io", 139,
           {where(), "data_offsets: expected 0 <= begin <= end <= ", n_bytes, ", found [", entry.begin, ", ", entry.end,
            "]"});
    }
    if (!entry.dtype) continue;
    auto const expected = shape_bytes(entry.shape, *entry.dtype);
    if (!expected) fail("io", 138, {where(), "shape: expected fewer than 2^63 bytes"});
    if (entry.end - entry.begin != static_cast<std::uint64_t>(*expected)) {
      fail("io", 141,
           {where(), "expected ", *expected, " bytes for its shape and dtype, found ", entry.end - entry.begin});
    }
  }
  std::sort(by_position.begin(), by_position.end(),
            [](auto const* a, auto const* b) { return std::pair(a->begin, a->end) < std::pair(b->begin, b->end); });
  std::uint64_t position = 0;
  for (auto const* const entry : by_position) {
    if (entry->begin != position) {
      fail("io", 140,
           {file, ": tensor \"", entry->name.substr(0, 200), "\": expected to begin at byte ", position,
            " (no overlap, no hole), found ", entry->begin});
    }
    position = entry->end;
  }
  if (position != n_bytes) fail("io", 140, {file, ": expected ", position, " bytes of numbers, found ", n_bytes});
}

}  // namespace dynvision
