// Compiled with catalog.hpp, or once by src/config.cpp (core/inline.hpp): the descriptions of all structs become keys.
#pragma once
#include <dynvision/config/describe/keys.hpp>
#include <dynvision/config/described/program/study.hpp>
#include <dynvision/config/described/program/without_effect.hpp>
#include <dynvision/config/layers/catalog.hpp>

#include <utility>
#include <vector>

namespace dynvision::config {

DYNVISION_INLINE Catalog const& catalog() {
  static Catalog const all = [] {
    std::vector<Key> keys = keys_of<Study>();
    for (Key& key : keys_without_effect()) keys.push_back(std::move(key));
    return Catalog(std::move(keys));
  }();
  return all;
}

}  // namespace dynvision::config
