// Masks of a layer of areas: which units are connected, which are shown the inputs, which are read out, and with which signs.
//
//   AreaDensities const d = densities_of(areas, {.forward = 0.3, .backward = 0.2, .within = 1});      or a matrix, (to, from)
//   LayerMasks const m = area_masks(areas, {.inputs = 3, .outputs = 2, .densities = d, .input_areas = {0}, .seed = 1});
//   set_mask(net.parameters(), "rates.recurrent.mask", m.recurrent);
//
// recurrent (N,N), input (N,In), readout (Out,N): 0 or 1, [to, from] as weights are. Each block of two areas is drawn with its density,
// row by row, area by area; blocks of density 0 draw nothing. sign (N): +1 where a unit excites, -1 where it inhibits.
// Seeds and numbers are those of NumPy's RandomState. Forward is from an area to a later one.
// Errors: rate.113 (densities), rate.114 (areas of inputs and readouts).
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/rate/masks/area_table.hpp>
#include <dynvision/rate/masks/random_state.hpp>

#include <optional>
#include <vector>

namespace dynvision::rate {

// [to][from]: the share of possible connections that exist.
using AreaDensities = std::vector<std::vector<double>>;

struct DensityOfDirections {
  double forward = 1, backward = 0, within = 1;
};

// Connections between different areas that exist, by who sends and who receives: E to I is sent by excitatory units.
struct BetweenAreas {
  bool e_to_e = true, e_to_i = true, i_to_e = true, i_to_i = true;
};

struct AreaMaskSettings {
  int inputs = 1, outputs = 1;
  AreaDensities densities{};                        // empty: all connections
  std::optional<std::vector<int>> input_areas{};    // indices of areas that see the inputs; all
  std::optional<std::vector<int>> readout_areas{};  // that are read out; all
  BetweenAreas between{};
  bool inhibitory_readout = true;
  std::uint32_t seed = 0;
};

struct LayerMasks {
  Tensor input, recurrent, readout;  // (N,In), (N,N), (Out,N)
  Tensor sign;                       // (N)
};

inline AreaDensities densities_of(AreaTable const& areas, DensityOfDirections const& of) {
  auto const n = static_cast<std::size_t>(areas.n_areas());
  AreaDensities all(n, std::vector<double>(n, of.within));
  for (std::size_t to = 0; to < n; ++to) {
    for (std::size_t from = 0; from < n; ++from) {
      if (to != from) all[to][from] = to > from ? of.forward : of.backward;
    }
  }
  return all;
}

namespace area_masks_detail {

[[gnu::cold]] inline void check(AreaTable const& areas, AreaDensities const& densities) {
  auto const n = static_cast<std::size_t>(areas.n_areas());
  if (densities.size() != n) {
    fail("rate", 113, {"densities for ", densities.size(), " areas: expected ", n, " rows, as there are areas"});
  }
  for (std::size_t to = 0; to < n; ++to) {
    if (densities[to].size() != n) {
      fail("rate", 113,
           {"densities to ", areas[static_cast<int>(to)].name, " from ", densities[to].size(), " areas: expected ", n});
    }
    for (double const density : densities[to]) {
      if (!(density >= 0 && density <= 1)) {
        fail("rate", 113,
             {"a density of ", density, " of connections to ", areas[static_cast<int>(to)].name, ": expected 0 to 1"});
      }
    }
  }
}

[[gnu::cold]] inline std::vector<int> areas_for(AreaTable const& areas, std::optional<std::vector<int>> const& given,
                                                std::string_view what) {
  std::vector<int> all;
  for (int i = 0; i < areas.n_areas(); ++i) all.push_back(i);
  if (!given) return all;
  if (given->empty()) fail("rate", 114, {"no area for ", what, ": expected at least one"});
  for (int const i : *given) {
    if (i < 0 || i >= areas.n_areas()) {
      fail("rate", 114, {"area ", i, " for ", what, ": expected 0 to ", areas.n_areas() - 1});
    }
  }
  return *given;
}

inline Tensor block(Tensor const& mask, RateArea const& to, RateArea const& from) {
  return mask.narrow(0, to.first, to.size).narrow(1, from.first, from.size);
}

}  // namespace area_masks_detail

inline LayerMasks area_masks(AreaTable const& areas, AreaMaskSettings const& settings) {
  namespace detail = area_masks_detail;
  if (areas.n_areas() < 1) fail("rate", 110, "no areas: expected at least one");
  AreaDensities const densities = settings.densities.empty() ? densities_of(areas, {1, 1, 1}) : settings.densities;
  detail::check(areas, densities);
  int const n = areas.units();
  LayerMasks all{.input = zeros({n, settings.inputs}),
                 .recurrent = zeros({n, n}),
                 .readout = zeros({settings.outputs, n}),
                 .sign = ones({n})};
  RandomState random(settings.seed);
  float* const recurrent = all.recurrent.mutable_data_ptr<float>();
  for (RateArea const& to : areas.areas()) {
    for (RateArea const& from : areas.areas()) {
      auto const i = static_cast<std::size_t>(&to - areas.areas().data());
      double const density = densities[i][static_cast<std::size_t>(&from - areas.areas().data())];
      if (density <= 0) continue;
      for (int row = to.first; row < to.first + to.size; ++row) {
        for (int column = from.first; column < from.first + from.size; ++column) {
          recurrent[static_cast<std::ptrdiff_t>(row) * n + column] = random.uniform() < density ? 1.F : 0.F;
        }
      }
    }
  }
  for (int const i : detail::areas_for(areas, settings.input_areas, "inputs")) {
    all.input.narrow(0, areas[i].first, areas[i].size).fill_(1);
  }
  for (int const i : detail::areas_for(areas, settings.readout_areas, "readouts")) {
    all.readout.narrow(1, areas[i].first, areas[i].size).fill_(1);
  }

  // Excitatory and inhibitory units.
  auto const rows = [](Tensor const& of_two, RateArea const& area, bool excitatory) {
    return of_two.narrow(0, excitatory ? 0 : area.excitatory, excitatory ? area.excitatory : area.inhibitory());
  };
  auto const columns = [](Tensor const& of_two, RateArea const& area, bool excitatory) {
    return of_two.narrow(1, excitatory ? 0 : area.excitatory, excitatory ? area.excitatory : area.inhibitory());
  };
  for (RateArea const& to : areas.areas()) {
    all.sign.narrow(0, to.first + to.excitatory, to.inhibitory()).fill_(-1);
    if (!settings.inhibitory_readout) all.readout.narrow(1, to.first + to.excitatory, to.inhibitory()).fill_(0);
    for (RateArea const& from : areas.areas()) {
      if (&to == &from) continue;
      Tensor const both = detail::block(all.recurrent, to, from);
      auto const remove = [&](bool exists, bool sender_excites, bool receiver_excites) {
        if (!exists) columns(rows(both, to, receiver_excites), from, sender_excites).fill_(0);
      };
      remove(settings.between.e_to_e, true, true);
      remove(settings.between.e_to_i, true, false);
      remove(settings.between.i_to_e, false, true);
      remove(settings.between.i_to_i, false, false);
    }
  }
  return all;
}

// Units [index] that any input, or readout, reaches.
inline std::vector<std::int64_t> reached(Tensor const& mask, std::int64_t axis) {
  Tensor const any = mask.ne(0).sum(std::vector<std::int64_t>{1 - axis}).gt(0).to(at::kFloat).contiguous();
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < any.numel(); ++i) {
    if (any.const_data_ptr<float>()[i] != 0) all.push_back(i);
  }
  return all;
}

}  // namespace dynvision::rate
