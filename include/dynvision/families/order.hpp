// Order: the policy that puts the operations of the areas of a family in another order than the published one.
//
//   DyRCNNx4<Full, Order<"layer", "addskip", "tstep", "nonlin", "record", "delay", "pool">>
//
// The names are those of the Python toolbox. An area computes those of its operations that are named, in this order; a name
// that stands for nothing in an area is passed over, an unknown one is a compile-time error.
#pragma once
#include <dynvision/concepts/policy.hpp>
#include <dynvision/core/name.hpp>
#include <dynvision/families/group.hpp>

#include <string_view>

namespace dynvision {

// The default: as the family has written its areas.
struct PublishedOrder {
  using policy = policies::Order;
  template <class... Groups> using of = join<families::operations_of<Groups>...>;
};

template <Name... Labels> struct Order {
  using policy = policies::Order;
  template <class... Groups>
  using of = join<families::front_of<Groups>...,
                  families::operations_of<element<families::index_of<Groups...>(Labels.view()), Groups..., List<>>>...>;

  static_assert(
      (families::is_label_of_order(Labels.view()) && ...),
      "dynvision: unknown operation in Order: expected layer | addext | addskip | addfeedback | tstep | nonlin "
      "| supralin | record | delay | pool | norm | addbias | readout (docs/concepts/operation.md)");
};

}  // namespace dynvision
