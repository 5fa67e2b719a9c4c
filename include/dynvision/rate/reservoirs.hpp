// Reservoirs: scaling of weights, readouts, memory, synchronization to a driver, the loop closed. Needs Eigen.
#pragma once
#include <dynvision/rate/reservoir/closed_loop.hpp>
#include <dynvision/rate/reservoir/force.hpp>
#include <dynvision/rate/reservoir/memory.hpp>
#include <dynvision/rate/reservoir/readout.hpp>
#include <dynvision/rate/reservoir/scaling.hpp>
#include <dynvision/rate/reservoir/synchronization.hpp>
#include <dynvision/rate/systems/network.hpp>
