// Ensembles: many networks of one type at once, their members, and what is done to them.
#pragma once
#include <dynvision/rate/ensembles/ensemble.hpp>
#include <dynvision/rate/ensembles/members.hpp>
#include <dynvision/rate/ensembles/perturbations.hpp>
