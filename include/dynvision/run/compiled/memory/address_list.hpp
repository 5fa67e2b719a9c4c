// AddressList: scratch for the lists of addresses that pipelines take.
#pragma once
#include <algorithm>
#include <cstddef>
#include <vector>

namespace dynvision::run {

// Lists of addresses for the pipelines: taken piece by piece, given back all at once.
class AddressList {
 public:
  void** take(int n) {
    auto const need = static_cast<std::size_t>(std::max(n, 1));
    while (chunk_ < chunks_.size() && used_ + need > chunks_[chunk_].size()) ++chunk_, used_ = 0;
    if (chunk_ == chunks_.size()) chunks_.emplace_back(std::max<std::size_t>(need, 1024)), used_ = 0;
    void** const begin = chunks_[chunk_].data() + used_;
    used_ += need;
    return begin;
  }
  void give_back() { chunk_ = used_ = 0; }

 private:
  std::vector<std::vector<void*>> chunks_;
  std::size_t chunk_ = 0, used_ = 0;
};

}  // namespace dynvision::run
