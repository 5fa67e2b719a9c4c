// What the precision of a training means for its runs. Names as in Lightning.
//
//   "32"          float
//   "bf16-mixed"  signals in bfloat16, arithmetic of neurons in float (run::Settings::compute_bfloat16), on CPU and GPU
//   "bf16-true"   the same here
//   "16-mixed"    convolutions in half, on a GPU; the loss is scaled, so that small gradients are not 0 (loop/loss_scaler.hpp)
//
// Parameters, their gradients and what the optimiser keeps are float in all of them: updates are smaller than what bfloat16
// can add to a weight. (Lightning's bf16-true rounds the parameters themselves.)
//
//   run::Settings settings{...};
//   set_precision(settings, fit_settings.precision);
//
// Errors: train.212.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/run/settings.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

enum class Precision { float32, bfloat16, half };

inline Precision precision_of(std::string_view name) {
  if (name == "32" || name == "32-true") return Precision::float32;
  if (name == "bf16-mixed" || name == "bf16-true") return Precision::bfloat16;
  if (name == "16-mixed" || name == "16") return Precision::half;
  fail("train", 212,
       {"precision = \"", name,
        "\": ", expected_one_of(name, std::vector<std::string_view>{"32", "bf16-mixed", "bf16-true", "16-mixed"})});
}

inline void set_precision(run::Settings& settings, std::string_view name) {
  if (precision_of(name) == Precision::bfloat16) settings.compute_bfloat16 = true;
}

}  // namespace dynvision
