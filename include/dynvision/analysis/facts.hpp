// What can be said of a model before it runs: shapes, parameters, receptive fields, delays, work and memory.
//
//   Facts const facts = facts_of(model, {3, 32, 32});      facts.layers[2].receptive_field, facts.connections, ...
//
// Everything follows from the type of the model and the operations it is made of, a user's too (analysis/work.hpp).
//
//   first signal: the step at which the image can first have an effect, over all ways
//   bytes per step: of the results of all operations, which the gradient needs, for one sample
#pragma once
#include <dynvision/analysis/work.hpp>
#include <dynvision/connections/interpolated_delay.hpp>
#include <dynvision/core/type_text.hpp>
#include <dynvision/model/numbers.hpp>
#include <dynvision/model/part.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

namespace dynvision {

enum class Way { lateral, skip, feedback };

struct ConnectionFacts {
  Way way;
  int from, to;              // index of the layers
  int delay;                 // [steps] until something arrives
  double shortest, longest;  // [ms] the same, where channels have delays of their own
};

struct OperationFacts {
  int layer;
  std::string label;
  std::string type;  // as it is written: "Conv<3, 36, 3, 1>"
  int channels_in, channels_out;
  Size in, out;              // (H,W)
  double multiply_adds = 0;  // per step and sample
};

struct LayerFacts {
  std::string name;
  int channels = 0;  // of the response
  Size size{};       // (H,W) of the response
  std::int64_t learned = 0, kept = 0;
  std::int64_t receptive_field = 1;   // [pixels], side; 0: the whole image
  int delay = 0;                      // [steps] to the next layer
  int first_signal = -1;              // [steps]; -1: never
  bool active_without_input = false;  // it is active before the image arrives
  double flops = 0;                   // per step and sample
  double bytes_per_step = 0;          // per sample
};

struct Facts {
  std::string model;
  std::array<int, 3> image{};  // (C,H,W)
  double dt = 0;               // [ms]
  int n_classes = 0;           // 0: no head
  int first_output = 0;        // [steps] at which the image can first be seen in the output
  int bytes_per_number = 4;
  std::vector<OperationFacts> operations{};
  std::string head{};                // its type, empty without one
  std::vector<LayerFacts> layers{};  // the last one is the head, if there is one
  std::vector<ConnectionFacts> connections{};
  std::vector<NumberFacts> numbers{};  // what Options can set, with its value

  double sum(double LayerFacts::*what) const {
    double all = 0;
    for (LayerFacts const& layer : layers) all += layer.*what;
    return all;
  }
  std::int64_t count(std::int64_t LayerFacts::*what) const {
    std::int64_t all = 0;
    for (LayerFacts const& layer : layers) all += layer.*what;
    return all;
  }
  // [bytes] of training on the reference path: weights, gradients, two moments of Adam, and the results of all steps. At
  // most: of some results (sums) the gradient needs nothing.
  double training_bytes(int batch, int n_timesteps) const {
    auto const numbers = static_cast<double>(4 * count(&LayerFacts::learned) + count(&LayerFacts::kept));
    return numbers * bytes_per_number + sum(&LayerFacts::bytes_per_step) * batch * n_timesteps;
  }
};

namespace analysis {

// What a layer records, or else what leaves its last operation.
[[gnu::cold]] inline void find_responses(Facts& facts, Parts const& parts, std::vector<int> const& channels,
                                         std::vector<Size> const& sizes) {
  std::vector<bool> recorded(facts.layers.size(), false);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {  // the last part is the head
    auto const l = static_cast<std::size_t>(parts[i].layer);
    bool const records = parts[i].label() == "record";
    if (recorded[l] && !records) continue;
    recorded[l] = recorded[l] || records;
    facts.layers[l].channels = channels[records ? i : i + 1];
    facts.layers[l].size = sizes[records ? i : i + 1];
  }
}

// The shortest of all ways from the image, in steps.
[[gnu::cold]] inline void find_first_signals(Facts& facts) {
  std::size_t const n = facts.layers.size();
  std::vector<int> first(n, std::numeric_limits<int>::max() / 2);
  first[0] = 0;
  for (bool changed = true; changed;) {
    changed = false;
    auto const reach = [&](std::size_t to, int step) {
      if (step < first[to]) first[to] = step, changed = true;
    };
    for (std::size_t l = 1; l < n; ++l) reach(l, first[l - 1] + facts.layers[l - 1].delay);
    for (ConnectionFacts const& c : facts.connections) {
      reach(static_cast<std::size_t>(c.to), first[static_cast<std::size_t>(c.from)] + c.delay);
    }
  }
  for (std::size_t l = 0; l < n; ++l) facts.layers[l].first_signal = first[l];
  facts.first_output = first[n - 1] + facts.layers[n - 1].delay;
}

// `delay`: [steps] of one that is a whole number of them.
[[gnu::cold]] inline ConnectionFacts connection_facts(Way way, int from, int to, int delay,
                                                      InterpolatedDelay const* interpolated, double dt) {
  if (interpolated == nullptr) return {way, from, to, delay, delay * dt, delay * dt};
  DelayTaps const taps = interpolated->taps();
  auto const [shortest, longest] = std::minmax_element(taps.delays.begin(), taps.delays.end());
  return {way, from, to, taps.newest, *shortest * dt, *longest * dt};
}

}  // namespace analysis

// The image's shape is that of Options::input_dims unless given; without a known size nothing is said of sizes and work.
template <class Model> Facts facts_of(Model const& model, std::array<int, 3> image = {0, 0, 0}) {
  if (image[0] == 0) image = model.options.input_dims;
  Facts facts{.model = type_text<std::remove_const_t<Model>>(), .image = image, .dt = model.options.dt};
  if constexpr (requires { Model::model_name; }) facts.model = Model::model_name;
  facts.bytes_per_number = model.options.dtype == at::kDouble ? 8 : 4;
  Parts const parts = model.parts();
  std::vector<int> const channels = channels_of(parts, image[0]);
  std::vector<Size> const sizes = sizes_of(parts, {image[1], image[2]});
  facts.numbers = numbers_in(parts, model.options);
  std::vector<void const*> counted;  // shared parameters once
  auto const count = [&](LayerFacts& layer, Part const& part) {
    auto look = [&](std::string_view, Tensor& tensor, bool learned) {
      void const* const storage = tensor.unsafeGetTensorImpl();
      if (std::find(counted.begin(), counted.end(), storage) != counted.end()) return;
      counted.push_back(storage);
      (learned ? layer.learned : layer.kept) += tensor.numel();
    };
    part.parameters(ParameterVisitor(look));
  };

  model.each_layer([&](auto& layer, int) { facts.layers.push_back({.name = std::string(layer.name)}); });
  analysis::find_responses(facts, parts, channels, sizes);  // first: connections start from them

  analysis::Field field;
  std::size_t place = 0;
  model.each_layer([&](auto const& each, int l) {
    LayerFacts& layer = facts.layers[static_cast<std::size_t>(l)];
    each.each([&]<class Op>(Op const& op, int) {
      Size const in = sizes[place], out = in.height > 0 ? out_size(op, in) : Size{};
      Size at = out;
      // Hands on what it gets: nothing is computed, and nothing more is kept.
      bool passes = MemoryOperation<Op> || parts[place].label() == "record" || parts[place].label() == "addext";
      if constexpr (RecurrenceOperation<Op>) {
        if (op.on)
          facts.connections.push_back(
              analysis::connection_facts(Way::lateral, l, l, op.delay, interpolated_delay(op), facts.dt));
        passes = !op.on;
        at = layer.size;
      } else if constexpr (IncomingOperation<Op>) {
        passes = !op.incoming.on;
        if (op.incoming.on) {
          Way const way = comes_from_later<Op>() ? Way::feedback : Way::skip;
          facts.connections.push_back(analysis::connection_facts(way, op.incoming.from, l, op.incoming.delay,
                                                                 interpolated_delay(op), facts.dt));
          at = facts.layers[static_cast<std::size_t>(op.incoming.from)].size;
          auto const& conv = op.incoming.adapter.conv;
          if (conv.exists() && at.height > 0) at = conv.out_size(at);
        }
      }
      if constexpr (ActiveWithoutInput<Op>) layer.active_without_input = true;
      if constexpr (MemoryOperation<Op>) layer.delay = op.steps;
      if constexpr (requires { op.each_inner(in, [](auto const&, Size, bool) {}); }) {
        op.each_inner(in, [&](auto const& inner, Size size, bool main_way) {
          if (main_way) field.through(inner, size);
        });
      } else {
        field.through(op, in);
      }
      if (parts[place].label() == "record") layer.receptive_field = field.size;
      analysis::Work const work = in.height > 0 && !passes
                                      ? analysis::work_of(op, in, channels[place], channels[place + 1], at)
                                      : analysis::Work{};
      facts.operations.push_back({l, std::string(parts[place].label()), type_text<Op>(), channels[place],
                                  channels[place + 1], in, out, work.multiply_adds});
      layer.flops += 2 * work.multiply_adds;
      layer.bytes_per_step += work.results * facts.bytes_per_number;
      count(layer, parts[place]);
      ++place;
    });
  });

  analysis::find_first_signals(facts);
  if constexpr (requires { model.head.classes(); }) {
    facts.n_classes = static_cast<int>(model.head.classes());
    facts.head = type_text<std::remove_cvref_t<decltype(model.head)>>();
    LayerFacts head{.name = "head", .channels = facts.n_classes, .size = {1, 1}, .receptive_field = 0};
    head.first_signal = facts.first_output;
    head.flops = 2 * analysis::numbers_of_head(model.head);
    head.bytes_per_step = static_cast<double>(facts.n_classes) * facts.bytes_per_number;
    count(head, parts.back());
    facts.layers.push_back(head);
  }
  return facts;
}

}  // namespace dynvision
