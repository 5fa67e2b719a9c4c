// The commands, each in the file of its name.
#pragma once
#include "command.hpp"

namespace program {

extern Command const doctor_command, convert_command, completion_command;

}  // namespace program
