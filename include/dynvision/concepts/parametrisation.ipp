// Parametrisations one after the other.
#pragma once
#include <dynvision/concepts/parametrisation.hpp>

namespace dynvision {

DYNVISION_INLINE std::vector<Tensor> Parametrisations::Link::tensors() const {
  std::vector<Tensor> all;
  auto keep = [&](std::string_view, Tensor& tensor, bool) { all.push_back(tensor); };
  // `parameters` is not const, because tensors are also assigned through it.
  if (type->parameters) type->parameters(const_cast<std::any&>(self), ParameterVisitor(keep));
  return all;
}

DYNVISION_INLINE Tensor Parametrisations::start(Composition& at, Tensor const& w, int groups) {
  Tensor v = w;
  for (std::size_t i = links_.size(); i-- > 0;) {
    if (links_[i].type->start) v = links_[i].type->start(links_[i].self, at, v, groups);
  }
  return v;
}

DYNVISION_INLINE Tensor Parametrisations::operator()(Tensor v) const {
  for (Link const& link : links_) v = link(v);
  return v;
}

DYNVISION_INLINE std::vector<std::int64_t> Parametrisations::sizes(Tensor const& v) const {
  std::vector<std::int64_t> all = v.sizes().vec();
  for (Link const& link : links_) {
    if (link.type->sizes) all = link.type->sizes(link.self, all);
  }
  return all;
}

DYNVISION_INLINE void Parametrisations::parameters(ParameterVisitor const& visit, Tensor& v) {
  std::string_view name = "weight";
  for (Link& link : links_) {
    if (link.type->parameters) link.type->parameters(link.self, visit);
    if (name == "weight" && !link.type->original.empty()) name = link.type->original;
  }
  visit(name, v);
}

}  // namespace dynvision
