// The model that a study names: built in, compiled on first use, or of one's own.
#pragma once
#include <dynvision/variants/any_model.hpp>

#include "study.hpp"

namespace program {

dynvision::AnyModel make_model(Study const& study, dynvision::Options const& options);

}  // namespace program
