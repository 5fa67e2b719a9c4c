// How a model is put together: numbers are checked, every part makes its parameters and resolves its delays.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/model/part.hpp>

#include <initializer_list>
#include <string_view>
#include <vector>

namespace dynvision {

// `parts`: the operations of all layers in order, then the head as one more. Returns the steps that the
// delay line of each state must hold (state_names).
// Numbers that options give by name are moved to their fields.
[[gnu::cold]] std::vector<int> compose(Parts const& parts, std::initializer_list<std::string_view> layers,
                                       Options& options);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/model/compose.ipp>
#endif
