// What a study will take: memory, work and time, before anything runs; and what in it is hardly meant.
#pragma once
#include <dynvision/variants/any_model.hpp>

#include "study.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace program {

// A training step of the study with batches of this size, as the compiled path will run it.
dynvision::run::Plan plan_of(dynvision::AnyModel const& model, Study const& study, std::int64_t batch);
// [steps] of a trial of the study, with the residual ones at its end.
int steps_of(dynvision::AnyModel const& model, Study const& study);

// One sentence each, with what to do.
std::vector<std::string> warnings_of(dynvision::AnyModel const& model, Study const& study);

// Prints it. `n_images`: for training; 0: unknown.
int show_plan(dynvision::AnyModel const& model, Study const& study, std::int64_t n_images, bool json);

}  // namespace program
