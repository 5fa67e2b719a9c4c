// A plan over a set of images, in batches: what every branch gives is reduced at once and lies on disk as soon as it is there.
//
//   PlanRun const run = run_plan(plan, model, images, out / "branches", {.batch_size = 50});
//   write_tables(plan, images, {out / "branches", out}, keys, 50);                  experiments/tables/write_tables.hpp
//
// Kept are guesses, confidences and ranks of labels, and of each layer mean and standard deviation for each image and step; the
// responses of every unit of layers that `units` names, in float32, and features of `populations`. What is held in memory does not grow with the number of
// images. A run that was stopped or killed goes on with what is missing (experiments/run/branch_folder.hpp).
//
// `model`: of a type, or AnyModel, where all conditions have one model; else a function that makes the model of a ModelSide.
// Noise of the model itself, if it has any, is another trial for each batch, the same for all conditions.
//
// Errors: experiments.136, those of the folder and of what is kept.
#pragma once
#include <dynvision/core/parameters.hpp>
#include <dynvision/data/batches.hpp>
#include <dynvision/experiments/plan/plan_text.hpp>
#include <dynvision/experiments/run/reduce_branches.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

struct PlanRun {
  bool complete = false;   // false: stopped; the same call goes on
  double seconds = 0;      // [s] of this call
  double image_steps = 0;  // computed by this call
};

namespace running {

// 64 bits of FNV-1a (Fowler, Noll & Vo), eight bytes at a time: it tells weights and images apart that were changed, not forged.
inline std::uint64_t checksum(Tensor const& x, std::uint64_t hash = 0xcbf29ce484222325U) {
  Tensor const here = x.detach().to(at::kCPU).contiguous();
  auto const* const bytes = static_cast<unsigned char const*>(here.const_data_ptr());
  for (std::size_t i = 0; i < here.nbytes(); i += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, std::min(sizeof word, here.nbytes() - i));
    hash = (hash ^ word) * 0x100000001b3U, hash ^= hash >> 29U;
  }
  return hash;
}

template <class ModelOf> decltype(auto) model_for(ModelOf const& model, ModelSide const& side) {
  if constexpr (requires { model(side); }) {
    return model(side);
  } else {
    return (model);
  }
}

template <class Model>
nlohmann::ordered_json identity_of(Plan const& plan, std::size_t tree, Model const& model, Images const& images,
                                   RunPlanSettings const& settings) {
  std::uint64_t weights = 0xcbf29ce484222325U;
  for (Parameter const& one : parameters_of(model.parts())) weights = checksum(one.tensor, weights);
  return {{"images", images.size()},
          {"batch_size", settings.batch_size},
          {"path", settings.pass.path == RunPath::unroll ? "unroll" : "compiled"},
          {"dtype", c10::toString(model.options.dtype)},
          {"share_blank", settings.pass.share_blank},
          {"units", settings.units},
          {"seed", settings.pass.run.seed.value_or(0)},
          {"checksum of the weights", weights},
          {"checksum of the images", checksum(images.labels, checksum(images.images))},
          {"plan", plan_json(plan)["trees"][tree]}};
}

inline std::filesystem::path folder_of(std::filesystem::path const& branches, std::size_t tree) {
  return branches / number_text(tree);
}

}  // namespace running

template <class ModelOf>
PlanRun run_plan(Plan const& plan, ModelOf const& model_of, Images const& images, std::filesystem::path const& branches,
                 RunPlanSettings const& settings = {}) {
  check_labels(images);
  if (settings.batch_size < 1 || images.size() < 1) {
    fail("experiments", 136,
         {"batches of ", settings.batch_size, " of ", images.size(), " images: expected at least one of each"});
  }
  auto const begin = std::chrono::steady_clock::now();
  auto const n_images = images.size(), n_batches = (n_images + settings.batch_size - 1) / settings.batch_size;
  auto const size_of = [&](std::int64_t b) {
    return std::min(settings.batch_size, n_images - b * settings.batch_size);
  };
  auto const n_classes = static_cast<std::int64_t>(images.classes.size());
  int const n_others = plan.other_images();
  std::optional<Derangement> const others = derangement_for(images, n_others);
  PlanRun all;
  std::optional<Progress> progress;
  std::int64_t total = 0, before = 0;
  for (Tree const& tree : plan.trees) {
    for (Branch const& one : tree.branches) {
      if (one.is_recorded()) total += static_cast<std::int64_t>(one.frames.size()) * n_images;
    }
  }
  if (!settings.progress.empty()) progress.emplace(settings.progress, total);
  for (std::size_t t = 0; t < plan.trees.size(); ++t) {
    Tree const& tree = plan.trees[t];
    auto&& model = running::model_for(model_of, tree.model);
    BranchFolder const folder(running::folder_of(branches, t), running::identity_of(plan, t, model, images, settings));
    std::vector<bool> const keeps_populations = settings.populations.branches(tree);
    for (std::int64_t batch = 0; batch < n_batches; ++batch) {
      for (std::size_t b = 0; b < tree.branches.size(); ++b) {
        bool const there =
            tree.branches[b].is_recorded() && ReduceBranches::is_there(folder, {b, batch}, settings, keeps_populations);
        if (there) before += static_cast<std::int64_t>(tree.branches[b].frames.size()) * size_of(batch);
      }
    }
    if (progress && before > 0) progress.emplace(settings.progress, total, std::min(total, progress->done() + before));
    before = 0;
    at::TensorOptions const as = at::TensorOptions(model.options.dtype).device(model.options.device);
    for (std::int64_t batch = 0; batch < n_batches; ++batch) {
      ShownBatch const shown = shown_batch(images, batch * settings.batch_size, size_of(batch), n_others, others, as);
      OnePassSettings pass = settings.pass;
      if (!pass.run.seed) pass.run.seed = 0;
      pass.run.trial = static_cast<std::uint64_t>(batch);
      ReduceBranches sink(tree, folder, shown, batch, settings, n_classes, progress ? &*progress : nullptr);
      one_pass(model, tree, shown.pictures, pass, sink);
      all.image_steps += sink.image_steps;
      all.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      if (sink.stopped) return all;
    }
  }
  all.complete = true;
  return all;
}

}  // namespace dynvision::experiments
