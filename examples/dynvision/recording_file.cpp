#include "recording_file.hpp"

#include <dynvision/core/host_tensor.hpp>
#include <dynvision/io/numpy/npz_writer.hpp>

#include <algorithm>

namespace program {

using dynvision::fail, dynvision::Tensor;

std::vector<std::pair<std::string, std::vector<std::string>>> RecordingContents::neuroid_texts() const {
  std::vector<std::string> ids, layers, regions;
  for (auto const& one : neuroids) {
    ids.push_back(one.id), layers.push_back(one.layer), regions.push_back(region.empty() ? one.layer : region);
  }
  return {{"neuroid_id", ids}, {"layer", layers}, {"region", regions}};
}

std::vector<std::pair<std::string, std::vector<std::int64_t>>> RecordingContents::neuroid_numbers() const {
  std::vector<std::int64_t> channels, ys, xs;
  for (auto const& one : neuroids) channels.push_back(one.channel), ys.push_back(one.y), xs.push_back(one.x);
  return {{"channel", channels}, {"y", ys}, {"x", xs}};
}

std::vector<std::pair<std::string, std::vector<double>>> RecordingContents::bin_edges() const {
  std::vector<double> starts, ends;
  for (auto const& bin : bins) starts.push_back(bin.start), ends.push_back(bin.end);
  return {{"time_bin_start", starts}, {"time_bin_end", ends}};
}

namespace {

class NpzRecording : public RecordingFile {
 public:
  NpzRecording(std::filesystem::path const& path, RecordingContents const& contents) : file_(path) {
    auto const tensor_of = [](auto const& values, at::ScalarType dtype) {
      using Value = std::decay_t<decltype(values[0])>;
      Tensor tensor = dynvision::host_tensor({static_cast<std::int64_t>(values.size())}, dtype);
      std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<Value>());
      return tensor;
    };
    file_.add("stimulus_id", contents.stimulus_ids);
    for (auto const& [name, texts] : contents.neuroid_texts()) file_.add(name, texts);
    for (auto const& [name, numbers] : contents.neuroid_numbers()) file_.add(name, tensor_of(numbers, at::kLong));
    for (auto const& [name, edges] : contents.bin_edges()) file_.add(name, tensor_of(edges, at::kDouble));
    for (auto const& [name, text] : contents.texts) file_.add(name, text);
    for (auto const& [name, number] : contents.numbers) file_.add(name, number);
    auto const size = [](auto const& all) { return static_cast<std::int64_t>(all.size()); };
    file_.begin("responses", at::kFloat, {size(contents.stimulus_ids), size(contents.neuroids), size(contents.bins)});
  }
  void append(Tensor const& rates) override { file_.append(rates.const_data_ptr(), rates.nbytes()); }
  void commit() override { file_.end(), file_.commit(); }

 private:
  dynvision::NpzWriter file_;
};

}  // namespace

std::unique_ptr<RecordingFile> recording_file(std::filesystem::path const& path, RecordingContents const& contents) {
  std::string const ending = path.extension().string();
  if (ending == ".npz") return std::make_unique<NpzRecording>(path, contents);
  if (ending == ".h5" || ending == ".hdf5") return hdf5_recording(path, contents);
  fail("program", 172, {"--output \"", path.string(), "\": expected a name that ends in .npz, .h5 or .hdf5"});
}

}  // namespace program
