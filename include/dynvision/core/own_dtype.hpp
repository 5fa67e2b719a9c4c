// OwnDtype: while it lives, LibTorch's autocast leaves the operators of this thread alone.
//
// A run has the dtype of its model: states of several steps are added, and an operator that gives another dtype than the
// state it is added to would change the equation. Settings::compute_bfloat16 is the way to shorter numbers.
#pragma once
#include <c10/core/DispatchKeySet.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace dynvision {

class OwnDtype {
  c10::impl::ExcludeDispatchKeyGuard const no_autocast_{c10::autocast_dispatch_keyset};
};

}  // namespace dynvision
