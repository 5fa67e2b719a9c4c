// From a study to what runs it: threads, device, images, model.
#pragma once
#include <dynvision/data/data_set.hpp>
#include <dynvision/train/evaluate.hpp>
#include <dynvision/variants/any_model.hpp>

#include "study.hpp"

#include <string>
#include <vector>

namespace program {

// Threads, determinism and seeds of this process.
void prepare_process(Study const& study);

// The data of the study: images, or trials of a task or a file.
bool has_trials(Study const& study);
dynvision::TrainingImages training_data(Study const& study);
dynvision::Images test_data(Study const& study);
// With redraw_trials: other trials in `train` for each epoch, those that it would have anyway where a training goes on.
dynvision::Callbacks redrawn_trials(Study const& study, dynvision::Images& train);

// Number of classes and shape of the images: those of the data where the study does not say them. Trials also have their steps.
void take_from_images(Study& study, dynvision::Images const& images);

// An error where the study, its model and the images do not fit. `n_training`: 0 in a test.
void check_images_of(Study& study, dynvision::AnyModel const& model, dynvision::Images const& images,
                     std::int64_t n_training);

// The model of the study, on its device; compiled where it is not built in.
dynvision::AnyModel model_of(Study const& study);

// Weights of a file in the model: those of a run (weights.safetensors), or of any other format that the library reads.
void load_into(dynvision::AnyModel const& model, std::filesystem::path const& weights);

// Presents batches to the model as the study says.
dynvision::RunBatch presented_to(dynvision::AnyModel const& model, Study const& study);

// The same, with an image that comes and goes: blank steps before and after, for the course over time. Trials have their own.
struct TimeCourse {
  dynvision::RunBatch run;
  std::vector<bool> shown;  // [T]
};
TimeCourse time_course_of(dynvision::AnyModel const& model, Study const& study);

// The steps at which the study shows an image, [T].
std::vector<bool> shown_steps(Study const& study);

// What a training minimises; penalties of weights are of this model's.
dynvision::WeightedSum objective_of(Study const& study, dynvision::AnyModel const& model);

}  // namespace program
