// What a study will take: memory, work and time, before anything runs; and what in it is hardly meant.
#pragma once
#include <dynvision/variants/any_model.hpp>

#include "study.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace program {

// One sentence each, with what to do.
std::vector<std::string> warnings_of(dynvision::AnyModel const& model, Study const& study);

// Prints it. `n_images`: for training; 0: unknown.
int show_plan(dynvision::AnyModel const& model, Study const& study, std::int64_t n_images, bool json);

}  // namespace program
