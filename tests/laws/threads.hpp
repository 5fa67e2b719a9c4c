// A number of threads for a stretch of a test.
#pragma once
#include <ATen/Parallel.h>

namespace laws {

class Threads {
 public:
  explicit Threads(int n) { at::set_num_threads(n); }
  ~Threads() { at::set_num_threads(before_); }
  Threads(Threads const&) = delete;
  Threads& operator=(Threads const&) = delete;

 private:
  int before_ = at::get_num_threads();
};

}  // namespace laws
