// What blocks keep.
#pragma once
#include <dynvision/run/compiled/memory/tape.hpp>

namespace dynvision::run {

DYNVISION_INLINE Values::Values(std::size_t n_nodes) : all_(3 * n_nodes) {
  input = {all_.data(), n_nodes}, output = {all_.data() + n_nodes, n_nodes};
  operand = {all_.data() + 2 * n_nodes, n_nodes};
}

DYNVISION_INLINE Values::Values(Values const& other) : Values(other.input.size()) {
  std::copy(other.all_.begin(), other.all_.end(), all_.begin());
  references_ = other.references_;
}

DYNVISION_INLINE Values& Values::operator=(Values other) {
  all_.swap(other.all_);
  references_.swap(other.references_);
  input = other.input, output = other.output, operand = other.operand;
  return *this;
}

DYNVISION_INLINE StateReference Values::reference(Tensor const& of) const {
  return references_.empty() ? StateReference{} : references_[static_cast<std::size_t>(&of - all_.data())];
}

DYNVISION_INLINE void Segment::drop() {
  states.clear();
  stored.clear();
  prefixes.clear();
  blocks.clear();
}

}  // namespace dynvision::run
