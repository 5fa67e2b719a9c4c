// The part of the library that does not depend on a model, compiled once: the target dynvision::compiled.
//
// Every .ipp of include/dynvision is named here (.ci/conventions.py); core/inline.hpp says how it comes that a user's files
// do without them.
#if !defined(DYNVISION_SEPARATE)
#error "dynvision: src/dynvision.cpp is compiled with DYNVISION_SEPARATE, as all files that use it are"
#endif

#include <dynvision/concepts/composition.ipp>
#include <dynvision/concepts/mechanism.ipp>
#include <dynvision/concepts/noise_source.ipp>
#include <dynvision/concepts/options.ipp>
#include <dynvision/concepts/parametrisation.ipp>
#include <dynvision/concepts/part_number.ipp>
#include <dynvision/concepts/weight.ipp>
#include <dynvision/connections/adapter.ipp>
#include <dynvision/connections/dale.ipp>
#include <dynvision/connections/interpolated_delay.ipp>
#include <dynvision/connections/lateral.ipp>
#include <dynvision/connections/low_rank.ipp>
#include <dynvision/connections/masked.ipp>
#include <dynvision/connections/projection.ipp>
#include <dynvision/connections/topographic_plane.ipp>
#include <dynvision/connections/weight_norm.ipp>
#include <dynvision/core/error.ipp>
#include <dynvision/core/host_numbers.ipp>
#include <dynvision/core/kwargs.ipp>
#include <dynvision/core/number_range.ipp>
#include <dynvision/core/ops.ipp>
#include <dynvision/core/warning.ipp>
#include <dynvision/dynamics/clock.ipp>
#include <dynvision/dynamics/delay_line.ipp>
#include <dynvision/kernels/convolution/group_product.ipp>
#include <dynvision/kernels/convolution/native.ipp>
#include <dynvision/kernels/convolution/onednn.ipp>
#include <dynvision/kernels/convolution/plane_stencil.ipp>
#include <dynvision/kernels/device/cpu_limit.ipp>
#include <dynvision/kernels/device/crowded_operators.ipp>
#include <dynvision/kernels/device/crowding.ipp>
#include <dynvision/kernels/device/layout.ipp>
#include <dynvision/kernels/device/parallel.ipp>
#include <dynvision/kernels/norm/group_norm.ipp>
#include <dynvision/kernels/number/conversion.ipp>
#include <dynvision/kernels/number/tensor_number.ipp>
#include <dynvision/kernels/pipeline/loop.ipp>
#include <dynvision/kernels/pipeline/pipeline.ipp>
#include <dynvision/kernels/pipeline/tensors.ipp>
#include <dynvision/kernels/random/normal_numbers.ipp>
#include <dynvision/kernels/random/normal_tensor.ipp>
#include <dynvision/kernels/resample/max_pooling.ipp>
#include <dynvision/kernels/resample/max_pooling_tensors.ipp>
#include <dynvision/kernels/resample/nearest.ipp>
#include <dynvision/model/compose.ipp>
#include <dynvision/model/numbers.ipp>
#include <dynvision/model/part.ipp>
#include <dynvision/run/activity.ipp>
#include <dynvision/run/compiled.ipp>
#include <dynvision/run/compiled/functions/convolution.ipp>
#include <dynvision/run/compiled/functions/convolution_chain.ipp>
#include <dynvision/run/compiled/functions/fallback.ipp>
#include <dynvision/run/compiled/functions/given_input.ipp>
#include <dynvision/run/compiled/functions/interpolated_states.ipp>
#include <dynvision/run/compiled/functions/local_gradients.ipp>
#include <dynvision/run/compiled/functions/parametrised_weight.ipp>
#include <dynvision/run/compiled/functions/plane_map.ipp>
#include <dynvision/run/compiled/functions/projection.ipp>
#include <dynvision/run/compiled/graph/timetable.ipp>
#include <dynvision/run/compiled/memory/gradient_sums.ipp>
#include <dynvision/run/compiled/memory/prepared_run.ipp>
#include <dynvision/run/compiled/memory/results.ipp>
#include <dynvision/run/compiled/memory/reverse_context.ipp>
#include <dynvision/run/compiled/memory/scalar_sums.ipp>
#include <dynvision/run/compiled/memory/state_gradients.ipp>
#include <dynvision/run/compiled/memory/tape.ipp>
#include <dynvision/run/compiled/memory/unit_number.ipp>
#include <dynvision/run/compiled/prepare/checkpointing.ipp>
#include <dynvision/run/compiled/prepare/cost.ipp>
#include <dynvision/run/compiled/sweep/forward.ipp>
#include <dynvision/run/compiled/sweep/frames.ipp>
#include <dynvision/run/compiled/sweep/head_of_steps.ipp>
#include <dynvision/run/compiled/sweep/recording.ipp>
#include <dynvision/run/compiled/sweep/reverse.ipp>
#include <dynvision/run/compiled/sweep/reverse_pipeline.ipp>
#include <dynvision/run/compiled/sweep/storage.ipp>
#include <dynvision/run/features.ipp>
#include <dynvision/run/input_check.ipp>
#include <dynvision/run/monitors.ipp>
#include <dynvision/run/plan.ipp>
#include <dynvision/run/plan_numbers.ipp>
#include <dynvision/run/presentation.ipp>
#include <dynvision/run/probe_place.ipp>
#include <dynvision/run/probing.ipp>
#include <dynvision/run/start.ipp>
#include <dynvision/run/state.ipp>
#include <dynvision/run/stepper.ipp>
#include <dynvision/run/stimulus.ipp>
#include <dynvision/run/unroll.ipp>

// See core/inline.hpp.
extern "C" {
char const dynvision_library = 0;
extern char const some_files_of_this_program_are_compiled_with_DYNVISION_SEPARATE_and_some_without;
char const some_files_of_this_program_are_compiled_with_DYNVISION_SEPARATE_and_some_without = 0;
}
