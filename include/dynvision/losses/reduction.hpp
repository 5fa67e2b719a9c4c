// How a loss over many elements becomes a number.
#pragma once

namespace dynvision {

enum class LossReduction { mean, sum, none };

}  // namespace dynvision
