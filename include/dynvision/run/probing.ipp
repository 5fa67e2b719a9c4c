// Statistics that grow.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/run/probing.hpp>

#include <array>
#include <utility>

namespace dynvision::run {

DYNVISION_INLINE Probing::Probing(Parts const& parts, Options const& options, Stimulus const& stimulus,
                                  Settings const& settings)
    : samples_(stimulus.frames.size(0)),
      options_(at::TensorOptions(options.dtype).device(options.device)),
      dt_(options.dt),
      first_step_(settings.start.step + settings.idle_timesteps) {
  for (Probe const& probe : settings.probes) {
    std::vector<ProbePlace> const places = places_of(probe, parts, options, stimulus, settings);
    for (ProbePlace const& place : places) {
      Entry entry{probe, place};
      if (probe.name.empty()) {
        entry.probe.name = place.name;
      } else if (places.size() > 1) {
        entry.probe.name += " " + place.name;
      }
      if (!probe.units.empty()) entry.place.shape = {static_cast<std::int64_t>(probe.units.size()), 1, 1};
      entry.present.resize(static_cast<std::size_t>(place.steps()));
      entries_.push_back(std::move(entry));
    }
  }
  check_names();
}

DYNVISION_INLINE void Probing::check_names() const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (entries_[i].probe.name != entries_[k].probe.name) continue;
      fail("run", 170,
           {"two probes \"", entries_[i].probe.name, "\": expected a .name of its own for each, such as \"",
            entries_[i].probe.name, " 2\""});
    }
  }
}

DYNVISION_INLINE bool Probing::sees(std::size_t part, int what) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](Entry const& e) { return e.place.part == part && e.place.what == what; });
}

[[gnu::noinline]] DYNVISION_INLINE void Probing::see(std::size_t part, int what, int t, int n, Tensor const& x,
                                                     std::int64_t first_sample, std::int64_t samples) {
  for (Entry& entry : entries_) {
    ProbePlace const& place = entry.place;
    if (place.part != part || place.what != what) continue;
    for (int i = 0; i < n; ++i) {
      int const at = t + i - place.first;
      if (t + i < 0 || at < 0 || t + i >= place.end || at % place.stride != 0) continue;
      entry.present[static_cast<std::size_t>(at / place.stride)] = true;
      bool const alike = x.size(0) != n * samples;
      Tensor const step = alike || n == 1 ? x : kernels::rows_of(x, i * samples, samples);
      merge(entry, entry.probe.over.time ? 0 : at / place.stride, step, first_sample, samples);
    }
  }
}

DYNVISION_INLINE std::array<std::int64_t, 4> Probing::Entry::kept() const {
  kernels::Shape const& shape = place.shape;
  bool const space = probe.over.space;
  return {rows(), probe.over.channels ? 1 : shape.channels, space ? 1 : shape.height, space ? 1 : shape.width};
}

DYNVISION_INLINE void Probing::merge(Entry& entry, int row, Tensor const& signal, std::int64_t first_sample,
                                     std::int64_t samples) const {
  Over const& over = entry.probe.over;
  Statistic const statistic = entry.probe.statistic;
  std::int64_t const kept_samples = over.samples ? 1 : samples_;
  if (!entry.values.defined()) {
    auto const [rows, channels, height, width] = entry.kept();
    at::TensorOptions const options = entry.merges() ? options_.dtype(at::kDouble) : options_;
    entry.values = zeros({rows, kept_samples, channels, height, width}, options);
    if (statistic == Statistic::standard_deviation) entry.squares = zeros(entry.values.sizes(), options);
    entry.count.resize(static_cast<std::size_t>(rows * kept_samples));
  }
  Tensor x =
      signal.detach().expand({samples, -1, -1, -1});  // one that came before there was a batch has a batch of one
  if (!entry.probe.units.empty()) {
    std::array<std::vector<std::int64_t>, 3> at;
    for (Unit const& unit : entry.probe.units) {
      at[0].push_back(unit.channel), at[1].push_back(unit.row), at[2].push_back(unit.column);
    }
    x = units_of(x, indices(at[0], x), indices(at[1], x), indices(at[2], x)).unsqueeze(2).unsqueeze(3);  // (B,U,1,1)
  }
  x = kernels::in_dtype(x, at::typeMetaToScalarType(options_.dtype()));
  c10::SmallVector<std::int64_t, 4> axes;
  double more = 1;  // numbers that one number of the result is of
  auto const reduce = [&](bool is, std::int64_t axis, std::int64_t n) {
    if (is) axes.push_back(axis), more *= static_cast<double>(n);
  };
  reduce(over.samples, 0, samples), reduce(over.channels, 1, x.size(1));
  reduce(over.space, 2, x.size(2)), reduce(over.space, 3, x.size(3));

  bool const is_whole = over.samples || samples == samples_;
  Tensor const all = entry.values.select(0, row), to = is_whole ? all : all.narrow(0, first_sample, samples);
  auto const of_samples = entry.count.begin() + (row * kept_samples + (over.samples ? 0 : first_sample));
  double const before = *of_samples, part = more / (before + more);
  std::fill_n(of_samples, over.samples ? 1 : samples, before + more);
  if (statistic == Statistic::max) {
    Tensor const found = axes.empty() ? x : x.amax(axes, true);
    if (before > 0) {
      to.copy_(to.maximum(found));
    } else {
      to.copy_(found);
    }
    return;
  }
  Tensor const found = axes.empty() ? x : x.mean(axes, true);
  if (statistic == Statistic::standard_deviation) {
    Tensor const all_squares = entry.squares.select(0, row);
    Tensor const squares = is_whole ? all_squares : all_squares.narrow(0, first_sample, samples);
    if (!axes.empty()) squares.add_(x.var(axes, 0, true), more);
    if (before > 0) squares.add_(found.sub(to).square(), before * part);
  }
  if (before > 0) {
    to.add_(found.sub(to), part);
  } else {
    to.copy_(found);
  }
}

DYNVISION_INLINE std::vector<Probed> Probing::probed() const {
  std::vector<Probed> all;
  for (Entry const& entry : entries_) {
    ProbePlace const& place = entry.place;
    Probed one{entry.probe.name, place.layer, place.operation, place.source, {}, entry.present};
    for (int t = place.first; t < place.end; t += place.stride) one.times.push_back((first_step_ + t) * dt_);
    if (entry.values.defined()) {
      Tensor values = entry.values;
      if (entry.squares.defined()) {
        Tensor const n = zeros({values.size(0), values.size(1), 1, 1, 1}, at::TensorOptions(at::kDouble));
        std::copy(entry.count.begin(), entry.count.end(), n.mutable_data_ptr<double>());
        values = entry.squares.div(n.clamp_min_(1).to(values.options())).sqrt();
      }
      c10::SmallVector<std::int64_t, 5> sizes;
      Over const& over = entry.probe.over;
      values = kernels::in_dtype(values.transpose(0, 1), at::typeMetaToScalarType(options_.dtype()));
      bool const units = !entry.probe.units.empty();
      bool const reduced[] = {over.samples, over.time, over.channels, over.space || units, over.space || units};
      for (std::int64_t axis = 0; axis < 5; ++axis) {
        if (!reduced[axis]) sizes.push_back(values.size(axis));
      }
      one.values = values.reshape(sizes).contiguous();
    }
    all.push_back(std::move(one));
  }
  return all;
}

DYNVISION_INLINE double Probing::bytes() const {
  double all = 0;
  for (Entry const& entry : entries_) {
    auto const [rows, channels, height, width] = entry.kept();
    auto const numbers =
        static_cast<double>(rows * channels * height * width * (entry.probe.over.samples ? 1 : samples_));
    auto const each = static_cast<double>(entry.merges() ? sizeof(double) : options_.dtype().itemsize());
    all += numbers * each * (entry.probe.statistic == Statistic::standard_deviation ? 2 : 1);
  }
  return all;
}

}  // namespace dynvision::run
