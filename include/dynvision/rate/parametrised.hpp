// The parametrisations of weights that a configuration can name for rate networks, together: masks, Dale's law and
// low rank (docs/concepts/weights.md).
//
//   struct Net : CTRNN<1, 50, Recurrent<Masked<NoAutapses>, Dale<>>> { using CTRNN::CTRNN; };
#pragma once
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/excitatory.hpp>
#include <dynvision/connections/low_rank.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/rate/ctrnn.hpp>
#include <dynvision/rate/first_units.hpp>
