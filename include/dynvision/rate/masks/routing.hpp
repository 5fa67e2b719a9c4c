// Which units see which inputs, and which outputs read which units.
//
//   routed({1, 2}, {{1,1,0,0}, {0,0,1,1}})          input 0 goes to units 0 and 1; inputs 1 and 2 to units 2 and 3: (N,In)
//   random_routing({.units = 100, .inputs = 2, .outputs = 1, .input_share = 0.3, .readout_share = 0.3, .seed = 1})
//
// Readouts are routed alike; their mask is the transpose, (Out,N). Errors: rate.115.
#pragma once
#include <dynvision/rate/masks/area_masks.hpp>

namespace dynvision::rate {

struct RandomRoutingSettings {
  int units = 1, inputs = 1, outputs = 1;
  double recurrent_density = 1, input_share = 1, readout_share = 1;  // shares of the units
  bool overlap = false;                                              // a unit may see inputs and be read out
  std::uint32_t seed = 0;
};

// table[g][unit]: whether the g-th group of channels, which has sizes[g] of them, goes to the unit. (N, all channels).
inline Tensor routed(std::vector<int> const& sizes, std::vector<std::vector<int>> const& table) {
  if (sizes.size() != table.size() || table.empty()) {
    fail("rate", 115,
         {"a table of ", table.size(), " rows for ", sizes.size(), " groups of channels: expected one each"});
  }
  std::size_t const units = table[0].size();
  int channels = 0;
  for (int const n : sizes) {
    if (n < 1) fail("rate", 115, {"a group of ", n, " channels: expected at least 1"});
    channels += n;
  }
  Tensor const mask = zeros({static_cast<std::int64_t>(units), channels});
  int first = 0;
  for (std::size_t g = 0; g < table.size(); ++g) {
    if (table[g].size() != units) {
      fail("rate", 115,
           {"row ", g, " of a table has ", table[g].size(), " units: expected ", units, ", as the first one"});
    }
    for (std::size_t unit = 0; unit < units; ++unit) {
      if (table[g][unit] != 0) mask.select(0, static_cast<std::int64_t>(unit)).narrow(0, first, sizes[g]).fill_(1);
    }
    first += sizes[g];
  }
  return mask;
}

// All inputs go to the same units, drawn at random, and all outputs read the same ones. Numbers as NumPy's RandomState draws them.
inline LayerMasks random_routing(RandomRoutingSettings const& s) {
  auto const is_share = [](double x) { return x >= 0 && x <= 1; };
  if (!is_share(s.recurrent_density) || !is_share(s.input_share) || !is_share(s.readout_share)) {
    fail("rate", 115,
         {"shares of ", s.recurrent_density, ", ", s.input_share, " and ", s.readout_share, ": expected 0 to 1"});
  }
  if (!s.overlap && s.input_share + s.readout_share > 1) {
    fail("rate", 115,
         {"inputs to ", s.input_share, " and readouts from ", s.readout_share,
          " of the units, which do not overlap: expected shares that sum up to at most 1"});
  }
  RandomState random(s.seed);
  int const n = s.units;
  LayerMasks all{
      .input = zeros({n, s.inputs}), .recurrent = zeros({n, n}), .readout = zeros({s.outputs, n}), .sign = ones({n})};
  float* const recurrent = all.recurrent.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < all.recurrent.numel(); ++i)
    recurrent[i] = random.uniform() < s.recurrent_density ? 1.F : 0.F;

  auto const share_of_units = [&](double share) { return static_cast<std::size_t>(std::floor(n * share)); };
  std::vector<int> seeing = random.permutation(n);
  seeing.resize(share_of_units(s.input_share));
  std::vector<bool> sees(static_cast<std::size_t>(n));
  for (int const unit : seeing) {
    sees[static_cast<std::size_t>(unit)] = true;
    all.input.select(0, unit).fill_(1);
  }
  for (std::size_t i = 0; i < seeing.size() * static_cast<std::size_t>(s.inputs); ++i) random.uniform();
  std::vector<int> rest;
  for (int unit = 0; unit < n; ++unit) {
    if (s.overlap || !sees[static_cast<std::size_t>(unit)]) rest.push_back(unit);
  }
  std::vector<int> const order = random.permutation(static_cast<int>(rest.size()));
  for (std::size_t i = 0; i < std::min(share_of_units(s.readout_share), order.size()); ++i) {
    all.readout.select(1, rest[static_cast<std::size_t>(order[i])]).fill_(1);
  }
  return all;
}

}  // namespace dynvision::rate
