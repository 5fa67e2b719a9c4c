// What can be said of a model before it runs: shapes, parameters, receptive fields, delays, work and memory.
//
//   Facts const facts = facts_of(model, {3, 32, 32});      facts.layers[2].receptive_field, facts.connections, ...
//
// Everything follows from the type of the model and the operations it is made of, a user's too (analysis/work.hpp).
//
//   first signal: the step at which the image can first have an effect, over all ways
//   bytes per step: of the results of all operations, which the gradient needs, for one sample
#pragma once
#include <dynvision/analysis/operation_view.hpp>
#include <dynvision/model/numbers.hpp>
#include <dynvision/model/part.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
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
  int delay = 0;                      // [steps] to the next layer, until something arrives
  double shortest = 0, longest = 0;   // [ms] the same, where channels have delays of their own
  int first_signal = -1;              // [steps]; -1: never
  bool active_without_input = false;  // it is active before the image arrives
  bool in_row = true;                 // what the layer before hands on arrives here; not with Units
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
  constexpr int never = std::numeric_limits<int>::max() / 2;
  std::vector<int> first(n, never);
  if (facts.layers[0].in_row) first[0] = 0;
  for (bool changed = true; changed;) {
    changed = false;
    auto const reach = [&](std::size_t to, int step) {
      if (step < never && step < first[to]) first[to] = step, changed = true;
    };
    for (std::size_t l = 1; l < n; ++l) {
      if (facts.layers[l].in_row) reach(l, first[l - 1] + facts.layers[l - 1].delay);
    }
    for (ConnectionFacts const& c : facts.connections) {
      reach(static_cast<std::size_t>(c.to), first[static_cast<std::size_t>(c.from)] + c.delay);
    }
  }
  for (std::size_t l = 0; l < n; ++l) facts.layers[l].first_signal = first[l] < never ? first[l] : -1;
  facts.first_output = first[n - 1] < never ? first[n - 1] + facts.layers[n - 1].delay : -1;
}

// [ms] the shortest and the longest of a delay; `delay`: [steps] of one that is a whole number of them.
[[gnu::cold]] inline std::pair<double, double> range(int delay, InterpolatedDelay const* interpolated, double dt) {
  if (interpolated == nullptr) return {delay * dt, delay * dt};
  DelayTaps const taps = interpolated->taps();
  auto const [shortest, longest] = std::minmax_element(taps.delays.begin(), taps.delays.end());
  return {*shortest * dt, *longest * dt};
}
[[gnu::cold]] inline ConnectionFacts connection_facts(Way way, int from, int to, int delay,
                                                      InterpolatedDelay const* interpolated, double dt) {
  auto const [shortest, longest] = range(delay, interpolated, dt);
  return {way, from, to, interpolated == nullptr ? delay : interpolated->taps().newest, shortest, longest};
}

}  // namespace analysis

// Without a known size of the image nothing is said of sizes and work.
[[gnu::cold]] inline Facts facts_of(analysis::ModelView const& model, Parts const& parts, Options const& options,
                                    std::array<int, 3> image) {
  if (image[0] == 0) image = options.input_dims;
  Facts facts{.model = model.has_own_name ? std::string(model.name) : type_names::written(model.name),
              .image = image,
              .dt = options.dt};
  facts.bytes_per_number = options.dtype == at::kDouble ? 8 : 4;
  std::vector<int> const channels = channels_of(parts, image[0]);
  std::vector<Size> const sizes = sizes_of(parts, {image[1], image[2]});
  facts.numbers = numbers_in(parts, options);
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

  for (std::string_view const name : layer_names(parts)) facts.layers.push_back({.name = std::string(name)});
  analysis::find_responses(facts, parts, channels, sizes);  // first: connections start from them
  std::vector<Size> responses;
  for (LayerFacts const& layer : facts.layers) responses.push_back(layer.size);

  analysis::Field field;
  for (std::size_t p = 0; p < model.operations.size(); ++p) {
    int const l = parts[p].layer;
    LayerFacts& layer = facts.layers[static_cast<std::size_t>(l)];
    analysis::OperationView const& operation = *model.operations[p];
    analysis::Seen const seen =
        operation.look(parts[p].object, {l, sizes[p], channels[p], channels[p + 1], responses}, field);
    if (seen.connects) {
      Way const way = seen.is_lateral ? Way::lateral : seen.is_from_later ? Way::feedback : Way::skip;
      facts.connections.push_back(
          analysis::connection_facts(way, seen.from, l, seen.delay, seen.interpolated, facts.dt));
    }
    if (parts[p].label() == "units") layer.in_row = false;
    if (seen.is_active_without_input) layer.active_without_input = true;
    if (seen.is_memory) {
      layer.delay = seen.delay;
      std::tie(layer.shortest, layer.longest) = analysis::range(seen.delay, seen.interpolated, facts.dt);
    }
    if (seen.is_record) layer.receptive_field = field.size;
    facts.operations.push_back({l, std::string(parts[p].label()), type_names::written(operation.type), channels[p],
                                channels[p + 1], sizes[p], seen.out, seen.work.multiply_adds});
    layer.flops += 2 * seen.work.multiply_adds;
    layer.bytes_per_step += seen.work.results * facts.bytes_per_number;
    count(layer, parts[p]);
  }

  analysis::find_first_signals(facts);
  if (model.has_head) {
    facts.n_classes = model.n_classes;
    facts.head = type_names::written(model.head_type);
    LayerFacts head{.name = "head", .channels = facts.n_classes, .size = {1, 1}, .receptive_field = 0};
    head.first_signal = facts.first_output;
    head.flops = 2 * model.head_numbers;
    head.bytes_per_step = static_cast<double>(facts.n_classes) * facts.bytes_per_number;
    count(head, parts.back());
    facts.layers.push_back(head);
  }
  return facts;
}

// The image's shape is that of Options::input_dims unless given.
template <class Model> Facts facts_of(Model const& model, std::array<int, 3> image = {0, 0, 0}) {
  return facts_of(analysis::view(model), model.parts(), model.options, image);
}

}  // namespace dynvision
