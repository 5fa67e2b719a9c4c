// Responses of a run against those of a golden file: whole or sampled, their norms and means, and when there were any.
#pragma once
#include <dynvision/run/activity.hpp>

#include "deviations.hpp"
#include "golden_file.hpp"

namespace golden {

inline void same_responses(Check& check, File const& file, std::string const& prefix,
                           dynvision::run::Activity const& activity) {
  for (dynvision::run::Trace const& trace : activity.responses) {
    auto const name = [&](char const* kind) { return prefix + kind + "." + trace.layer; };
    Tensor const all = trace.stacked().detach().to(at::kDouble);  // (B,T,C,H,W)
    std::int64_t const b = all.size(0), t = all.size(1);
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
    deviation::starts_as_one(file, name("resp_batch"));
    if (file.contains(name("resp_valid"))) {
      Tensor const valid = file.stored(name("resp_valid"));
      std::vector<bool> const present = trace.present();
      for (std::size_t i = 0; i < present.size(); ++i) {
        CAPTURE(file.name, trace.layer, i);
        CHECK(present[i] == (valid.select(0, static_cast<std::int64_t>(i)).item<std::int64_t>() == 1));
      }
    }
  }
}

}  // namespace golden
