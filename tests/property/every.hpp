// Properties of what is drawn at random, by rapidcheck: where one does not hold, its draws are made smaller for as long as
// it still does not, and the smallest are reported.
#pragma once
#include "laws/numbers.hpp"

#include <functional>
#include <string>

namespace property {

using Property = std::function<void(laws::Dice&)>;

// In a property: what must hold, and what is said where it does not.
void must(bool holds, std::string const& otherwise);

// What is said of the smallest draws for which the property does not hold; empty if it holds for all n.
// The draws are the same in every run; RC_PARAMS="seed=17 max_success=1000" in the environment takes others, or more.
std::string falsified(int n, Property const& property);

// A check of Catch2.
void every(int n, Property const& property);

}  // namespace property
