// Benchmarks of models, for Google Benchmark: each model x path x what is done x batch.
//
//   bench::add(variant)                                  DyRCNNx4<>/compiled/training/batch:16
//   bench::add("MyNet", make)                            the same of one's own: make(options) -> AnyModel
//
// A run is 20 steps of a still image. Counters: items_per_second (samples), kept_bytes (what the reverse sweep finds, by
// run::plan; of unroll all results, at most), conv_flops (of one run, for the whole batch).
#pragma once
#include <dynvision/run/plan_numbers.hpp>
#include <dynvision/variants/registry.hpp>

#include <ATen/core/grad_mode.h>

#include <benchmark/benchmark.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace bench {

using namespace dynvision;

inline constexpr int n_timesteps = 20;

using Make = std::function<AnyModel(Options const&)>;

struct Case {
  bool compiled, training;
  std::int64_t batch;
};

// The published networks of large images do without theirs: 64 x 64 leaves something after every layer.
inline Options options_of(std::string const& type) {
  bool const small = type.starts_with("DyRCNN") || type.starts_with("ResNet20") || type.starts_with("ResNet32") ||
                     type.starts_with("ResNet44") || type.starts_with("ResNet56") || type.starts_with("ResNet110");
  int const side = small ? 32 : 64;
  return {.n_classes = 10, .input_dims = {3, side, side}, .seed = 1};
}

// One at a time is kept: benchmarks are called several times each.
inline AnyModel& model_of(std::string const& type, Make const& make) {
  static std::string now;
  static std::unique_ptr<AnyModel> model;
  if (now != type) {
    model.reset();
    model = std::make_unique<AnyModel>(make(options_of(type)));
    now = type;
  }
  return *model;
}

inline void step(benchmark::State& state, std::string const& type, Make const& make, Case const& one) {
  AnyModel const& model = model_of(type, make);
  auto const [channels, height, width] = model.options.input_dims.value();
  std::int64_t const c = channels > 0 ? channels : 3, h = height > 0 ? height : 32, w = width > 0 ? width : 32;
  Tensor const images = randn({one.batch, c, h, w});
  run::Settings const settings{.n_timesteps = n_timesteps};
  at::AutoGradMode const gradient(one.training);
  auto const run_once = [&] {
    run::Activity const a =
        one.compiled ? run::compiled(model, images, settings) : run::unroll(model, images, settings);
    if (one.training) a.outputs.square().sum().backward();
    benchmark::DoNotOptimize(a.outputs.data_ptr());
  };
  run_once();
  for (auto _ : state) run_once();
  run::Plan const plan = run::plan(model, {one.batch, c, h, w}, settings);
  Facts const facts = facts_of(model, {static_cast<int>(c), static_cast<int>(h), static_cast<int>(w)});
  double const of_results = facts.sum(&LayerFacts::bytes_per_step) * static_cast<double>(one.batch) * n_timesteps;
  state.SetItemsProcessed(state.iterations() * one.batch);
  state.counters["kept_bytes"] = !one.training ? 0 : one.compiled ? plan.kept_bytes : of_results;
  state.counters["conv_flops"] = one.compiled ? plan.forward_flops : plan.forward_flops_by_step;
  for (Parameter const& p : model.parameters()) p.tensor.mutable_grad().reset();
}

inline void add(std::string const& type, Make const& make) {
  for (bool const compiled : {true, false}) {
    for (bool const training : {true, false}) {
      for (std::int64_t const batch : {std::int64_t{1}, std::int64_t{16}}) {
        std::string const name = type + (compiled ? "/compiled" : "/unroll") + (training ? "/training" : "/inference") +
                                 "/batch:" + (batch == 1 ? "1" : "16");
        Case const one{compiled, training, batch};
        benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { step(state, type, make, one); })
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime();
      }
    }
  }
}

inline void add(Variant const& variant) {
  add(variant.type, [variant](Options const& options) { return variant.make(options, variant.type); });
}

}  // namespace bench
