// Files of rate networks (nn4n/): their classes, sizes and names.
#pragma once
#include <dynvision/rate/ctrnn.hpp>

#include "judgement.hpp"

namespace golden {

using namespace dynvision;

inline std::string rates_class(golden::File const& file) {
  if (file.config.value("kind", std::string()) != "nn4n") unknown(file.name + ": expected kind \"nn4n\"");
  if (file.config.contains("cls")) return "mask";
  if (file.config.contains("sizes")) return "stack";
  if (file.config.contains("lambdas")) return "network";
  if (file.config.contains("dims")) return "composite";
  if (file.contains("state")) return "criteria";
  if (file.contains("ei_mask_in_out")) return "linear";
  unknown(file.name + ": no test knows this class of file of rate networks");
}
inline std::vector<std::filesystem::path> rates(std::string_view of_class) {
  std::vector<std::filesystem::path> all;
  for (std::filesystem::path const& path : files("nn4n")) {
    if (rates_class(golden::File(path)) == of_class) all.push_back(path);
  }
  return all;
}

using Names = std::vector<std::pair<std::string, std::string>>;  // in a file, here
inline Names const one_area{{"recurrent_layer.input_layer", "rates.input"},
                            {"recurrent_layer.hidden_layer", "rates.recurrent"},
                            {"readout_layer", "readout"}};

inline Options options_of(golden::File const& file, at::ScalarType run) {
  auto const dims = file.config.at("dims").get<std::vector<int>>();
  return {.n_classes = dims[2],
          .input_dims = features(dims[0]),
          .dt = file.config.at("dt").get<double>(),
          .tau = file.config.at("tau").get<double>(),
          .train_tau = file.config.value("learn_alpha", false),
          .numbers = {{"n_units", dims[1]}},
          .dtype = run};
}

// f is the network's activation: test(net) with its type.
template <template <class> class Net, class F> void with_activation(std::string const& name, F const& test) {
  if (name == "relu") return test(std::type_identity<Net<Relu>>{});
  if (name == "tanh") return test(std::type_identity<Net<Tanh>>{});
  if (name == "sigmoid") return test(std::type_identity<Net<Sigmoid>>{});
  if (name == "retanh") return test(std::type_identity<Net<Retanh>>{});
  unknown("activation \"" + name + "\"");
}
template <class F> using Network = CTRNN<image_channels, any_units, F, Feature, Leak>;

inline void put_numbers(golden::File const& file, Parameters const& all, Names const& names, std::string const& prefix,
                        bool enforced = false) {
  for (auto const& [theirs, ours] : names) {
    for (char const* const which : {".weight", ".bias"}) {
      Tensor const value =
          enforced ? file.stored_unseen(prefix + theirs + which) : file.stored(prefix + theirs + which);
      tensor_of(all, ours + which).detach().copy_(value);
    }
  }
}

}  // namespace golden
