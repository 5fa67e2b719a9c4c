// Where the numbers of a signal stand on the topographic plane, for a kernel with a reflected margin.
//
// As TopographicPlane has it (connections/topographic_plane.hpp), for signals in either layout.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/kernels/convolution/plane_stencil.hpp>
#include <dynvision/kernels/device/layout.hpp>

namespace dynvision::run {

kernels::PlaneMap plane_map(kernels::Shape const& shape, int kernel, kernels::Layout layout);

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/functions/plane_map.ipp>
#endif
