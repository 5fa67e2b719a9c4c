// Word: what a choice of structure is called in a configuration, and what it is in C++.
//
// The words are those of the Python toolbox where it has the choice, with its other spellings. What a model is built with is
// looked up in these tables: text of a configuration never becomes part of a program.
#pragma once
#include <array>
#include <span>
#include <string_view>

namespace dynvision::variants {

struct Word {
  std::string_view word;    // "rk4"
  std::string_view type;    // "RungeKutta4"
  std::string_view header;  // that declares it; empty: every family's header does
  std::array<std::string_view, 3> also{};

  bool is_named(std::string_view given) const {
    if (given == word) return true;
    for (std::string_view const other : also) {
      if (!other.empty() && given == other) return true;
    }
    return false;
  }
};

// The choices of one kind, under the key that they have in a configuration.
struct Words {
  std::string_view key;
  std::span<Word const> all;

  Word const* find(std::string_view given) const {
    for (Word const& one : all) {
      if (one.is_named(given)) return &one;
    }
    return nullptr;
  }
};

}  // namespace dynvision::variants
