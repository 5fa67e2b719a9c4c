// Memory that a run gives back stays with the process: the next run finds its pages there.
//
//   dynvision::run::keep_freed_memory();      // once, at the start of main
//
// The C library hands blocks of more than 128 KiB back to the system when they are freed, and every page
// that is taken again costs a fault: a tenth of the time of a training step. This is a setting of the whole process, so a
// program makes it, not the library. It does nothing where the C library is not glibc.
#pragma once
#include <cstdlib>
#include <limits>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace dynvision::run {

inline void keep_freed_memory() {
#ifdef __GLIBC__
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);  // [bytes]
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

}  // namespace dynvision::run
