// Sharing: who has a number of an operation in common: all units (Uniform), those of a channel (Feature), or none (Spatial).
//
//   Uniform []     Feature (C,1,1)     Spatial (C,H,W), which needs the image size (Options::input_dims)
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/core/list.hpp>

#include <type_traits>
#include <vector>

namespace dynvision {

struct Spatial {};
struct Feature {};
struct Uniform {};
template <class T> using IsSharing = std::bool_constant<has<T, Spatial, Feature, Uniform>>;

// The shape of numbers of this kind where a part stands; `what` they are, for messages.
template <class Kind> std::vector<std::int64_t> numbers_of(Composition& at, std::string_view what) {
  if constexpr (std::is_same_v<Kind, Uniform>) return {};
  if constexpr (std::is_same_v<Kind, Feature>) return {at.channels, 1, 1};
  if (at.size.height < 1 || at.size.width < 1) {
    fail("model", 114,
         {"spatial ", what, " of ", at.here().name, ": expected the image size in input_dims, such as {3, 32, 32}"});
  }
  return {at.channels, at.size.height, at.size.width};
}

}  // namespace dynvision
