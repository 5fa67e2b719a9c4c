// How a loss over many elements becomes a number.
#pragma once

namespace dynvision {

enum class Reduction { mean, sum, none };

}  // namespace dynvision
