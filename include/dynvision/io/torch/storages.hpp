// From the storages of a PyTorch file to tensors: sizes and strides are checked against the file before memory is taken.
//
// A storage is read once, when the first tensor asks for it; tensors that shared one in Python share it here.
// A tensor must lie in its storage, and be no larger than the file: an expanded one (stride 0) could claim anything.
//
// Errors: io.231 … io.234.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/core/shape_bytes.hpp>
#include <dynvision/io/torch/globals.hpp>

#include <ATen/ops/set_ops.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

class TorchStorages {
 public:
  // read(key, bytes) fills a storage; sizes: of all storages of the file, by key [bytes].
  using Sizes = std::map<std::string, std::uint64_t, std::less<>>;
  using Read = std::function<void(std::string_view, void*)>;

  TorchStorages(std::string file, Sizes sizes, std::uint64_t file_size, Read read)
      : file_(std::move(file)), sizes_(std::move(sizes)), most_(file_size), read_(std::move(read)) {
    for (auto const& [key, size] : sizes_) most_ = std::max(most_, size);
  }

  Tensor tensor(TorchGlobals const& names, TorchTensor const& described, std::string_view name) {
    TorchStorage const& storage = names.storages[described.storage];
    std::string const where = file_ + ": tensor \"" + std::string(name.substr(0, 200)) + "\": ";
    Tensor const& flat = whole(storage, described.dtype, where);
    // The last element that it reaches, from the begin of the storage.
    std::int64_t last = 0;
    bool possible = storage.begin >= 0 && !__builtin_add_overflow(storage.begin, described.offset, &last) &&
                    described.offset >= 0 && last <= flat.numel();
    for (std::size_t d = 0; d < described.sizes.size() && possible; ++d) {
      std::int64_t step = 0;
      std::int64_t const length = std::max<std::int64_t>(described.sizes[d], 1);
      possible = !__builtin_mul_overflow(length - 1, described.strides[d], &step) &&
                 !__builtin_add_overflow(last, step, &last);
    }
    auto const n_bytes = shape_bytes(described.sizes, described.dtype);
    bool const empty = n_bytes && *n_bytes == 0;
    if (!possible || !n_bytes || (!empty && last >= flat.numel())) {
      fail("io", 233, {where, "expected it inside its storage of ", flat.numel(), " elements"});
    }
    if (static_cast<std::uint64_t>(*n_bytes) > most_) {
      fail("io", 234,
           {where, "expected at most as many bytes as the file has, found ", *n_bytes,
            " (one element shown many times?)"});
    }
    if (empty) return host_tensor(described.sizes, described.dtype);
    Tensor result = host_tensor({0}, described.dtype);
    auto const strides = c10::fromIntArrayRefSlow(described.strides);
    at::_ops::set__source_Storage_storage_offset::call(result, flat.storage(), storage.begin + described.offset,
                                                       c10::fromIntArrayRefSlow(described.sizes), strides);
    return result;
  }

 private:
  Tensor const& whole(TorchStorage const& storage, c10::ScalarType dtype, std::string const& where) {
    auto const size = sizes_.find(storage.key);
    if (size == sizes_.end()) {
      fail("io", 231, {where, "expected a storage \"", storage.key.substr(0, 200), "\" in the file, found none"});
    }
    auto const element = static_cast<std::uint64_t>(c10::elementSize(dtype));
    std::uint64_t const unit = storage.dtype ? element : 1;
    if (storage.numel < 0 || static_cast<std::uint64_t>(storage.numel) != size->second / unit ||
        size->second % element != 0) {
      fail("io", 232, {where, "expected a storage of ", storage.numel, " elements, found ", size->second, " bytes"});
    }
    auto [found, added] = read_so_far_.try_emplace(size->first);
    if (added) {
      found->second = host_tensor({static_cast<std::int64_t>(size->second / element)}, dtype);
      if (size->second > 0) read_(size->first, found->second.mutable_data_ptr());
      make_valid_bools(found->second);
    }
    if (found->second.scalar_type() != dtype) {
      fail("io", 232, {where, "expected one type of numbers in a storage, found two"});
    }
    return found->second;
  }

  std::string file_;
  Sizes sizes_;
  std::uint64_t most_;
  Read read_;
  std::map<std::string, Tensor, std::less<>> read_so_far_;
};

}  // namespace dynvision
