// Chunks of steps: a state at the start of each, one block for every step.
#pragma once
#include <dynvision/run/compiled/sweep/forward.hpp>
#include <dynvision/run/input_check.hpp>
#include <dynvision/run/start.hpp>
#include <dynvision/run/stepper.hpp>

namespace dynvision::run {

DYNVISION_INLINE LiveRun::LiveRun(void const* model, Prepare prepare, Parts parts, std::vector<int> capacity,
                                  Options const& options, Settings const& settings)
    : model_(model),
      prepare_(prepare),
      parts_(std::move(parts)),
      capacity_(std::move(capacity)),
      options_(options),
      settings_(settings),
      shortest_chunk_(std::max(16, 2 * *std::max_element(capacity_.begin(), capacity_.end()))),
      chunk_(shortest_chunk_) {
  if (!settings_.external.empty() || !settings_.tau_factors.empty() || !settings_.monitor.empty() ||
      !settings_.probes.empty()) {
    fail("run", 162,
         "a stepper with external input, factors of tau, monitored operations or probes: expected a run of one step, "
         "with .start");
  }
  settings_.keep_state = false, settings_.truncated_bptt_timesteps = 0;
  settings_.checkpoint_timesteps = 0, settings_.samples_at_once = 0, settings_.memory_budget = 0;
  if (!settings_.start.defined()) {
    settings_.start = empty_state(state_names(parts_), capacity_, 0);
    settings_.start.dt = options_.dt, settings_.start.shown = never_shown;
  }
  before_ = settings_.start.step;
  for (Parameter const& p : parameters_of(parts_)) versions_.emplace_back(p.tensor, 0);
}

DYNVISION_INLINE LiveRun::~LiveRun() = default;

DYNVISION_INLINE Tensor LiveRun::step(int shown, Tensor const& given) {
  Tensor const frame = takes_features(options_) ? with_places(given) : given;
  at::AutoGradMode const no_gradient(false);
  OwnDtype const dtype;
  kernels::CrowdedOperators operators(settings_.share_cpus);  // between the steps the threads are the caller's
  operators.update();
  if (shown == 0) check_stimulus(options_, {frame.defined() && frame.dim() == 4 ? frame.unsqueeze(1) : frame, {0}});
  if (!run_) {
    if (shown < 0)
      fail("run", 163, "a stepper that is shown a blank, or nothing, first: expected a frame, which has a size");
    check_start(settings_.start, parts_, capacity_, options_, {frame.unsqueeze(1), {0}});
    begin(frame.size(0), frame.size(2), frame.size(3));
    if (settings_.idle_timesteps > 0) last_shown_ = nothing;  // the blank is a new frame, whatever was shown before
    for (int i = std::exchange(settings_.idle_timesteps, 0); i > 0; --i) step(blank, {});
  }
  Tensor const& frames = run_->stimulus.frames;
  if (shown == 0 &&
      (frame.size(0) != frames.size(0) || frame.size(2) != frames.size(3) || frame.size(3) != frames.size(4))) {
    fail("run", 164,
         {"a frame of shape ", shape_text(frame.sizes()), ": expected ", frames.size(0), "x", frames.size(2), "x",
          frames.size(3), "x", frames.size(4), ", as at the first step"});
  }
  if (next_ == chunk_ || parameters_have_changed()) go_on();

  bool stays = shown == last_shown_ && (shown < 0 || (given.is_same(last_) && given._version() == last_version_));
  if (last_shown_ == never_shown) {
    age_ = age_of_first_frame(settings_.start, {shown == 0 ? frame.unsqueeze(1) : frames, {shown}}) - 1;
    stays = age_ >= 0;
  }
  int index = shown;
  if (shown == 0) {
    index = stays && last_index_ >= 0 ? last_index_ : next_;
    if (index == next_) run_->stimulus.frames.select(1, next_).copy_(frame);
    last_index_ = index, shown_frame_ = run_->stimulus.frames.select(1, index);
  }
  age_ = stays ? age_ + 1 : 0;
  last_shown_ = shown, last_ = given, last_version_ = given.defined() ? given._version() : 0;
  int const t = run_->table.n_given + next_;
  run_->table.show_next(t, index, age_);
  sweep_->block(static_cast<std::size_t>(next_));
  ++next_;
  Tensor const result = outputs(t);
  operators.update();
  return result;
}

DYNVISION_INLINE void LiveRun::begin(std::int64_t batch, std::int64_t height, std::int64_t width) {
  Stimulus shown{zeros({batch, chunk_, options_.input_dims[0], height, width},
                       at::TensorOptions(options_.dtype).device(options_.device)),
                 std::vector<int>(static_cast<std::size_t>(chunk_), nothing), settings_.non_input_value};
  Settings of_chunk = settings_;
  of_chunk.idle_timesteps = 0;
  run_ = prepare_(model_, shown, of_chunk);
  for (auto& [x, version] : versions_) version = x._version();
  next_ = 0, last_index_ = -1;
  auto const n = static_cast<std::size_t>(chunk_);
  segment_ = {};
  segment_.first = run_->table.first_index, segment_.last = run_->table.last_index, segment_.n_blocks = n;
  run_->segments.assign(1, segment_);
  sweep_ = std::make_unique<ForwardSweep>(*run_, segment_, false, true);
}

DYNVISION_INLINE void LiveRun::go_on() {
  Tensor const frames = run_->stimulus.frames;
  settings_.start = state();
  before_ += next_;
  chunk_ = next_ == chunk_ ? std::min(2 * chunk_, longest_chunk()) : shortest_chunk_;  // else parameters have changed
  begin(frames.size(0), frames.size(3), frames.size(4));
}

DYNVISION_INLINE int LiveRun::longest_chunk() const {
  constexpr std::int64_t most_bytes = 32 << 20, most_steps = 128;
  std::int64_t bytes = run_->stimulus.frames.stride(1) * run_->engine.bytes();
  for (kernels::Shape const& shape : run_->state_shape) bytes += shape.size() * run_->engine.bytes();
  std::int64_t const n = std::min(most_steps, most_bytes / std::max<std::int64_t>(1, bytes * run_->n_samples()));
  return std::max(static_cast<int>(n), shortest_chunk_);
}

DYNVISION_INLINE bool LiveRun::parameters_have_changed() const {
  for (auto const& [x, version] : versions_) {
    if (x._version() != version) return true;
  }
  return false;
}

DYNVISION_INLINE Tensor LiveRun::outputs(int t) const {
  PreparedRun const& run = *run_;
  if (run.classifier == nullptr && run.head.functions == nullptr) return {};
  std::int64_t const B = run.n_samples();
  if (!run.table.has_signal(run.nodes.size() - 1, t)) return zeros({B, run.n_classes}, run.parameter_options);
  Tensor const z = run.results.step(run.results.head_input, t - run.table.n_given);
  if (run.classifier == nullptr) return z.clone();
  return linear(z.div(run.pixels_of_head()), run.classifier->weight, run.classifier->bias);
}

DYNVISION_INLINE Tensor LiveRun::handed_out(Tensor const& x) const {
  return x.to(run_->parameter_options.dtype()).clone(at::MemoryFormat::Contiguous);
}

DYNVISION_INLINE Signal LiveRun::response(std::string_view layer) const {
  std::vector<std::string_view> const names = layer_names(parts_);
  auto const found = std::find(names.begin(), names.end(), layer);
  if (!settings_.record)
    fail("run", 121, {"response of layer \"", layer, "\": nothing was recorded: expected .record = true"});
  if (found == names.end()) fail("run", 121, {"response of layer \"", layer, "\": ", expected_one_of(layer, names)});
  if (next_ == 0) return {};
  auto const l = static_cast<std::size_t>(found - names.begin());
  int const t = run_->table.n_given + next_ - 1;
  for (Node const& node : run_->table.nodes) {
    if (static_cast<std::size_t>(node.layer) == l && node.records && run_->table.has_signal(node.index, t)) {
      return handed_out(run_->results.step(run_->results.responses[l], next_ - 1));
    }
  }
  return {};
}

DYNVISION_INLINE State LiveRun::state() const {
  if (!run_) return settings_.start;
  State all = empty_state(state_names(parts_), capacity_, steps());
  all.dt = options_.dt, all.shown = std::min(last_shown_, 0), all.frame_age = age_;
  keep_noise(all, run_->noise);
  if (last_shown_ == 0) all.frame = shown_frame_.clone();
  for (std::size_t l = 0; l < all.layers.size(); ++l) {
    for (int i = 0; i < capacity_[l]; ++i) {
      int const t = run_->table.n_given + next_ - capacity_[l] + i;
      if (!run_->table.stored(static_cast<int>(l), t)) continue;
      all.layers[l].past[static_cast<std::size_t>(i)] =
          handed_out(run_->state_rows(segment_, static_cast<int>(l), t, 1));
    }
  }
  return all;
}

}  // namespace dynvision::run
