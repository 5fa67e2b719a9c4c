// A stretch of the library's own work that LibTorch's profiler shows by name, beside its operators.
//
//   ProfilerScope const mark("dynvision::pipeline");      until the end of the block
//
// It costs a comparison where nobody listens.
#pragma once
// LibTorch's logging has a macro of this name; whoever had one before keeps it.
#pragma push_macro("CHECK")
#include <ATen/record_function.h>
#pragma pop_macro("CHECK")

namespace dynvision::kernels {

class ProfilerScope {
 public:
  explicit ProfilerScope(char const* name) : record_(at::RecordScope::USER_SCOPE) {
    if (record_.isActive()) record_.before(name);
  }

 private:
  at::RecordFunction record_;
};

}  // namespace dynvision::kernels
