// Responses of a run against those of a golden file: whole or sampled, their norms and means, and when there were any.
#pragma once
#include <dynvision/run/activity.hpp>

#include "deviations.hpp"

namespace golden {

// `every_layer`: a layer that the file says nothing of has no response in any step.
inline void same_responses(Check& check, File const& file, std::string const& prefix,
                           dynvision::run::Activity const& activity, bool every_layer) {
  for (dynvision::run::Trace const& trace : activity.responses) {
    auto const name = [&](char const* kind) { return prefix + kind + "." + trace.layer; };
    std::vector<std::string> mine;  // of this layer
    for (char const* const kind : {"resp", "resp_sample", "resp_l2", "resp_mean", "resp_valid"}) {
      if (file.contains(name(kind))) mine.push_back(name(kind));
    }
    std::vector<bool> const present = trace.present();
    Tensor const stacked = trace.stacked();
    if (file.contains(name("resp_valid"))) {
      Tensor const valid = file.stored(name("resp_valid"));
      std::string found, expected;
      for (bool const there : present) found += there ? '1' : '0';
      for (std::int64_t t = 0; t < valid.numel(); ++t) {
        expected += valid.reshape({-1}).select(0, t).item<std::int64_t>() != 0 ? '1' : '0';
      }
      check.holds(found == expected, name("resp_valid") + ": expected " + expected + ", found " + found);
    }
    deviation::starts_as_one(file, name("resp_batch"));
    if (!stacked.defined()) {  // absent throughout: zeros, of whatever shape
      for (std::string const& tensor : mine) {
        check.holds(largest(file.stored(tensor)) == 0, tensor + ": expected a response, found none in any step");
      }
      continue;
    }
    if (mine.empty()) {
      check.holds(!every_layer, name("resp") + ": the file has no response of this layer, found one");
      continue;
    }
    Tensor const all = stacked.detach().to(at::kDouble);  // (B,T,C,H,W)
    std::int64_t const b = all.size(0), t = all.size(1);
    if (file.config.contains("resp_shapes") && file.config.at("resp_shapes").contains(trace.layer)) {
      std::vector<std::int64_t> const shape = shape_of(file.config.at("resp_shapes").at(trace.layer));
      check.holds(all.sizes().slice(2).equals(shape), "responses of " + trace.layer + " have another shape");
    }
    if (file.contains(name("resp"))) check.same(name("resp"), all);
    if (file.contains(name("resp_sample"))) {
      Tensor const reference = file.stored(name("resp_sample"));
      std::int64_t const units = all.numel() / (b * t), n = reference.size(2);
      std::vector<std::int64_t> places;
      for (std::int64_t k = 0; k < n; ++k) places.push_back(k * units / n);
      check.same(name("resp_sample"), all.reshape({b, t, units}).index_select(2, dynvision::indices(places, all)));
    }
    if (file.contains(name("resp_l2"))) check.same(name("resp_l2"), all.flatten(2).norm(2, {2}));
    if (file.contains(name("resp_mean"))) check.same(name("resp_mean"), all.flatten(2).mean({2}));
  }
}

}  // namespace golden
