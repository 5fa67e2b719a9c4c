// What tables of populations are made of: which conditions, which features, at which steps.
//
//   PopulationTables const tables{plan, images, {branches, out, first, end}, keys, {.batch_size = 50}};
//   write_decoding(tables, {.kind = analysis::DecoderKind::ridge});         experiments/populations/write_decoding.hpp
//   write_similarity(tables);                                              experiments/populations/write_similarity.hpp
//
// Conditions that show no image of a class are left out. At most `most_steps` recorded steps of each, equally far apart from the first one
// on: the matrices of steps with steps grow with their square.
//
// Errors: experiments.171, experiments.172.
#pragma once
#include <dynvision/experiments/populations/condition_populations.hpp>
#include <dynvision/experiments/tables/write_tables.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dynvision::experiments {

struct PopulationSettings {
  std::int64_t batch_size = 50;  // as the plan was run
  std::string features = "channels";
  std::int64_t most_steps = 20;
  unsigned n_threads = 0;  // 0: as many as the machine has
};

struct PopulationTables {
  Plan const& plan;
  Images const& images;
  TablesOf const& of;
  TableKeys const& keys;
  PopulationSettings settings{};
};

// Fewer than two images of a class: a decoder cannot be trained on one and tested on another.
inline void check_images_of_decoding(Images const& images) {
  std::vector<std::int64_t> n(images.classes.size(), 0);
  auto const* const label = images.labels.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < images.size(); ++i) ++n[static_cast<std::size_t>(label[i])];
  auto const n_there = std::count_if(n.begin(), n.end(), [](std::int64_t x) { return x > 0; });
  auto const n_alone = std::count(n.begin(), n.end(), 1);
  if (n_there >= 2 && n_alone == 0) return;
  fail("experiments", 171,
       {"decoding of ", images.size(), " images of ", n_there, " classes, ", n_alone,
        " of them with one image: expected two classes or more, and two images or more of each (", 2 * n.size(),
        " images in turn)"});
}
inline void check_images_of_similarity(Images const& images) {
  if (images.size() >= 4) return;
  fail("experiments", 172,
       {"similarity of populations over ", images.size(), " images: expected four or more, which debiased CKA takes"});
}

namespace populations {

// A condition, its steps, and the class that counts first for each image.
struct Shown {
  std::size_t number;
  Plan::Where at;
  BranchFolder folder;
  double dt;
  int onset;
  std::vector<std::int64_t> steps;   // recorded ones
  std::vector<std::int64_t> labels;  // of images

  Shown(PopulationTables const& t, std::size_t condition, int first_label)
      : number(condition),
        at(t.plan.where(condition)),
        folder(running::folder_of(t.of.branches, at.number)),
        dt(at.tree->settings.dt),
        onset(t.plan.conditions[condition].schedule.onset(dt)),
        steps(spread_steps(static_cast<std::int64_t>(at.condition->n_steps), t.settings.most_steps)) {
    int const n_others = t.plan.other_images();
    Tensor const all = labels_of(t.images, 0, t.images.size(), n_others, derangement_for(t.images, n_others));
    auto const* const label = all.const_data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < t.images.size(); ++i) labels.push_back(label[i * all.size(1) + first_label]);
  }

  double time_ms(std::int64_t step) const { return (static_cast<double>(step) - onset) * dt; }
  ConditionPopulations batch(PopulationTables const& t, std::int64_t number_of_batch) const {
    return {*at.tree, *at.condition, folder, t.settings.features, number_of_batch};
  }
};

template <class F> void each_shown(PopulationTables const& t, F const& f) {
  for (std::size_t i = t.of.first; i < std::min(t.of.end, t.plan.conditions.size()); ++i) {
    std::vector<int> const label = t.plan.conditions[i].schedule.labels(t.plan.where(i).tree->settings.dt);
    auto const first = std::find_if(label.begin(), label.end(), [](int k) { return k != no_label; });
    if (first != label.end()) f(Shown(t, i, *first));
  }
}

inline std::int64_t n_batches(PopulationTables const& t) {
  return (t.images.size() + t.settings.batch_size - 1) / t.settings.batch_size;
}

inline std::vector<Column> step_columns(char const* other) {
  return {{"times_index", "int64", "steps", "recorded step"},
          {"time_ms", "float64", "ms", "start of the step, from the onset of what is shown"},
          {"times_index_other", "int64", "steps", other},
          {"time_ms_other", "float64", "ms", "its start, from the onset of what is shown"}};
}

}  // namespace populations

}  // namespace dynvision::experiments
