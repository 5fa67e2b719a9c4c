// Projection: a connection from another area, as it arrives: the source's delayed response, adapted to this place.
//
//   R(W * r_source(t - n))       n [steps]; see connections/adapter.hpp
//
// With a policy of connections/interpolated_delay.hpp any delay of at least so many steps.
#pragma once
#include <dynvision/concepts/moment.hpp>
#include <dynvision/connections/adapter.hpp>
#include <dynvision/connections/interpolated_delay.hpp>
#include <dynvision/core/inline.hpp>

namespace dynvision {

// Where the signal is: its own size, or the size it would have.
inline Size size_at(Signal const& x, Size otherwise) { return x.defined() ? Size{x.size(2), x.size(3)} : otherwise; }

// x (+) U(h), U: nearest neighbour to the size of x.
template <Integration I> [[gnu::noinline]] Signal integrate_resized(Signal const& x, Tensor const& h, Size otherwise) {
  return integrate<I>(x, nearest(h, size_at(x, otherwise)));
}

struct Projection {
  Adapter adapter;
  int from = 0;   // index of the source layer
  int delay = 0;  // [steps]
  InterpolatedDelay interpolated;
  bool on = false;
  bool feedforward = false;  // part of the way from the input: feedforward_only leaves it

  // The response of `source`, `steps` ago; its delay line must hold `memory` steps.
  template <class... With>
  [[gnu::noinline]] void compose(Composition& at, std::string_view source, int steps, int memory) {
    on = true;
    from = at.find(source);
    delay = steps;
    at.remember(from, memory);
    adapter.compose<With...>(at, at.places[static_cast<std::size_t>(from)].state_channels, at.channels);
  }
  // The same, `t` [ms] ago, which is the option `what` of this layer: an interpolated delay of at least `least` steps.
  template <class... With>
  [[gnu::noinline]] void compose(Composition& at, std::string_view source, double t, std::string_view what, int least) {
    from = at.find(source);
    int const channels = at.places[static_cast<std::size_t>(from)].state_channels;
    interpolated.compose<With...>(at, t, what, least, channels);
    // Where the same step counts its state has been stored already.
    compose<With...>(at, source, interpolated.taps().newest, interpolated.oldest() + (least == 0 ? 1 : 0));
  }
  void parameters(auto&& visit) {
    adapter.parameters(visit);
    interpolated.parameters(visit);
  }

  // What arrives beside x, or absent.
  Signal operator()(Signal const& x, Moment& now) const;
};

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/connections/projection.ipp>
#endif
