// Which operation is the first to give a number that is not finite, and at which step: the sentence of errors and warnings.
//
//   "the first signal that is not finite: V2, tstep, step 7 (14 ms)"
//
// In this order: parameters, images, signals forward in time (layer after layer within a step), outputs, terms of the loss, gradients on
// their way back. The batch is run again for it on the reference path, whose operations are called one by one; probes look at all
// of them, so that forward it takes no more memory than a run without gradient. A path that loses numbers where the other does not
// is said, too.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/run/probe.hpp>
#include <dynvision/train/training.hpp>

#include <ATen/core/grad_mode.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dynvision::fitting {

namespace non_finite {

inline bool is_finite(Tensor const& x) { return !x.defined() || x.detach().isfinite().all().item<bool>(); }

inline std::string kind(double value) { return value != value ? "nan" : value > 0 ? "infinite" : "-infinite"; }

// Of the first step, and within it of the first operation.
inline std::optional<std::string> first_signal(run::Activity const& activity) {
  struct {
    run::Probed const* place = nullptr;
    std::size_t i = 0;
    double value = 0;
  } first;
  for (run::Probed const& place : activity.probed) {
    if (!place.values.defined()) continue;
    Tensor const means = place.values.detach().to(at::kCPU, at::kDouble).contiguous();
    auto const n = static_cast<std::size_t>(means.numel());
    for (std::size_t i = 0; i < std::min(n, place.times.size()); ++i) {
      double const value = means.const_data_ptr<double>()[i];
      if (first.place != nullptr && place.times[i] >= first.place->times[first.i]) break;
      if (std::isfinite(value)) continue;
      first = {&place, i, value};
      break;
    }
  }
  if (first.place == nullptr) return std::nullopt;
  double const time = first.place->times[first.i];
  double const step = activity.dt > 0 ? time / activity.dt - activity.first_step : static_cast<double>(first.i);
  return joined({"the first signal that is not finite: ", first.place->layer, ", ", first.place->operation, ", step ",
                 step, " (", time, " ms), whose mean is ", kind(first.value)});
}

// The first gradient that is not finite, of those that come by on their way back.
inline std::optional<std::string> first_gradient(run::Activity const& activity, Tensor const& loss) {
  auto const found = std::make_shared<std::optional<std::string>>();
  for (run::Trace const& trace : activity.monitored) {
    for (std::size_t t = 0; t < trace.steps.size(); ++t) {
      Signal const& x = trace.steps[t];
      if (!x.defined() || !x.requires_grad()) continue;
      std::string place =
          joined({trace.layer, ", ", trace.operation, ", step ", t, " (", activity.time(static_cast<int>(t)), " ms)"});
      x.register_hook([found, place = std::move(place)](Tensor const& g) {
        if (!*found && !is_finite(g))
          *found = "the first gradient that is not finite, on the way back: that of " + place;
      });
    }
  }
  loss.backward();
  return *found;
}

inline std::optional<std::string> before_the_run(Training const& now) {
  std::string names;
  for (Parameter const& p : now.optimizer.parameters()) {
    if (!is_finite(p.tensor)) names += (names.empty() ? "" : ", ") + p.name;
  }
  if (!names.empty()) return "parameters that are not finite: " + names;
  Tensor const& images = now.batch->images;
  for (std::int64_t i = 0; i < images.size(0); ++i) {
    if (!is_finite(images.select(0, i))) return joined({"image ", i, " of the batch has pixels that are not finite"});
  }
  return std::nullopt;
}

inline std::string look(Training& now, bool of_gradient) {
  if (auto const before = before_the_run(now)) return *before;
  BatchContext context{.training = true, .epoch = now.state.epoch, .batch = now.i_batch, .reference = true};
  context.probes = {
      {.where = std::string(run::every_operation), .over = {.samples = true, .channels = true, .space = true}}};
  std::optional<Presented> shown;
  {
    at::AutoGradMode const no_gradient(false);
    shown = now.run(*now.batch, context);
  }
  if (shown->activity.probed.empty())
    return "run_for() in the training's RunBatch would say at which operation and step";
  if (auto const signal = first_signal(shown->activity)) return *signal;
  if (!is_finite(shown->activity.outputs)) return "all signals are finite, the outputs of the classifier are not";
  for (LossPart const& part : now.objective(shown->activity, shown->labels).parts) {
    if (!std::isfinite(part.value)) return "outputs are finite, " + part.name + " is not";
  }
  if (!of_gradient) return "on the reference path everything is finite: the compiled path has lost it";
  context.probes.clear();
  context.monitor = {std::string(run::every_operation)};
  at::AutoGradMode const gradient(true);
  Presented const again = now.run(*now.batch, context);
  if (auto const found = first_gradient(again.activity, now.objective(again.activity, again.labels).total))
    return *found;
  return "on the reference path all gradients of signals are finite";
}

}  // namespace non_finite

// `of_gradient`: the loss was finite. Whatever goes wrong while looking is a part of the answer. Gradients of parameters are lost, and
// generators and kept numbers are not put back (Border).
inline std::string where_not_finite(Training& now, bool of_gradient) {
  try {
    std::string const text = non_finite::look(now, of_gradient);
    now.optimizer.zero_grad();
    return text;
  } catch (std::exception const& error) {
    now.optimizer.zero_grad();
    std::string const what = error.what();
    return "where it began cannot be said: " + what.substr(0, what.find('\n'));
  }
}

// What on_non_finite is told; returns it.
inline std::string tell_not_finite(Training& now, bool of_gradient) {
  std::string const where = where_not_finite(now, of_gradient);
  now.lost_at = &where;
  call(now.settings.callbacks.on_non_finite, now);
  now.lost_at = nullptr;
  return where;
}

}  // namespace dynvision::fitting
