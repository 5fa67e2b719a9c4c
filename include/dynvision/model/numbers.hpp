// Numbers of a model: what its parts describe (concepts/part_number.hpp), and what of Options belongs to which of them.
#pragma once
#include <dynvision/concepts/part_number.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/model/part.hpp>

#include <vector>

namespace dynvision {

struct NumberFacts {
  std::string layer;  // empty: of the model
  PartNumber number;
  std::optional<double> value{};  // absent: none is given, and none is needed
};

// All of them: the model's own, then those of the layers in their order, then the head's ("head"); each once in a layer.
[[gnu::cold]] std::vector<NumberFacts> numbers_in(Parts const& parts, Options const& options);

// Fails where Options name a number that is not there. Those that have a field are moved there: it is the same number.
[[gnu::cold]] void settle_numbers(Parts const& parts, Options& options);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/model/numbers.ipp>
#endif
