// What an optimiser keeps of one parameter, by name: tensors like the parameter, counters, numbers.
#pragma once
#include <dynvision/core/tensor.hpp>

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

namespace dynvision::optimizers {

struct StateField {
  std::string_view name;                                // as in PyTorch's state_dict: "exp_avg"
  std::variant<Tensor*, std::int64_t*, double*> value;  // a tensor that is not used is undefined
  bool negative = true;                                 // whether its numbers may be below 0
};
using StateFields = std::vector<StateField>;

}  // namespace dynvision::optimizers
