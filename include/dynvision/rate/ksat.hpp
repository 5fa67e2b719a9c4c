// Networks that solve k-SAT, and formulas of DIMACS files. Needs Eigen.
#pragma once
#include <dynvision/rate/ksat/ctds.hpp>
#include <dynvision/rate/ksat/ctnn.hpp>
#include <dynvision/rate/ksat/dimacs.hpp>
#include <dynvision/rate/ksat/solve.hpp>
