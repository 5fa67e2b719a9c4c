// What a variant that is compiled on first use shows to the program that loads it: one object of C, named dynvision_variant.
//
//   DYNVISION_VARIANT(DyRCNNx4<Self>, "build")
#pragma once
#include <dynvision/variants/any_model_of.hpp>
#include <dynvision/variants/object/object_view.hpp>

#include <torch/version.h>

#include <string>
#include <type_traits>
#include <utility>

namespace dynvision::variants {

// One mistake, one message: what is no model is not looked at further.
template <class M> AnyModel made(Options const& options, std::string type) {
  constexpr bool is_model = requires { M::n_layers; }
  &&std::is_constructible_v<M, Options const&>;
  static_assert(is_model,
                "dynvision: expected a model with a constructor from Options, such as Model<V1, V2> or DyRCNNx4<> "
                "(docs/concepts/variants.md)");
  if constexpr (is_model) {
    return any_model_of<M>(options, std::move(type));
  } else {
    fail("variants", 114, type);
  }
}

}  // namespace dynvision::variants

#define DYNVISION_VARIANT(Type, id)                                                                                 \
  extern "C" [[gnu::visibility("default")]] dynvision::variants::ObjectView const dynvision_variant;                \
  dynvision::variants::ObjectView const dynvision_variant{sizeof(dynvision::variants::ObjectView), id, __VERSION__, \
                                                          TORCH_VERSION, &dynvision::variants::made<Type>};
