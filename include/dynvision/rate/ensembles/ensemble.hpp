// Ensemble: K networks of one type at once, as one model: trained, pruned, perturbed and recorded together.
//
//   Ensemble<100, CTRNN<3, 64, Tanh, Recurrent<Masked<>>>> nets({.n_classes = 9, .dt = 10, .tau = 50, .seed = 1});
//   run::run(nets, x).outputs                  x (B,T,In), shown to all; (B,T,K Out): rate::by_member(outputs, 100)
//   Ensemble<100, Net, OwnInputs>              x (B,T,K In): each member is shown its own
//   Net const one = nets.member(37);           a network of its own, with the parameters that member 37 has now
//   nets.set_member(37, one);
//   write_tensors(path, nets.member_parameters(37))      the state dict of a lone network: names and shapes are those of Net
//
// Net is a CTRNN, or a model of RateLayers with a Readout or without a head. Units of member k are k N ... (k + 1) N - 1; its products
// are batched over the members, everything else is what it is in one network, on both paths. Member k starts as Net with the seed
// seed + k, and is to rounding what that network is: its responses, gradients and training. Numbers of Options are those of one member.
//
// Parameters: those of Net, by the same names, with an axis of members in front: rates.recurrent.weight (K,N,N). Numbers of all units
// together, such as tau [], are of all members: learned ones are refused (rate.162), a Feature is one for each unit of each member. Errors: rate.161, rate.162, rate.165.
#pragma once
#include <dynvision/model/model.hpp>
#include <dynvision/rate/ensembles/member_operations.hpp>
#include <dynvision/rate/ensembles/members.hpp>
#include <dynvision/rate/rest.hpp>

#include <ATen/core/grad_mode.h>

#include <mutex>

namespace dynvision {

struct SharedInputs {};
struct OwnInputs {};

namespace ensembles {

// The first of K seeds that follow each other.
inline std::uint64_t first_seed(std::optional<std::uint64_t> given) {
  if (given) return *given;
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  std::lock_guard<std::mutex> const lock(generator.mutex());
  return at::check_generator<at::CPUGeneratorImpl>(generator)->random64();
}

inline void copy_parameters(Parameters const& from, Parameters const& to) {
  at::AutoGradMode const no_gradient(false);
  for (Parameter const& p : from) tensor_of(to, p.name).copy_(p.tensor);
}

inline void check_learned(Parameters const& all, Parameters const& one, int n_members) {
  for (Parameter const& p : one) {
    if (!p.learned || n_members == 1 || tensor_of(all, p.name).numel() > p.tensor.numel()) continue;
    fail("rate", 162,
         {"\"", p.name, "\" would be learned by ", n_members,
          " members together: expected a number of each unit (the policy Feature), or one that is not learned"});
  }
}

// What all members have in common is no other number in one of them.
inline void check_shared(Parameters const& all, Parameters const& one, int n_members) {
  for (Parameter const& p : one) {
    Tensor const together = tensor_of(all, p.name);
    if (n_members == 1 || together.numel() > p.tensor.numel()) continue;
    if (together.eq(p.tensor).all().item<bool>()) continue;
    fail("rate", 165,
         {"\"", p.name,
          "\" of a network that is to be a member is not that of the ensemble, which its members have in "
          "common: expected the same numbers"});
  }
}

}  // namespace ensembles

template <int K, class Net, class Inputs = SharedInputs>
struct Ensemble : ensembles::Together<K, std::is_same_v<Inputs, SharedInputs>, Net> {
  static_assert(K >= 1, "dynvision: Ensemble<K, Net> needs at least one member (docs/rate/ensembles.md)");
  static_assert(std::is_same_v<Inputs, SharedInputs> || std::is_same_v<Inputs, OwnInputs>,
                "dynvision: Ensemble<K, Net, Inputs> takes SharedInputs or OwnInputs (docs/rate/ensembles.md)");
  static constexpr std::string_view model_name = "Ensemble";
  static constexpr int n_members = K;
  using member_type = Net;
  static Options published() { return Net::published(); }

  Ensemble(Options const& given = {}) : Ensemble(given.over(published()), Composed{}) {}  // NOLINT: implicit

  // [0, K): a network of its own.
  Net member(int k) const {
    Net one(options_of(k));
    ensembles::copy_parameters(member_parameters(k), one.parameters());
    return one;
  }
  void set_member(int k, Net const& one) {
    ensembles::check_shared(this->parameters(), one.parameters(), K);
    ensembles::copy_parameters(one.parameters(), member_parameters(k));
  }
  // They share memory with those of the ensemble.
  Parameters member_parameters(int k) const {
    return ensembles::parameters_of_member(this->parameters(), of_one_, K, k);
  }

  // All members at rest, where a lone network begins there.
  run::State start() const requires requires(Net const& one) { one.start(); }
  { return rate::at_rest(*this); }

 private:
  struct Composed {};
  using Base = ensembles::Together<K, std::is_same_v<Inputs, SharedInputs>, Net>;

  Ensemble(Options const& of_one, Composed) : Base(of_all(of_one)), options_(of_one) {
    options_.seed = ensembles::first_seed(of_one.seed);
    for (int k = 0; k < K; ++k) {
      Net const one(options_of(k));
      if (k == 0) {
        of_one_ = one.parameters();
        ensembles::check_learned(this->parameters(), of_one_, K);
      }
      set_member(k, one);
    }
  }
  static Options of_all(Options one) {
    std::array<int, 3> dims = one.input_dims;
    if (!std::is_same_v<Inputs, SharedInputs>) dims[0] *= K;
    one.input_dims = dims;
    return one;
  }
  Options options_of(int k) const {
    ensembles::check_member(k, K);
    Options one = options_;
    one.seed = *options_.seed + static_cast<std::uint64_t>(k);
    one.dtype = this->options.dtype, one.device = this->options.device;
    return one;
  }

  Options options_;      // of one member
  Parameters of_one_{};  // of a lone network: their names and shapes
};

}  // namespace dynvision
