// The compiled path: a whole run planned before it starts, and one node of autograd's graph.
//
//   run::compiled(model, images, settings)       gives what run::unroll gives, to rounding
//
// Blocks of steps between which nothing feeds back are computed at once, frames that stay are convolved
// once, neighbouring pointwise operations are one loop, biological time runs through its equivalent in engineering time
// (docs/numerics.md). The reverse sweep (run/compiled/sweep/reverse.hpp) keeps the states, or the states at checkpoints
// (Settings::checkpoint_timesteps), and computes the rest again. Samples run together, or in groups
// (Settings::samples_at_once). Outputs, responses and monitored signals are differentiable, once, for parameters and inputs;
// not for each other: outputs do not depend on recorded responses (run::unroll). Parameters must not change between a run
// and its backward.
#pragma once
#include <dynvision/run/compiled/autograd.hpp>
#include <dynvision/run/compiled/prepare/checkpointing.hpp>
#include <dynvision/run/compiled/prepare/microbatches.hpp>
#include <dynvision/run/compiled/prepare/prepare.hpp>
#include <dynvision/run/compiled/sweep/forward.hpp>
#include <dynvision/run/compiled/sweep/reverse.hpp>
#include <dynvision/run/unroll.hpp>

#include <ATen/ops/unbind_ops.h>

namespace dynvision::run {

class CompiledRun {
  std::shared_ptr<PreparedRun> sequence_;
  PreparedRun& q_ = *sequence_;
  std::shared_ptr<GivenSignals const> given_;
  bool keeps_;
  std::size_t n_responses_ = 0, n_watched_ = 0;
  std::vector<std::pair<Tensor, std::int64_t>> versions_;  // of all that the reverse reads again

 public:
  [[gnu::cold]] explicit CompiledRun(std::shared_ptr<PreparedRun> sequence,
                                     std::shared_ptr<GivenSignals const> given = {})
      : sequence_(std::move(sequence)), given_(std::move(given)) {
    keeps_ = is_differentiated(q_);
    if (keeps_) remember_versions();
    if (q_.segments.empty()) divide(q_);
  }
  bool keeps() const { return keeps_; }
  // Whether the last segment waits for the reverse sweep: it is reversed first, but in a group of samples not at once.
  bool keeps_last() const { return !(q_.settings.samples_at_once > 0 && q_.settings.checkpoint_timesteps > 0); }
  std::vector<Tensor> const& inputs() const { return q_.learned.tensors(); }
  PreparedRun const& sequence() const { return q_; }

  // outputs (B,T,K), then the responses of the layers (T B,C,H,W), then what is monitored.
  [[gnu::cold]] std::vector<Tensor> forward() {
    at::AutoGradMode const no_gradient(false);
    std::vector<Tensor> past;
    for (std::size_t i = 0; i < q_.segments.size(); ++i) {
      Segment& segment = q_.segments[i];
      segment.past = past;
      bool const keep = keeps_ && i >= q_.first_kept && i + 1 == q_.segments.size() && keeps_last();
      ForwardSweep sweep(q_, segment, keep);
      sweep.run(true);
      if (i + 1 < q_.segments.size()) past = sweep.past_of_next();
      if (!keep) segment.drop();
      if (!keeps_ || i < q_.first_kept) segment.past.clear();
    }
    if (keeps_ && !keeps_last()) rest();
    // The run keeps none of what it gives: whoever has the results keeps the run, through their history.
    n_responses_ = q_.results.responses.size(), n_watched_ = q_.results.watched.size();
    std::vector<Tensor> all{outputs()};
    for (Tensor& x : q_.results.responses) all.push_back(std::exchange(x, {}));
    for (Tensor& x : q_.results.watched) all.push_back(std::exchange(x, {}));
    return all;
  }

  [[gnu::cold]] std::vector<Tensor> reverse(std::vector<Tensor> const& gradients) {
    at::AutoGradMode const no_gradient(false);
    check_versions();
    if (given_ && given_->have_gradients_asked_for()) {
      fail("run", 148, "the gradient of a recorded or monitored signal: the compiled path has none; use run::unroll");
    }
    ResultGradients const given = given_of(gradients);
    std::vector<StateGradient> states(q_.state_shape.size());
    for (std::size_t l = 0; l < states.size(); ++l) {
      states[l].start(q_.state_shape[l], q_.layout, q_.options, q_.batch, q_.table.first_index - q_.table.memory[l],
                      q_.table.last_index);
    }
    std::vector<ScalarGradients> scalars(q_.table.places.size());
    Tensor frames;
    bool frames_found = false;
    if (q_.stimulus.frames.requires_grad()) frames = zeros(q_.stimulus.frames.sizes(), q_.stimulus.frames.options());
    std::vector<Tensor> externals(q_.state_shape.size());
    for (std::size_t l = 0; l < externals.size(); ++l) {
      Tensor const x = q_.external(static_cast<int>(l));
      if (x.defined() && x.requires_grad()) externals[l] = zeros(x.sizes(), x.options());
    }
    FrameCarry carry;
    for (std::size_t i = q_.segments.size(); i-- > q_.first_kept;) {
      Segment& segment = q_.segments[i];
      bool const again = !segment.kept();
      if (again) ForwardSweep(q_, segment, true).run(false);
      if (i == q_.first_kept) rest();
      ReverseContext state{q_, segment, given, states, scalars, frames, frames_found, externals};
      ReverseSweep(state).run(carry, i == q_.first_kept);
      segment.drop();
    }
    finish(scalars, frames_found ? frames : Tensor{}, externals);
    return q_.learned.take();
  }
  void release() {
    for (Segment& segment : q_.segments) segment.drop();
  }

 private:
  // Nothing is convolved forward for a while, or ever again.
  void rest() {
    for (auto& convolution : q_.convolutions) {
      if (convolution) convolution->rest();
    }
    for (auto& arrival : q_.arrivals) {
      if (arrival) arrival->rest();
    }
  }

  [[gnu::cold]] Tensor outputs() {
    if (q_.classifier == nullptr && q_.calls.back().of_tensor.apply == nullptr) return {};
    std::int64_t const T = q_.stimulus.n_timesteps();
    Tensor z = q_.results.seen;
    if (!z.defined()) return zeros({q_.batch, T, q_.n_classes}, q_.outer_options);
    if (q_.classifier != nullptr) {
      z = linear(z.div_(places_of_head()), q_.classifier->weight, q_.classifier->bias);
      for (int t = 0; t < T; ++t) {
        if (!head_sees(t)) q_.results.rows(z, t, 1).zero_();
      }
    }
    return z.view({T, q_.batch, z.size(1)}).transpose(0, 1).contiguous();
  }
  double places_of_head() const {  // a Classifier sees the mean over so many
    kernels::Shape const& x = q_.table.places.back().out;
    return static_cast<double>(x.height * x.width);
  }
  bool head_sees(int t) const { return q_.table.leaves(q_.table.places.size() - 1, t + q_.table.idle); }

  [[gnu::cold]] ResultGradients given_of(std::vector<Tensor> const& gradients) {
    ResultGradients given;
    Tensor const& g = gradients[0];  // (B,T,K)
    if (g.defined()) {
      Tensor by_step = g.transpose(0, 1).reshape({g.size(0) * g.size(1), g.size(2)});
      if (q_.classifier != nullptr) {
        Classifier const& head = *q_.classifier;
        by_step = by_step.clone();
        for (int t = 0; t < q_.stimulus.n_timesteps(); ++t) {
          if (!head_sees(t)) q_.results.rows(by_step, t, 1).zero_();
        }
        if (q_.results.seen.defined()) {
          q_.learned.add(q_.learned.index(head.weight), by_step.t().matmul(q_.results.seen), true);
          q_.learned.add(q_.learned.index(head.bias), by_step.sum({0}), true);
        }
        given.seen = by_step.matmul(head.weight.detach()).div_(places_of_head());
      } else {
        given.seen = by_step;
      }
    }
    std::size_t i = 1;
    auto const next = [&](std::size_t n) {
      std::vector<Tensor> all;
      for (std::size_t k = 0; k < n; ++k, ++i) {
        all.push_back(gradients[i].defined() ? q_.layout.of(kernels::in_dtype(gradients[i], q_.dtype())) : Tensor{});
      }
      return all;
    };
    given.responses = next(n_responses_);
    given.watched = next(n_watched_);
    return given;
  }

  [[gnu::cold]] void finish(std::vector<ScalarGradients> const& scalars, Tensor const& frames,
                            std::vector<Tensor> const& externals) {
    GradientSums& learned = q_.learned;
    for (auto& convolution : q_.convolutions) {
      if (convolution) convolution->finish(learned);
    }
    for (auto& arrival : q_.arrivals) {
      if (arrival) arrival->finish(learned);
    }
    for (std::size_t p = 0; p < scalars.size(); ++p) {
      if (!scalars[p].sums.defined()) continue;
      auto const add = [&](Tensor const& of, int which) {
        if (of.defined()) learned.add(learned.index(of), scalars[p].sums.select(0, which).expand(of.sizes()));
      };
      add(q_.taus[p], 0);
      add(q_.affine_parameters[p][0], 1);
      add(q_.affine_parameters[p][1], 2);
    }
    learned.add(learned.index(q_.stimulus.frames), frames);
    for (std::size_t l = 0; l < externals.size(); ++l) {
      learned.add(learned.index(q_.external(static_cast<int>(l))), externals[l]);
    }
  }

  void remember_versions() {
    auto const remember = [&](Tensor const& x, std::string_view what) {
      check_can_be_saved(x, what);
      versions_.emplace_back(x, x._version());
    };
    for (Tensor const& x : q_.learned.tensors()) remember(x, "a parameter or an input");
    remember(q_.stimulus.frames, "the images");
    for (auto const& [layer, input] : q_.settings.external) remember(input, "an external input");
  }
  void check_versions() const {
    for (auto const& [x, version] : versions_) {
      if (x._version() == version) continue;
      fail("run", 143, "a parameter or an input was changed between the run and its backward");
    }
  }
};

[[gnu::cold]] inline Activity run_compiled(std::shared_ptr<PreparedRun> sequence, Monitors& monitors,
                                           std::shared_ptr<GivenSignals const> given) {
  auto const run = std::make_shared<CompiledRun>(std::move(sequence), std::move(given));
  std::vector<Tensor> results = run->forward();
  PreparedRun const& q = run->sequence();
  if (run->keeps()) attach(run, run->inputs(), results);

  // Signals by step, absent where they were.
  std::int64_t const T = q.stimulus.n_timesteps(), B = q.batch;
  auto const by_step = [&](Tensor const& all) {
    if (!all.defined()) return std::vector<Tensor>(static_cast<std::size_t>(T));
    return at::_ops::unbind_int::call(all.view({T, B, all.size(1), all.size(2), all.size(3)}), 0);
  };
  std::size_t const n_layers = q.state_shape.size(), n_places = q.table.places.size();
  std::vector<std::vector<Tensor>> responses, watched;
  for (std::size_t l = 0; l < n_layers; ++l) responses.push_back(by_step(results[1 + l]));
  for (std::size_t p = 0; p < n_places; ++p) watched.push_back(by_step(results[1 + n_layers + p]));
  std::vector<std::size_t> recorded_at(n_layers, n_places);
  for (std::size_t p = 0; p < n_places; ++p) {
    if (q.place(p).kind == NodeKind::record) recorded_at[static_cast<std::size_t>(q.place(p).layer)] = p;
  }
  std::vector<Signal> now(n_layers);
  for (int t = 0; t < T; ++t) {
    auto const i = static_cast<std::size_t>(t);
    for (std::size_t l = 0; l < n_layers; ++l) {
      bool const there = recorded_at[l] < n_places && q.table.leaves(recorded_at[l], t + q.table.idle);
      now[l] = there ? responses[l][i] : Signal{};
    }
    monitors.record(now);
    for (std::size_t p = 0; p < n_places; ++p) {
      monitors.after(p, t, q.table.leaves(p, t + q.table.idle) ? watched[p][i] : Signal{});
    }
  }
  return monitors.activity(results[0]);
}

// The dtype of the signals of a run.
inline at::ScalarType signal_dtype(Options const& options, Settings const& settings) {
  return options.dtype != at::kDouble && settings.compute_bfloat16 ? at::kBFloat16 : options.dtype;
}

// By a backend of one's choice, for tests.
template <class Model>
Activity compiled_by(kernels::Backend backend, Model& model, Stimulus const& stimulus, Settings const& settings = {}) {
  check_input(model.options, stimulus, settings);
  kernels::Engine const engine{signal_dtype(model.options, settings), stimulus.frames.device(), backend};
  auto const sequence_of = [&](Stimulus const& shown, Settings const& chosen, Monitors const& monitors) {
    return std::make_shared<PreparedRunOf<Model>>(model, shown, chosen, monitors, engine);
  };
  Monitors monitors(model.parts(), settings);
  std::shared_ptr<PreparedRun> sequence = sequence_of(stimulus, settings, monitors);
  std::int64_t const samples = divide(*sequence);
  auto const given = std::make_shared<GivenSignals>();
  Activity all;
  if (samples == sequence->batch) {
    all = run_compiled(std::move(sequence), monitors, given);
  } else {
    sequence.reset();
    all = in_groups(samples, stimulus, settings, [&](Stimulus const& shown, Settings const& chosen) {
      Monitors of_group(model.parts(), chosen);
      return run_compiled(sequence_of(shown, chosen, of_group), of_group, given);
    });
  }
  given->add(all);
  return all;
}

template <class Model> Activity compiled(Model& model, Stimulus const& stimulus, Settings const& settings = {}) {
  // Operations that draw numbers or follow statistics must be computed once, in the order of the steps.
  if constexpr (Model::is_different_in_training) {
    if (model.in_training) return unroll(model, stimulus, settings);
  }
  return compiled_by(kernels::backend_for(stimulus.frames.device()), model, stimulus, settings);
}

// From images: see present().
template <class Model> Activity compiled(Model& model, Tensor const& images, Settings const& settings = {}) {
  return compiled(model, present(images, settings.n_timesteps, settings.non_input_value), settings);
}

}  // namespace dynvision::run
