// summary.json as a table for people.
#pragma once
#include "run_record.hpp"

#include <string>

namespace program {

std::string summary_table(Json const& summary);

}  // namespace program
