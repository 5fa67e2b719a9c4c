// A file of recordings, NPZ or HDF5 by its name, written image by image: complete with commit(), or not there at all.
//
//   responses (presentation, neuroid, time_bin) float32
//   stimulus_id (presentation); neuroid_id, layer, region, channel, y, x (neuroid); time_bin_start, time_bin_end (time_bin) [ms]
//   texts and numbers of the whole: arrays without axes in NPZ, attributes in HDF5
//
// Errors: program.172, program.173, program.174, those of io/numpy/npz_writer.hpp.
#pragma once
#include <dynvision/analysis/time_bins.hpp>
#include <dynvision/core/tensor.hpp>
#include <dynvision/experiments/recording/neuroids.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace program {

struct RecordingContents {
  std::vector<std::string> stimulus_ids;
  std::vector<dynvision::experiments::Neuroid> neuroids;
  std::string region;  // of all of them; empty: the name of each one's layer
  std::vector<dynvision::analysis::TimeBin> bins;
  std::vector<std::pair<std::string, std::string>> texts;
  std::vector<std::pair<std::string, double>> numbers;

  std::vector<std::pair<std::string, std::vector<std::string>>> neuroid_texts() const;
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> neuroid_numbers() const;
  std::vector<std::pair<std::string, std::vector<double>>> bin_edges() const;
};

class RecordingFile {
 public:
  virtual ~RecordingFile() = default;
  virtual void append(dynvision::Tensor const& rates) = 0;  // (some, neuroid, time_bin) float32, contiguous
  virtual void commit() = 0;
};

std::unique_ptr<RecordingFile> recording_file(std::filesystem::path const& path, RecordingContents const& contents);

// Only where this program was built with HDF5; else an error that says so.
std::unique_ptr<RecordingFile> hdf5_recording(std::filesystem::path const& path, RecordingContents const& contents);

}  // namespace program
