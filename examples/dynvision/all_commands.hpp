// The commands, each in the file of its name.
#pragma once
#include "command.hpp"

namespace program {

extern Command const train_command, test_command, predict_command, sweep_command, summary_command, diagram_command,
    plan_command, experiment_command, measure_command, dynamics_command, figure_command, benchmark_command,
    record_command, compare_command, convert_command, config_command, variants_command, doctor_command,
    completion_command;

}  // namespace program
