// Writes PyTorch files, ".pt" (zip) and legacy ".pth", that torch.load(weights_only=True) reads.
//
// The file holds an OrderedDict of tensors; with metadata a dictionary {"state_dict": …, key: text, …} around
// it. Tensors that share memory share a storage in the file, with their strides; others are written row-major. Numbers keep
// their type, tensors of another device come from the host when they are loaded. All or nothing (io/file/atomic_file.hpp).
// Formats and source: io/torch/reader.hpp.
//
// Errors: io.252, io.253, and those of io/torch/storage_layout.hpp and io/file/atomic_file.hpp.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/file/atomic_file.hpp>
#include <dynvision/io/pickle/writer.hpp>
#include <dynvision/io/tensor_map.hpp>
#include <dynvision/io/torch/storage_layout.hpp>
#include <dynvision/io/zip/writer.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

enum class TorchFormat { zip, legacy };

class TorchWriter {
 public:
  TorchWriter(std::filesystem::path path, std::vector<TensorMap::Entry> const& tensors,
              std::map<std::string, std::string> const& metadata)
      : path_(std::move(path)), metadata_(metadata), layout_(tensors, path_.string()) {}

  void write_zip() const {
    ZipWriter zip(path_);
    std::string const folder = "archive/";
    PickleWriter pickle;
    object(pickle, TorchFormat::zip);
    pickle.stop();
    zip.add(folder + "data.pkl", pickle.bytes);
    zip.add(folder + ".format_version", "1");
    zip.add(folder + ".storage_alignment", "64");
    zip.add(folder + "byteorder", "little");
    for (std::size_t i = 0; i < layout_.storages.size(); ++i) {
      Tensor const host = layout_.storages[i].flat.to(at::kCPU);
      zip.add(folder + "data/" + number_text(i), host.nbytes() ? host.const_data_ptr() : nullptr, host.nbytes());
    }
    zip.add(folder + "version", "3\n");
    zip.commit();
  }

  void write_legacy() const {
    for (StorageLayout::Entry const& entry : layout_.entries) {
      TorchDtype const& dtype = *layout_.storages[entry.storage].dtype;
      if (dtype.storage.empty()) {
        fail("io", 253,
             {path_.string(), ": tensor \"", entry.name.substr(0, 200), "\": legacy files have no ", dtype.name,
              ": write the zip format"});
      }
    }
    AtomicFile file(path_);
    PickleWriter mark, version, system, pickle, keys;
    mark.long_bytes("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
    version.integer(1001);
    system.ordered_dict();
    system.mark();
    system.text("protocol_version"), system.integer(1001);
    system.text("little_endian"), system.boolean(true);
    system.set_all();
    object(pickle, TorchFormat::legacy);
    keys.empty_list();
    keys.mark();
    for (std::size_t i = 0; i < layout_.storages.size(); ++i) keys.text(number_text(i));
    keys.append_all();
    for (PickleWriter* const part : {&mark, &version, &system, &pickle, &keys}) {
      part->stop();
      file.write(part->bytes);
    }
    for (StorageLayout::Storage const& storage : layout_.storages) {
      Tensor const host = storage.flat.to(at::kCPU);
      std::int64_t const numel = host.numel();
      file.write(&numel, sizeof numel);
      if (host.nbytes() > 0) file.write(host.const_data_ptr(), host.nbytes());
    }
    file.commit();
  }

 private:
  void object(PickleWriter& pickle, TorchFormat format) const {
    if (!metadata_.empty()) {
      pickle.ordered_dict();
      pickle.mark();
      for (auto const& [key, value] : metadata_) {
        if (key == "state_dict") fail("io", 252, {path_.string(), ": metadata: expected another key than state_dict"});
        pickle.text(key), pickle.text(value);
      }
      pickle.text("state_dict");
    }
    pickle.ordered_dict();
    pickle.mark();
    for (StorageLayout::Entry const& entry : layout_.entries) {
      pickle.text(entry.name);
      tensor(pickle, entry, format);
    }
    pickle.set_all();
    if (!metadata_.empty()) pickle.set_all();
  }

  void tensor(PickleWriter& pickle, StorageLayout::Entry const& entry, TorchFormat format) const {
    StorageLayout::Storage const& storage = layout_.storages[entry.storage];
    bool const typed = !storage.dtype->storage.empty();
    pickle.name("torch._utils", typed ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3");
    pickle.mark();
    pickle.mark();
    pickle.text("storage");
    typed ? pickle.name("torch", storage.dtype->storage) : pickle.name("torch.storage", "UntypedStorage");
    pickle.text(number_text(entry.storage));
    pickle.text("cpu");
    pickle.integer(typed ? storage.flat.numel() : static_cast<std::int64_t>(storage.flat.nbytes()));
    if (format == TorchFormat::legacy) pickle.none();
    pickle.tuple();
    pickle.persistent();
    pickle.integer(entry.offset);
    for (auto const* const numbers : {&entry.sizes, &entry.strides}) {
      pickle.mark();
      for (std::int64_t const n : *numbers) pickle.integer(n);
      pickle.tuple();
    }
    pickle.boolean(false);
    pickle.ordered_dict();
    if (!typed) pickle.name("torch", storage.dtype->name);
    pickle.tuple();
    pickle.call();
  }

  std::filesystem::path path_;
  std::map<std::string, std::string> metadata_;
  StorageLayout layout_;
};

inline void write_torch(std::filesystem::path const& path, std::vector<TensorMap::Entry> const& tensors,
                        std::map<std::string, std::string> const& metadata = {},
                        TorchFormat format = TorchFormat::zip) {
  TorchWriter const writer(path, tensors, metadata);
  format == TorchFormat::zip ? writer.write_zip() : writer.write_legacy();
}

inline void write_torch(std::filesystem::path const& path, TensorMap const& tensors,
                        TorchFormat format = TorchFormat::zip) {
  write_torch(path, std::vector<TensorMap::Entry>(tensors.begin(), tensors.end()), tensors.metadata, format);
}

}  // namespace dynvision
