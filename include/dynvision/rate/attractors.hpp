// Attractor networks: a latch in one unit, Hopfield's memory, a ring. Needs Eigen.
#pragma once
#include <dynvision/rate/attractors/hopfield.hpp>
#include <dynvision/rate/attractors/ring.hpp>
#include <dynvision/rate/attractors/sr_latch.hpp>
