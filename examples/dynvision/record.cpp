// dynvision record: what the units of a trained run do in windows of time, for images of a list.
#include <dynvision/data/pictures/picture.hpp>
#include <dynvision/experiments/recording/recorder.hpp>
#include <dynvision/io/csv/table.hpp>
#include <dynvision/records/interrupt.hpp>
#include <dynvision/records/progress.hpp>

#include "all_commands.hpp"
#include "option_number.hpp"
#include "prepare.hpp"
#include "recording_file.hpp"
#include "run_of_study.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

namespace program {

namespace {

using namespace dynvision;

struct Arguments {
  StudyWords study;
  std::string run, manifest, weights, output = "recording.npz", identifier, region;
  std::vector<std::string> layers, bins;
  std::string presentation = "100", scale = "1", offset = "0", degrees = "8", n_neuroids = "0", seed = "0";
  bool over_space = false, long_enough = false, json = false;
};

double number_of(std::string const& text, char const* option) {
  auto const value = option_number<double>(text);
  if (!value) fail("program", 175, {option, " \"", text, "\": expected a number"});
  return *value;
}

std::int64_t whole_number_of(std::string const& text, char const* option) {
  double const value = number_of(text, option);
  if (!(value >= 0 && value < 1e15) || value != std::floor(value)) {
    fail("program", 175, {option, " \"", text, "\": expected a whole number of at least 0"});
  }
  return static_cast<std::int64_t>(value);
}

std::vector<analysis::TimeBin> bins_of(std::vector<std::string> const& texts) {
  std::vector<analysis::TimeBin> all;
  for (std::string const& text : texts) {
    std::size_t const colon = text.find(':');
    if (colon == text.npos) {
      fail("program", 171, {"--bins \"", text, "\": expected a start and an end in ms, such as 70:170"});
    }
    all.push_back({number_of(text.substr(0, colon), "--bins"), number_of(text.substr(colon + 1), "--bins")});
  }
  if (all.empty()) fail("program", 171, "--bins: expected at least one, such as 70:170 (ms)");
  return all;
}

struct Manifest {
  std::vector<std::string> ids;
  std::vector<std::filesystem::path> files;  // relative ones from the folder of the manifest
};

Manifest read_manifest(std::filesystem::path const& path) {
  CsvTable const table = read_csv(path);
  auto const column = [&](std::string_view name) {
    auto const found = std::find(table.columns.begin(), table.columns.end(), name);
    if (found == table.columns.end()) {
      fail("program", 170,
           {path.string(), ": column \"", name, "\" is not there: ", expected_one_of(name, table.columns),
            "; a manifest has the columns stimulus_id and path"});
    }
    return static_cast<std::size_t>(found - table.columns.begin());
  };
  std::size_t const id = column("stimulus_id"), file = column("path");
  Manifest all;
  for (auto const& row : table.rows) {
    if (row[id].empty() || row[file].empty()) {
      fail("program", 170, {path.string(), ": row ", all.ids.size() + 1, ": expected a stimulus_id and a path"});
    }
    all.ids.push_back(row[id]);
    all.files.push_back(path.parent_path() / row[file]);
  }
  if (all.ids.empty()) fail("program", 170, {path.string(), ": expected at least one row, found none"});
  for (auto const& one : all.files) {  // before hours of work
    if (!is_image_file(one)) fail("io", 291, {one.string(), ": expected a PNG or JPEG image, found another format"});
  }
  return all;
}

experiments::RecordingSettings settings_of(Arguments const& arguments, Study const& study) {
  experiments::RecordingSettings settings{.layers = arguments.layers, .bins = bins_of(arguments.bins)};
  settings.presentation_ms = number_of(arguments.presentation, "--presentation");
  settings.ms_per_model_ms = number_of(arguments.scale, "--ms-per-model-ms");
  settings.onset_offset_ms = number_of(arguments.offset, "--onset-offset");
  settings.n_timesteps = study.values.trial.n_timesteps;
  if (arguments.long_enough) {
    for (analysis::TimeBin const& bin : settings.bins) {
      double const steps = (bin.end - settings.onset_offset_ms) / (study.values.options.dt * settings.ms_per_model_ms);
      if (steps < 1e9) settings.n_timesteps = std::max(settings.n_timesteps, static_cast<int>(std::ceil(steps - 1e-9)));
    }
  }
  settings.neuroids = {.n = whole_number_of(arguments.n_neuroids, "--n-neuroids"),
                       .seed = static_cast<std::uint64_t>(whole_number_of(arguments.seed, "--neuroid-seed")),
                       .over_space = arguments.over_space};
  settings.batch_size = study.values.fit.val_batch_size;
  settings.run = study.values.run;
  settings.run.record = false, settings.run.monitor.clear(), settings.run.probes.clear();
  settings.run.non_input_value = study.values.trial.non_input_value;
  return settings;
}

int record(Arguments const& arguments) {
  RunFolder::open(arguments.run);
  Study study(words_of_run(arguments.run, arguments.study), "test");
  prepare_process(study);
  experiments::RecordingSettings const settings = settings_of(arguments, study);
  double const degrees = number_of(arguments.degrees, "--visual-degrees");
  Manifest const manifest = read_manifest(arguments.manifest);
  AnyModel const model = model_of(study);
  std::filesystem::path const weights = arguments.weights;
  load_into(model, weights.empty() ? std::filesystem::path(arguments.run) / "weights.safetensors" : weights);
  auto const recorder = experiments::start_recording(model, settings);

  auto const n = static_cast<std::int64_t>(manifest.files.size());
  RecordingContents const contents{
      .stimulus_ids = manifest.ids,
      .neuroids = recorder.neuroids(),
      .region = arguments.region,
      .bins = settings.bins,
      .texts = {{"identifier", arguments.identifier.empty() ? model.type() : arguments.identifier},
                {"model", model.type()}},
      .numbers = {{"visual_degrees", degrees},
                  {"dt_ms", model.options.dt},
                  {"presentation_ms", settings.presentation_ms},
                  {"ms_per_model_ms", settings.ms_per_model_ms},
                  {"onset_offset_ms", settings.onset_offset_ms}}};
  auto const file = recording_file(arguments.output, contents);
  Interrupt const interrupt;
  Progress progress("record", n);
  bool stopped = false;
  recorder.look_at(
      n,
      [&](std::int64_t first, std::int64_t count) {
        std::vector<Tensor> images;
        for (std::int64_t i = first; i < first + count; ++i) {
          std::array<int, 3> const dims = model.options.input_dims;
          images.push_back(read_picture(manifest.files[static_cast<std::size_t>(i)], dims, study.values.data));
        }
        return cat(images, 0);
      },
      [&](std::int64_t, Tensor const& rates) {
        file->append(rates.contiguous());
        progress.step(rates.size(0));
        stopped = interrupt.requested();
        return !stopped;
      });
  if (stopped) return interrupted;
  file->commit();
  progress.finish();
  if (arguments.json) {
    Json const report{{"file", arguments.output},
                      {"presentations", n},
                      {"neuroids", recorder.n_neuroids()},
                      {"time_bins", recorder.n_bins()}};
    std::cout << report.dump(2) << std::endl;
  } else {
    std::cout << n << " presentations, " << recorder.n_neuroids() << " neuroids, " << recorder.n_bins()
              << (recorder.n_bins() == 1 ? " time bin: " : " time bins: ") << arguments.output << std::endl;
  }
  return done;
}

}  // namespace

Command const record_command{
    "record", "record the units of a trained run in windows of time, for comparison with brains",
    "  dynvision record runs/latest stimuli.csv --layer V4 --bins 70:170 --n_timesteps 90 --output v4.npz\n"
    "  dynvision record runs/latest stimuli.csv --layer V1 V4 --bins 0:20 20:40 --over-space --output both.h5\n"
    "\nThe manifest is a table with the columns stimulus_id and path (PNG or JPEG; from the folder of the manifest). "
    "Times "
    "are in ms from the onset of the image.\n",
    [](CommandLine& line) {
      auto const arguments = std::make_shared<Arguments>();
      line.argument("RUN", arguments->run, "folder of a run, as dynvision train leaves it", true);
      line.argument("MANIFEST", arguments->manifest, "table of stimuli, CSV: stimulus_id, path", true);
      line.values("--layer", arguments->layers, "layers to record; outputs: those of the classifier", "NAME");
      line.values("--bins", arguments->bins, "windows of time [ms]", "START:END");
      line.flag("--long-enough", arguments->long_enough, "as many steps as the bins take, if n_timesteps are fewer");
      line.value("--output", arguments->output, "file to write: .npz, .h5 or .hdf5", "FILE");
      line.value("--presentation", arguments->presentation, "how long the image is shown", "MS");
      line.value("--ms-per-model-ms", arguments->scale, "milliseconds of the recording in one of the model", "X");
      line.value("--onset-offset", arguments->offset, "when the first step begins, after the onset", "MS");
      line.value("--n-neuroids", arguments->n_neuroids, "so many units of each layer, drawn by seed; 0: all", "N");
      line.value("--neuroid-seed", arguments->seed, "of the units that are drawn", "N");
      line.flag("--over-space", arguments->over_space, "channels, averaged over their places");
      line.value("--region", arguments->region, "brain area of the neuroids, in place of their layer", "NAME");
      line.value("--identifier", arguments->identifier, "name of the model in the file", "NAME");
      line.value("--visual-degrees", arguments->degrees, "width of an image, for the record", "DEGREES");
      line.value("--weights", arguments->weights, "file of weights, in place of the run's", "FILE");
      take_study(line, arguments->study);
      line.flag("--json", arguments->json, "for programs");
      return [arguments] { return record(*arguments); };
    }};

}  // namespace program
