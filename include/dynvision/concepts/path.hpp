// As: where the parameters of a part are found, in place of the part's own name.
//
//   Conv<64, 144, 3, 1, As<"{}.conv2">>      {} is the layer's name
#pragma once
#include <dynvision/concepts/policy.hpp>
#include <dynvision/core/name.hpp>

#include <string_view>
#include <type_traits>

namespace dynvision {

template <Name Path> struct As {
  using policy = policies::Path;
  static constexpr std::string_view path = Path.view();
};

template <class T> using IsPath = std::bool_constant<PolicyOf<T, policies::Path>>;

}  // namespace dynvision
