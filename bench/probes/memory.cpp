// Counts the heap of a process: preloaded (LD_PRELOAD) into every process that bench/run measures, whatever its language.
//
// All of malloc's family is counted, tensors and everything else alike, in bytes that the C library sets aside.
#include <malloc.h>

#include <atomic>
#include <cerrno>
#include <cstddef>

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

namespace {

std::atomic<long long> now{0}, peak{0}, allocations{0};  // [bytes], [bytes], number

void* taken(void* block) {
  if (!block) return block;
  allocations.fetch_add(1, std::memory_order_relaxed);
  auto const size = static_cast<long long>(malloc_usable_size(block));
  long long const total = now.fetch_add(size, std::memory_order_relaxed) + size;
  long long highest = peak.load(std::memory_order_relaxed);
  while (total > highest && !peak.compare_exchange_weak(highest, total, std::memory_order_relaxed)) {
  }
  return block;
}

void given_back(void* block) {
  if (block) now.fetch_sub(static_cast<long long>(malloc_usable_size(block)), std::memory_order_relaxed);
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) { return taken(__libc_malloc(size)); }
void* calloc(std::size_t count, std::size_t size) { return taken(__libc_calloc(count, size)); }
void* memalign(std::size_t alignment, std::size_t size) { return taken(__libc_memalign(alignment, size)); }
void* aligned_alloc(std::size_t alignment, std::size_t size) { return taken(__libc_memalign(alignment, size)); }

int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  void* const found = taken(__libc_memalign(alignment, size));
  if (!found) return ENOMEM;
  *block = found;
  return 0;
}

void* realloc(void* block, std::size_t size) {
  auto const before = block ? static_cast<long long>(malloc_usable_size(block)) : 0;
  void* const found = __libc_realloc(block, size);
  if (found || size == 0) now.fetch_sub(before, std::memory_order_relaxed);
  return taken(found);
}

void free(void* block) {
  given_back(block);
  __libc_free(block);
}

long long bench_memory_now() { return now.load(); }
long long bench_memory_peak() { return peak.load(); }
long long bench_memory_allocations() { return allocations.load(); }
void bench_memory_reset() { peak.store(now.load()); }
}
