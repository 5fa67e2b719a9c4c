// Dynamics put into networks: by ensembles and decoders (Neural Engineering Framework), and into a reservoir that is there already.
// Needs Eigen.
#pragma once
#include <dynvision/rate/nef/program_dynamics.hpp>
#include <dynvision/rate/nef/program_reservoir.hpp>
#include <dynvision/rate/reservoir/scaling.hpp>
