// The factor `plan` of a benchmark: the conditions of an experiment in one pass, and each in a run of its own.
#pragma once
#include <dynvision/experiments/plan/plan.hpp>
#include <dynvision/variants/any_model.hpp>

#include "study.hpp"

#include <string>
#include <vector>

namespace program {

class BenchmarkPlan {
 public:
  // `experiment`: of the configuration; as many images as a batch has.
  BenchmarkPlan(StudyWords const& words, Study const& study, dynvision::AnyModel model, std::string const& experiment);

  std::size_t steps() const { return together_.steps(); }
  std::size_t nodes() const { return together_.nodes(); }
  void one_pass() const { run(together_); }
  void separate() const {
    for (auto const& plan : alone_) run(plan);
  }
  // Of the conditions' last outputs: |one pass - separate| / |separate|.
  double difference() const;

 private:
  std::vector<dynvision::Tensor> run(dynvision::experiments::Plan const& plan) const;
  Study study_;
  dynvision::AnyModel model_;
  dynvision::experiments::Plan together_;
  std::vector<dynvision::experiments::Plan> alone_;
  dynvision::Tensor images_;
};

}  // namespace program
