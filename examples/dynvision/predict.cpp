// dynvision predict: what a trained run sees in images without labels.
#include <dynvision/data/pictures/picture.hpp>
#include <dynvision/io/csv/writer.hpp>
#include <dynvision/records/interrupt.hpp>
#include <dynvision/records/progress.hpp>

#include "all_commands.hpp"
#include "option_number.hpp"
#include "prepare.hpp"
#include "run_of_study.hpp"

#include <algorithm>
#include <iostream>
#include <numeric>
#include <span>

namespace program {

namespace {

using namespace dynvision;

struct Arguments {
  StudyWords study;
  std::string run, weights, output, top = "3";
  std::vector<std::string> files;
  bool json = false;
};

struct Guess {
  std::string file;
  std::int64_t image = 0;
  std::vector<std::int64_t> classes;  // the most likely one first
  std::vector<double> confidences;
};

// The answer to each image: the softmax at the last step.
std::vector<Guess> guesses_of(Presented const& shown, std::string const& file, std::int64_t first, std::size_t n_top) {
  std::int64_t const n_steps = shown.activity.outputs.size(1);
  LabelledLogits const logits(shown.activity.outputs, shown.labels);
  std::vector<Guess> all;
  for (std::int64_t b = 0; b < shown.labels.size(0); ++b) {
    std::int64_t last = n_steps - 1;
    while (last > 0 && logits.label(b * n_steps + last) < 0) --last;  // of the steps that count
    std::span<double const> const z = logits.row(b * n_steps + last);
    Guess one{file, first + b, std::vector<std::int64_t>(static_cast<std::size_t>(logits.n_classes)), {}};
    std::iota(one.classes.begin(), one.classes.end(), 0);
    std::stable_sort(one.classes.begin(), one.classes.end(),
                     [&](auto i, auto j) { return z[static_cast<std::size_t>(i)] > z[static_cast<std::size_t>(j)]; });
    one.classes.resize(std::min(n_top, one.classes.size()));
    for (std::int64_t const k : one.classes) one.confidences.push_back(logits.confidence(b * n_steps + last, k));
    all.push_back(std::move(one));
  }
  return all;
}

int predict(Arguments const& arguments) {
  std::size_t const n_top = option_number<std::size_t>(arguments.top).value_or(0);
  if (n_top < 1) {
    fail("program", 108, {"--top \"", arguments.top, "\": expected a whole number, at least 1"});
  }
  RunFolder::open(arguments.run);
  Study study(words_of_run(arguments.run, arguments.study), "test");
  prepare_process(study);
  std::vector<std::string> const classes = classes_of_run(arguments.run);
  AnyModel const model = model_of(study);
  std::vector<Tensor> images;
  for (std::string const& file : arguments.files) {
    bool const picture = is_image_file(file);
    images.push_back(picture ? read_picture(file, model.options.input_dims, study.values.data)
                             : read_images(file, study.values.data));
  }
  std::filesystem::path weights = arguments.weights;
  load_into(model, weights.empty() ? std::filesystem::path(arguments.run) / "weights.safetensors" : weights);

  Interrupt const interrupt;
  RunBatch const run = presented_to(model, study);
  at::AutoGradMode const no_gradient(false);
  std::vector<Guess> all;
  std::int64_t total = 0, size = study.values.fit.val_batch_size;
  for (Tensor const& one : images) total += one.size(0);
  Progress progress("predict", total);
  for (std::size_t f = 0; f < images.size(); ++f) {
    for (std::int64_t at = 0; at < images[f].size(0); at += size) {
      if (interrupt.requested()) return interrupted;
      std::int64_t const n = std::min(size, images[f].size(0) - at);
      Batch const batch{images[f].narrow(0, at, n), zeros({n}, at::TensorOptions(at::kLong))};
      for (Guess& one : guesses_of(run(batch, {}), arguments.files[f], at, n_top)) all.push_back(std::move(one));
      progress.step(n);
    }
  }
  progress.finish();
  auto const name = [&](std::int64_t k) {
    auto const i = static_cast<std::size_t>(k);
    return i < classes.size() ? classes[i] : number_text(k);
  };
  std::vector<std::string> columns{"file", "image_index"};
  for (std::size_t i = 1; i <= n_top; ++i) {
    std::string const place = i == 1 ? "" : "_" + number_text(i);
    columns.insert(columns.end(), {"guess_index" + place, "guess" + place, "confidence" + place});
  }
  if (arguments.json) {
    Json list = Json::array();
    for (Guess const& one : all) {
      Json likely = Json::array();
      for (std::size_t i = 0; i < one.classes.size(); ++i) {
        likely.push_back(
            {{"class", name(one.classes[i])}, {"index", one.classes[i]}, {"confidence", one.confidences[i]}});
      }
      list.push_back({{"file", one.file}, {"image_index", one.image}, {"guesses", likely}});
    }
    std::cout << list.dump(2) << std::endl;
  }
  if (!arguments.output.empty()) {
    CsvWriter csv(arguments.output, columns, 0);
    for (Guess const& one : all) {
      std::vector<std::string> cells{one.file, number_text(one.image)};
      for (std::size_t i = 0; i < n_top; ++i) {
        bool const there = i < one.classes.size();
        cells.push_back(there ? number_text(one.classes[i]) : "");
        cells.push_back(there ? name(one.classes[i]) : "");
        cells.push_back(there ? number_text(one.confidences[i], 6) : "");
      }
      csv.row(cells);
    }
    if (!arguments.json) std::cout << all.size() << " images: " << arguments.output << std::endl;
  } else if (!arguments.json) {
    for (Guess const& one : all) {
      std::cout << one.file << " " << one.image << ": ";
      for (std::size_t i = 0; i < one.classes.size(); ++i) {
        std::cout << (i == 0 ? "" : ", ") << name(one.classes[i]) << " "
                  << number_text(100 * one.confidences[i], decimals(1)) << " %";
      }
      std::cout << "\n";
    }
    std::cout << std::flush;
  }
  return done;
}

}  // namespace

Command const predict_command{
    "predict", "say what a trained run sees in images",
    "  dynvision predict runs/latest new_images.npy\n"
    "  dynvision predict runs/latest a.npz b.safetensors --top 5 --output predictions.csv\n"
    "  dynvision predict runs/latest cat.png dog.jpg\n"
    "\nImages: IDX, NPY, or the tensor \"images\" of NPZ, safetensors and PyTorch files, as those that were trained "
    "on; PNG and JPEG of any size, which get the size and the channels of the model.\n",
    [](CommandLine& line) {
      auto const arguments = std::make_shared<Arguments>();
      line.argument("RUN", arguments->run, "folder of a run, as dynvision train leaves it", true);
      line.arguments("IMAGES", arguments->files, "files of images");
      take_study(line, arguments->study);
      line.value("--weights", arguments->weights, "file of weights, in place of the run's", "FILE");
      line.value("--top", arguments->top, "so many classes, the most likely ones", "N");
      line.value("--output", arguments->output, "table to write, CSV", "FILE");
      line.flag("--json", arguments->json, "for programs");
      return [arguments] { return predict(*arguments); };
    }};

}  // namespace program
