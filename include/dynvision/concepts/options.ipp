// Numbers over numbers.
#pragma once
#include <dynvision/concepts/options.hpp>

namespace dynvision {

DYNVISION_INLINE Options Options::over(Options const& own) const {
  Options all = *this;
  // A field without a name here does not compile.
  auto& [classes, dims, step, t, forward, recurrence, feedback, skip, longest, exceptions, with_bias, learns_tau,
         only_forward, exponent, adaption, self_weight, bound, noise, learns_noise, probability, init, named, a, b, c] =
      all;
  auto const complete = [](auto& mine, auto const& of_own) {
    if (!mine.given()) mine = of_own;
  };
  complete(classes, own.n_classes), complete(dims, own.input_dims);
  complete(step, own.dt), complete(t, own.tau);
  complete(forward, own.t_feedforward), complete(recurrence, own.t_recurrence);
  complete(feedback, own.t_feedback), complete(skip, own.t_skip);
  complete(longest, own.longest_delay);
  exceptions.insert(exceptions.end(), own.layers.begin(), own.layers.end());
  named.insert(named.end(), own.numbers.begin(), own.numbers.end());
  complete(with_bias, own.bias), complete(learns_tau, own.train_tau), complete(only_forward, own.feedforward_only);
  complete(exponent, own.supralinearity), complete(adaption, own.input_adaption_weight);
  complete(self_weight, own.fixed_self_weight), complete(bound, own.max_weight_init);
  complete(noise, own.sigma), complete(learns_noise, own.train_sigma);
  complete(probability, own.dropout), complete(init, own.feedforward_init);
  return all;
}

}  // namespace dynvision
