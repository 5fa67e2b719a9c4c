// Which storages a PyTorch file gets, and where in them its tensors lie.
//
// Tensors that share memory share a storage, with their strides; every other one gets a storage of its own,
// row-major. Memory that is seen as two types of numbers is written once for each: a file cannot say that.
//
// Errors: io.251, io.252.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/io/tensor_map.hpp>
#include <dynvision/io/torch/dtypes.hpp>

#include <ATen/ops/as_strided_ops.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

class StorageLayout {
 public:
  struct Storage {
    Tensor flat;  // all of it, one-dimensional
    TorchDtype const* dtype;
  };
  struct Entry {
    std::string name;
    std::size_t storage;
    std::int64_t offset;
    std::vector<std::int64_t> sizes, strides;
  };

  std::vector<Storage> storages;
  std::vector<Entry> entries;

  StorageLayout(std::vector<TensorMap::Entry> const& tensors, std::string file) : file_(std::move(file)) {
    std::set<std::string_view> names;
    std::map<void const*, int> users;
    for (auto const& [name, tensor] : tensors) {
      check(name, tensor);
      if (!names.insert(name).second) fail("io", 252, {file_, ": tensor \"", name, "\": expected names that differ"});
      ++users[tensor.storage().unsafeGetStorageImpl()];
    }
    for (auto const& [name, tensor] : tensors) {
      add(name, tensor.detach(), users[tensor.storage().unsafeGetStorageImpl()] > 1);
    }
  }

 private:
  void check(std::string const& name, Tensor const& tensor) const {
    std::string const where = file_ + ": tensor \"" + name.substr(0, 200) + "\": ";
    if (!tensor.defined()) fail("io", 251, {where, "expected a value, found none"});
    if (tensor.layout() != at::kStrided || torch_dtype(tensor.scalar_type()) == nullptr) {
      fail("io", 251, {where, "expected a dense tensor of float, integer, complex or bool"});
    }
    if (name.size() >= UINT32_MAX) fail("io", 252, {where, "expected a shorter name"});
  }

  void add(std::string const& name, Tensor const& tensor, bool shared) {
    TorchDtype const* const dtype = torch_dtype(tensor.scalar_type());
    auto const n_bytes = static_cast<std::int64_t>(tensor.storage().nbytes()), element = tensor.element_size();
    // Conjugated and negated views say so outside of their memory.
    shared = shared && n_bytes % element == 0 && !tensor.is_conj() && !tensor.is_neg();
    if (!shared) {
      Tensor const alone = tensor.resolve_conj().resolve_neg().contiguous();
      entries.push_back({name, storages.size(), 0, alone.sizes().vec(), alone.strides().vec()});
      storages.push_back({flat(alone, alone.storage_offset(), alone.numel()), dtype});
      return;
    }
    // Two types of numbers in one memory cannot be told in a file: each gets its own copy.
    auto const [found, added] = known_.try_emplace({tensor.storage().unsafeGetStorageImpl(), dtype}, storages.size());
    if (added) storages.push_back({flat(tensor, 0, n_bytes / element), dtype});
    entries.push_back({name, found->second, tensor.storage_offset(), tensor.sizes().vec(), tensor.strides().vec()});
  }
  static Tensor flat(Tensor const& tensor, std::int64_t offset, std::int64_t numel) {
    auto const size = c10::SymInt(numel), stride = c10::SymInt(1);
    return at::_ops::as_strided::call(tensor, size, stride, c10::SymInt(offset));
  }

  std::string file_;
  std::map<std::pair<void const*, TorchDtype const*>, std::size_t> known_;
};

}  // namespace dynvision
