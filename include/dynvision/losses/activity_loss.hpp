// Activity ("energy") loss: the metabolic cost of large responses.
//
//   L = 1/(M T) sum_m sum_t v_m(t), mean over the batch       M: monitored places, T: recorded steps
//   absolute: v = ( 1/N sum_n |a_n|^p )^(1/p)                 N: units; the paper's eq. 4, p = 1 by default
//   signed:   v = | 1/N sum_n a_n |
//
// It is computed from what a run has monitored (run::Settings::monitor), so idle steps never count; steps without a
// signal add nothing.
#pragma once
#include <dynvision/losses/reduction.hpp>
#include <dynvision/run/activity.hpp>

#include <cmath>

namespace dynvision {

enum class ActivityMode { absolute, signed_mean };

struct MonitoredActivity {
  std::string operation = "record";  // "record": the response; "tstep": before the nonlinearity; "V1.tstep": one layer
  ActivityMode mode = ActivityMode::absolute;
};

struct ActivityLoss {
  std::vector<MonitoredActivity> monitors{{}};
  double p = 1;  // of the norm, > 0
  LossReduction reduction = LossReduction::mean;

  std::vector<std::string> monitored() const {  // for run::Settings::monitor
    std::vector<std::string> names;
    for (MonitoredActivity const& m : monitors) names.push_back(m.operation);
    return names;
  }

  // Scalar, or (B) with LossReduction::none; zero if nothing was active.
  Tensor operator()(std::vector<run::Trace> const& traces) const {
    if (!(p > 0) || !std::isfinite(p)) fail("losses", 111, {"p = ", p, ": expected a positive number"});
    Tensor sum;
    double places = 0, steps = 0;
    for (run::Trace const& trace : traces) {
      MonitoredActivity const* const monitor = find(trace);
      if (monitor == nullptr) continue;
      ++places;
      steps = std::max(steps, static_cast<double>(trace.steps.size()));
      for (Signal const& a : trace.steps) {
        if (!a.defined()) continue;
        Tensor const value = cost(a.flatten(1), monitor->mode);
        sum = sum.defined() ? sum.add(value) : value;
      }
    }
    if (places == 0) fail("losses", 112, "nothing was monitored: run with .monitor = activity_loss.monitored()");
    if (!sum.defined()) return reduction == LossReduction::none ? zeros({1}) : zeros({});
    Tensor const per_sample = sum.div(places * steps);
    switch (reduction) {
      case LossReduction::none:
        return per_sample;
      case LossReduction::sum:
        return per_sample.sum();
      case LossReduction::mean:
        break;
    }
    return per_sample.mean();
  }

 private:
  MonitoredActivity const* find(run::Trace const& trace) const {
    for (MonitoredActivity const& m : monitors) {
      if (trace.is_named(m.operation)) return &m;
    }
    return nullptr;
  }

  // a (B,N) -> (B)
  Tensor cost(Tensor const& a, ActivityMode mode) const {
    if (mode == ActivityMode::signed_mean) return a.mean({1}).abs();
    return a.norm(p, {1}).div(std::pow(static_cast<double>(a.size(1)), 1 / p));
  }
};

}  // namespace dynvision
