// Cost: what a run will keep and convolve, from its PreparedRun alone.
//
// Bytes are those that the reverse sweep finds when it starts; operations those of convolutions, a
// multiplication and an addition are two.
#pragma once
#include <dynvision/run/compiled/prepare/prepared_run.hpp>

namespace dynvision::run {

class Cost {
  PreparedRun const& q_;
  double batch_;
  std::vector<Node> const& places_ = q_.table.places;

 public:
  explicit Cost(PreparedRun const& q) : q_(q), batch_(static_cast<double>(q.batch)) {}

  double bytes(kernels::Shape const& shape, double rows) const {
    return rows * batch_ * static_cast<double>(shape.size() * q_.engine.bytes());
  }

  double tape(Segment const& segment, bool has_past) const {
    double sum = 0;
    for (std::size_t l = 0; l < q_.state_shape.size(); ++l) {
      auto const [first, last] = q_.held(segment, l, has_past);
      sum += bytes(q_.state_shape[l], last - first);
    }
    int run = -1;
    for (std::size_t b = segment.first_block; b < segment.first_block + segment.n_blocks; ++b) {
      Block const& block = q_.table.blocks[b];
      for (std::size_t p = 0; p < places_.size(); ++p) sum += of_place(p, block, run);
      run = run_of(block).second;
    }
    return sum;
  }

  double kept() const { return longest_segment() + checkpoints(); }

  double longest_segment() const {
    double longest = 0;
    for (std::size_t i = q_.first_kept; i < q_.segments.size(); ++i) {
      longest = std::max(longest, tape(q_.segments[i], i > 0));
    }
    return longest;
  }
  double checkpoints() const {
    double one = 0;
    for (std::size_t l = 0; l < q_.state_shape.size(); ++l) one += bytes(q_.state_shape[l], q_.table.memory[l]);
    std::size_t const first = std::max<std::size_t>(q_.first_kept, 1);
    return one * static_cast<double>(q_.segments.size() - std::min(first, q_.segments.size()));
  }

  // Of all convolutions: as the plan has it, and one step at a time.
  std::pair<double, double> flops() const {
    double planned = 0, by_step = 0;
    for (std::size_t p = 0; p < places_.size(); ++p) {
      bool const leading = p < static_cast<std::size_t>(q_.table.static_places);
      for (int t = 0; t < q_.table.n_steps; ++t) {
        auto const i = static_cast<std::size_t>(t);
        if (q_.convolutions[p] && q_.table.leaves(p, t)) {
          double const one = flops_of(*q_.convolutions[p], places_[p].in);
          bool const again = leading && t > 0 && q_.table.frame_run[i] == q_.table.frame_run[i - 1];
          planned += again ? 0 : one;
          by_step += one;
        }
        if (q_.arrivals[p] && q_.table.stored(places_[p].source.layer, t - places_[p].source.delay)) {
          auto const [sampled, whole] = flops_of_arrival(p);
          planned += sampled;
          by_step += whole;
        }
      }
    }
    return {planned * batch_, by_step * batch_};
  }

 private:
  std::pair<int, int> run_of(Block const& block) const {  // the runs of equal frames that it begins and ends with
    auto const run = [&](int t) {
      return t < 0 || t >= q_.table.n_steps ? -1 : q_.table.frame_run[static_cast<std::size_t>(t)];
    };
    return {run(block.first), run(block.first + block.n - 1)};
  }

  double of_place(std::size_t p, Block const& block, int run_before) const {
    bool const leading = p < static_cast<std::size_t>(q_.table.static_places);
    if (!q_.table.runs(p, block.first)) return 0;
    auto const [first_run, last_run] = run_of(block);
    double rows = block.n;
    if (leading) rows = first_run != last_run ? block.n : (first_run == run_before ? 0 : 1);
    Node const& at = places_[p];
    int const step = q_.table.step(p, block.first);
    double sum = 0;
    if (q_.keeps_value[p] && q_.table.arrives(p, step)) sum += bytes(at.in, rows);
    if (at.source.layer >= 0 && at.on && q_.table.stored(at.source.layer, step - at.source.delay)) {
      if (q_.keeps_operand[p] || at.kind == NodeKind::meeting) sum += bytes(at.in, rows);
    }
    bool const enters = p == 0 || q_.table.leaves(p - 1, step);
    if (q_.keeps_entry[p] && enters && !elsewhere(p)) sum += bytes(at.in, rows);
    bool const last_leading = leading && p + 1 == static_cast<std::size_t>(q_.table.static_places);
    if (last_leading) sum += bytes(at.out, rows);
    return sum;
  }

  // Whether what enters a stage is kept anyway: a state, a value, or the result of what depends on the frame alone; or is
  // computed again, behind a pooling.
  bool elsewhere(std::size_t p) const {
    if (p == 0) return true;  // the frames
    NodeKind const before = places_[p - 1].kind;
    return before == NodeKind::delay || before == NodeKind::max_pool || q_.keeps_value[p - 1] ||
           p == static_cast<std::size_t>(q_.table.static_places);
  }

  static double flops_of(Convolution const& convolution, kernels::Shape const& in) {
    auto const w = convolution.kernel().weight.sizes();  // (Out, In/groups, K, K)
    return 2.0 * static_cast<double>(convolution.out(in).size() * w[1] * w[2] * w[3]);
  }
  std::pair<double, double> flops_of_arrival(std::size_t p) const {
    ProjectionRun const& arrival = *q_.arrivals[p];
    kernels::Shape at = q_.state_shape[static_cast<std::size_t>(places_[p].source.layer)];
    double whole = 0;
    for (Convolution const& c : arrival.chain) whole += flops_of(c, at), at = c.out(at);
    if (!arrival.scatters() || arrival.chain.empty()) return {whole, whole};
    kernels::Shape const from = q_.state_shape[static_cast<std::size_t>(places_[p].source.layer)];
    return {flops_of(arrival.chain[0], {from.channels, places_[p].in.height, places_[p].in.width}), whole};
  }
};

}  // namespace dynvision::run
