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
#include <dynvision/core/own_dtype.hpp>
#include <dynvision/core/warning.hpp>
#include <dynvision/run/compiled/autograd.hpp>
#include <dynvision/run/compiled/prepare/checkpointing.hpp>
#include <dynvision/run/compiled/prepare/prepare.hpp>
#include <dynvision/run/compiled/sweep/forward.hpp>
#include <dynvision/run/compiled/sweep/reverse.hpp>
#include <dynvision/run/unroll.hpp>

namespace dynvision::run {

class CompiledRun {
 public:
  [[gnu::cold]] explicit CompiledRun(std::shared_ptr<PreparedRun> prepared,
                                     std::shared_ptr<GivenSignals const> given = {})
      : prepared_(std::move(prepared)), given_(std::move(given)) {
    keeps_ = is_differentiated(run_);
    if (keeps_) {
      for (Tensor const& x : run_.gradients.tensors()) remember(x, "a parameter or an input");
      remember(run_.stimulus.frames, "the images");
      for (auto const& input : run_.settings.external) remember(input.second, "an external input");
    }
    divide(run_);
  }
  bool keeps() const { return keeps_; }
  std::vector<Tensor> const& inputs() const { return run_.gradients.tensors(); }
  PreparedRun const& prepared() const { return run_; }

  // outputs (B,T,K), then the responses of the layers (T B,C,H,W), then what is monitored. Undefined: not asked for.
  [[gnu::cold]] std::vector<Tensor> forward() {
    at::AutoGradMode const no_gradient(false);
    for (Group& group : run_.groups) forward(group);
    std::vector<Tensor> all{outputs()};
    // Handed over: what the run gives refers to the run (its history), and must not be referred to by it.
    for (Tensor& x : run_.results.responses) all.push_back(std::exchange(x, Tensor{}));
    for (Tensor& x : run_.results.watched) all.push_back(std::exchange(x, Tensor{}));
    return all;
  }

  // Gradients of forward()'s results in; those of inputs() out.
  [[gnu::cold]] std::vector<Tensor> reverse(std::vector<Tensor> const& gradients) {
    at::AutoGradMode const no_gradient(false);
    OwnDtype const dtype;
    check_versions();
    if (given_ && given_->have_gradients_asked_for()) {
      fail("run", 148, "the gradient of a recorded or monitored signal: the compiled path has none; use run::unroll");
    }
    ResultGradients const given = result_gradients(gradients);
    Tensor const& shown = run_.stimulus.frames;
    Tensor frames = shown.requires_grad() ? zeros(shown.sizes(), shown.options()) : Tensor{};
    bool frames_found = false;
    for (std::size_t i = run_.groups.size(); i-- > 0;) reverse(run_.groups[i], given, frames, frames_found);
    for (PreparedNode const& node : run_.nodes) node.finish(run_.gradients);
    if (frames_found) run_.gradients.add(run_.gradients.index(shown), frames);
    return run_.gradients.take();
  }
  void release() {
    for (Group& group : run_.groups) {
      for (Segment& segment : group.segments) segment.drop();
    }
  }

 private:
  void forward(Group& group) {
    run_.enter(group);
    std::vector<Tensor> past;
    for (std::size_t i = 0; i < group.segments.size(); ++i) {
      Segment& segment = group.segments[i];
      segment.past = past;
      bool const keep = keeps_ && i >= run_.first_kept && i + 1 == group.segments.size() && group.waits;
      ForwardSweep forward(run_, segment, keep, true);
      forward.sweep();
      if (i + 1 < group.segments.size()) past = forward.past_of_next();
      if (!keep) segment.drop();
      if (!keeps_ || i < run_.first_kept) segment.past.clear();
    }
  }
  void reverse(Group& group, ResultGradients const& given, Tensor& frames, bool& frames_found) {
    run_.enter(group);
    std::vector<StateGradient> states(run_.state_shape.size());
    for (std::size_t l = 0; l < states.size(); ++l) {
      states[l].start(run_.state_shape[l], run_.layout, run_.options, run_.batch,
                      run_.table.first_index - run_.table.memory[l], run_.table.last_index);
    }
    FrameCarry carry;
    for (std::size_t i = group.segments.size(); i-- > run_.first_kept;) {
      Segment& segment = group.segments[i];
      if (!segment.kept()) ForwardSweep(run_, segment, true, false).sweep();
      if (i == run_.first_kept && group.first == 0) release_forward_weights();
      ReverseContext context{run_, segment, given, states, frames, frames_found};
      ReverseSweep(context).sweep(carry, i == run_.first_kept);
      segment.drop();
    }
  }
  void remember(Tensor const& x, std::string_view what) {
    check_can_be_saved(x, what);
    versions_.emplace_back(x, x._version());
  }
  void check_versions() const {
    for (auto const& [x, version] : versions_) {
      if (x._version() == version) continue;
      fail("run", 143, "a parameter or an input was changed between the run and its backward");
    }
  }
  void release_forward_weights() {
    for (PreparedNode const& node : run_.nodes) node.release_forward_weight();
  }

  [[gnu::cold]] Tensor outputs() {
    if (run_.classifier == nullptr && run_.head.functions == nullptr) return {};
    std::int64_t const T = run_.stimulus.n_timesteps();
    Tensor z = run_.results.head_input;
    if (!z.defined()) return zeros({run_.n_samples(), T, run_.n_classes}, run_.parameter_options);
    if (run_.classifier != nullptr) {
      z = linear(z.div_(pixels_of_head()), run_.classifier->weight, run_.classifier->bias);
      clear_rows_without_signal(z);
    }
    return z.view({T, run_.n_samples(), z.size(1)}).transpose(0, 1).contiguous();
  }
  double pixels_of_head() const {  // a Classifier takes the mean over so many
    kernels::Shape const& x = run_.table.nodes.back().out;
    return static_cast<double>(x.height * x.width);
  }
  void clear_rows_without_signal(Tensor const& of_steps) const {
    for (int t = 0; t < run_.stimulus.n_timesteps(); ++t) {
      if (run_.table.has_signal(run_.nodes.size() - 1, t + run_.table.idle)) continue;
      run_.results.step(of_steps, t).zero_();
    }
  }

  [[gnu::cold]] ResultGradients result_gradients(std::vector<Tensor> const& gradients) {
    ResultGradients given;
    Tensor const& g = gradients[0];  // (B,T,K)
    if (g.defined()) {
      given.head_input = g.transpose(0, 1).reshape({g.size(0) * g.size(1), g.size(2)});
      if (run_.classifier != nullptr) given.head_input = classifier_adjoint(given.head_input.clone());
    }
    auto const stored = [&](Tensor const& x) {
      return x.defined() ? run_.layout.of(kernels::in_dtype(x, run_.dtype())) : x;
    };
    std::size_t i = 1;
    while (given.responses.size() < run_.state_shape.size()) given.responses.push_back(stored(gradients[i++]));
    while (given.watched.size() < run_.nodes.size()) given.watched.push_back(stored(gradients[i++]));
    return given;
  }
  // Of the outputs (T B,K): the gradients of the classifier's parameters are added, that of its mean is returned.
  Tensor classifier_adjoint(Tensor const& g) {
    Classifier const& head = *run_.classifier;
    clear_rows_without_signal(g);
    if (run_.results.head_input.defined()) {
      run_.gradients.add(run_.gradients.index(head.weight), g.t().matmul(run_.results.head_input), true);
      run_.gradients.add(run_.gradients.index(head.bias), g.sum({0}), true);
    }
    // Step by step: MKL sets megabytes aside for a product of many rows, and keeps them.
    std::int64_t const T = run_.stimulus.n_timesteps(), K = g.size(1), C = head.weight.size(1);
    Tensor const weight = head.weight.detach().unsqueeze(0).expand({T, K, C});
    return g.reshape({T, run_.n_samples(), K}).bmm(weight).view({g.size(0), C}).div_(pixels_of_head());
  }

  std::shared_ptr<PreparedRun> prepared_;
  PreparedRun& run_ = *prepared_;
  std::shared_ptr<GivenSignals const> given_;
  bool keeps_;
  std::vector<std::pair<Tensor, std::int64_t>> versions_{};  // of all that the reverse sweep reads again
};

[[gnu::cold]] inline Activity run_compiled(std::shared_ptr<PreparedRun> prepared, Monitors& monitors,
                                           std::shared_ptr<GivenSignals const> given) {
  auto const whole = std::make_shared<CompiledRun>(std::move(prepared), std::move(given));
  std::vector<Tensor> results = whole->forward();
  PreparedRun const& run = whole->prepared();
  // Outputs that never have a signal depend on nothing, as on the reference path.
  Tensor const silent = run.results.head_input.defined() ? Tensor{} : std::exchange(results[0], Tensor{});
  if (whole->keeps()) attach(whole, whole->inputs(), results);
  if (silent.defined()) results[0] = silent;

  // Signals by step, absent where they were.
  std::int64_t const T = run.stimulus.n_timesteps(), B = run.n_samples();
  auto const by_step = [&](Tensor const& all) {
    return all.defined() ? dynvision::unbind(all.view({T, B, all.size(1), all.size(2), all.size(3)}), 0)
                         : std::vector<Tensor>(static_cast<std::size_t>(T));
  };
  std::size_t const n_layers = run.state_shape.size(), n_nodes = run.nodes.size();
  std::vector<std::vector<Tensor>> responses, watched;
  for (std::size_t l = 0; l < n_layers; ++l) responses.push_back(by_step(results[1 + l]));
  for (std::size_t p = 0; p < n_nodes; ++p) watched.push_back(by_step(results[1 + n_layers + p]));
  std::vector<Signal> now(n_layers);
  for (int t = 0; t < T; ++t) {
    auto const i = static_cast<std::size_t>(t);
    now.assign(n_layers, Signal{});
    for (Node const& node : run.table.nodes) {
      auto const l = static_cast<std::size_t>(node.layer);
      if (node.records && run.table.has_signal(node.index, t + run.table.idle)) now[l] = responses[l][i];
    }
    monitors.record(now);
    for (std::size_t p = 0; p < n_nodes; ++p) {
      monitors.after(p, t, run.table.has_signal(p, t + run.table.idle) ? watched[p][i] : Signal{});
    }
  }
  return monitors.activity(results[0]);
}

// The dtype of the signals of a run.
inline at::ScalarType signal_dtype(Options const& options, Settings const& settings) {
  return options.dtype != at::kDouble && settings.compute_bfloat16 ? at::kBFloat16 : options.dtype;
}

[[gnu::cold]] inline void warn_of_bfloat16() {
  warn_once("run", 151,
            {"compute_bfloat16: this CPU has no instructions for bfloat16, so that it takes many times as long as "
             "float32: leave it out, unless memory is all that counts"});
}

// By a backend of one's choice, for tests.
template <class Model>
Activity compiled_by(kernels::Backend backend, Model const& model, Stimulus const& stimulus,
                     Settings const& settings = {}) {
  OwnDtype const dtype;
  check_input(model.parts(), model.options, stimulus, settings);
  model.check_dynamics();
  kernels::Engine const engine{signal_dtype(model.options, settings), stimulus.frames.device(), backend};
  if (bfloat16_is_emulated(engine)) warn_of_bfloat16();
  Monitors monitors(model.parts(), settings);
  auto const given = std::make_shared<GivenSignals>();
  Activity all = run_compiled(std::make_shared<PreparedRunOf<Model>>(model, stimulus, settings, monitors, engine),
                              monitors, given);
  given->add(all);
  all.n_residual_timesteps = model.n_residual_timesteps();
  return all;
}

template <class Model> Activity compiled(Model const& model, Stimulus const& stimulus, Settings const& settings = {}) {
  // Operations that draw numbers or follow statistics must be computed once, in the order of the steps.
  if constexpr (Model::is_different_in_training) {
    if (model.in_training) return unroll(model, stimulus, settings);
  }
  return compiled_by(kernels::backend_for(model.options.device), model, stimulus, settings);
}

// From images: see present().
template <class Model> Activity compiled(Model const& model, Tensor const& images, Settings const& settings = {}) {
  return compiled(model, present(images, settings.n_timesteps, settings.non_input_value), settings);
}

}  // namespace dynvision::run
