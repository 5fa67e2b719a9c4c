// Products of models, recurrence types and policies, as values that the list of variants is written with.
//
//   product(models<DyRCNNx4, DyRCNNx8>, recurrences<Full>, policies<Skip<>, NoSkip>)      a tuple of four types of models
#pragma once
#include <dynvision/variants/any_model_of.hpp>
#include <dynvision/variants/registry.hpp>
#include <dynvision/variants/structure_of.hpp>

#include <boost/hana/cartesian_product.hpp>
#include <boost/hana/flatten.hpp>
#include <boost/hana/transform.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>
#include <boost/hana/unpack.hpp>

namespace dynvision::variants {

namespace hana = boost::hana;

template <template <template <int...> class, class...> class M> struct ModelTemplate {
  template <template <int...> class R, class... Policies> using with = M<R, Policies...>;
};
template <template <int...> class R> struct RecurrenceTemplate {
  template <class M, class... Policies> using in = typename M::template with<R, Policies...>;
};

template <template <template <int...> class, class...> class... M>
inline constexpr auto models = hana::make_tuple(hana::type_c<ModelTemplate<M>>...);
template <template <int...> class... R>
inline constexpr auto recurrences = hana::make_tuple(hana::type_c<RecurrenceTemplate<R>>...);
template <class... P> inline constexpr auto policies = hana::make_tuple(hana::type_c<P>...);

// Of one choice of each: the type of the model.
struct Combined {
  template <class M, class R, class... Policies>
  constexpr auto operator()(hana::basic_type<M>, hana::basic_type<R>, hana::basic_type<Policies>...) const {
    return hana::type_c<typename R::template in<M, Policies...>>;
  }
};

template <class... Choices> constexpr auto product(Choices... choices) {
  return hana::transform(hana::cartesian_product(hana::make_tuple(choices...)),
                         [](auto one) { return hana::unpack(one, Combined{}); });
}

template <class M> Variant variant_of() {
  return {type_of(structure_of(type_text<M>())),
          [](Options const& options, std::string type) { return any_model_of<M>(options, std::move(type)); }};
}

}  // namespace dynvision::variants
