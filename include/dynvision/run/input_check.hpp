// What a run checks of its images and settings before it starts.
#pragma once
#include <dynvision/concepts/options.hpp>
#include <dynvision/core/error.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/model/part.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/stimulus.hpp>

namespace dynvision::run {

// For a run that is differentiated: what is read again in the backward pass. Autograd cannot save inference tensors.
[[gnu::cold]] void check_can_be_saved(Tensor const& x, std::string_view what);

[[gnu::cold]] void check_stimulus(Options const& options, Stimulus const& stimulus);

// External input broadcasts to the signal at AddInput: each axis but T is that of the signal, or 1.
[[gnu::cold]] void check_external_inputs(Parts const& parts, Options const& options, Stimulus const& stimulus,
                                         Settings const& settings);

// Factors are those of a layer with Evolve, and leave it a tau that its step can follow.
[[gnu::cold]] void check_tau_factors(Parts const& parts, Settings const& settings);

// All of it. capacity[layer]: steps that its delay line holds.
[[gnu::cold]] void check_input(Parts const& parts, std::vector<int> const& capacity, Options const& options,
                               Stimulus const& stimulus, Settings const& settings);

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/input_check.ipp>
#endif
