// What the names in a PyTorch pickle mean: a short list, for tensors and plain containers. Nothing else is known.
//
// A tensor is described by a storage (a persistent id: type, key, number of elements), an offset, sizes and
// strides in elements. Here they are noted and checked for their form; io/torch/storages.hpp checks them against the file.
//   torch._utils._rebuild_tensor(storage, offset, sizes, strides)       also _v2 (+ gradient, hooks) and _v3 (+ dtype)
//   torch._utils._rebuild_parameter(tensor, gradient, hooks)            the tensor
//   collections.OrderedDict, torch.Size, set, complex, bytes            plain data
// Source: torch/_utils.py, torch/serialization.py, torch/_weights_only_unpickler.py of PyTorch 2.11.
//
// Errors: io.227, io.228.
#pragma once
#include <dynvision/io/pickle/value.hpp>
#include <dynvision/io/torch/dtypes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

struct TorchStorage {
  std::string_view key;
  std::optional<c10::ScalarType> dtype;  // none: untyped, sizes in bytes
  std::int64_t numel = 0;                // of the whole storage [elements of dtype]
  std::int64_t begin = 0;                // of a view within it (legacy files) [elements]
};
struct TorchTensor {
  PickleIndex storage = 0;
  c10::ScalarType dtype{};
  std::int64_t offset = 0;  // [elements]
  std::vector<std::int64_t> sizes, strides;
};

class TorchGlobals {
 public:
  std::vector<TorchStorage> storages;
  std::vector<TorchTensor> tensors;

  bool knows(std::string_view name) const {
    static constexpr std::array<std::string_view, 18> known{"collections.OrderedDict",
                                                            "torch._utils._rebuild_tensor",
                                                            "torch._utils._rebuild_tensor_v2",
                                                            "torch._utils._rebuild_tensor_v3",
                                                            "torch._utils._rebuild_parameter",
                                                            "torch._utils._rebuild_parameter_with_state",
                                                            "torch._tensor._rebuild_from_type_v2",
                                                            "torch.Tensor",
                                                            "torch.nn.parameter.Parameter",
                                                            "torch.Size",
                                                            "torch.device",
                                                            "torch.storage.UntypedStorage",
                                                            "builtins.set",
                                                            "__builtin__.set",
                                                            "builtins.complex",
                                                            "__builtin__.complex",
                                                            "_codecs.encode",
                                                            "torch.UntypedStorage"};
    return std::find(known.begin(), known.end(), name) != known.end() || dtype_of(name) != nullptr;
  }

  PickleIndex call(PickleValues& values, PickleIndex callee, PickleIndex arguments) {
    std::string_view const name = values[callee].text;
    auto const& a = values[arguments].items;
    auto const is = [&](std::size_t i, PickleKind kind) { return i < a.size() && values.is(a[i], kind); };
    if (name == "collections.OrderedDict") {
      if (a.empty()) return values.add(PickleKind::dict);
      if (a.size() == 1 && is(0, PickleKind::list)) return dict_of_pairs(values, a[0]);
    } else if (name.starts_with("torch._utils._rebuild_tensor")) {
      return tensor(values, name, a);
    } else if (name.starts_with("torch._utils._rebuild_parameter")) {
      if (is(0, PickleKind::tensor)) return a[0];
    } else if (name == "torch._tensor._rebuild_from_type_v2") {
      bool const plain = is(1, PickleKind::global) &&
                         (values[a[1]].text == "torch.Tensor" || values[a[1]].text == "torch.nn.parameter.Parameter");
      if (plain && is(0, PickleKind::global) && is(2, PickleKind::tuple) &&
          values[a[0]].text.starts_with("torch._utils._rebuild_")) {
        return call(values, a[0], a[2]);
      }
    } else if (name == "torch.Size") {
      if (is(0, PickleKind::tuple) || is(0, PickleKind::list)) return a[0];
    } else if (name.ends_with(".set")) {
      if (is(0, PickleKind::list)) return a[0];
    } else if (name == "torch.device" || name == "_codecs.encode") {
      if (is(0, PickleKind::text)) return a[0];
    } else if (name.ends_with(".complex")) {
      return arguments;
    }
    fail("io", 227, {values.file(), ": pickle: expected other arguments for ", name});
  }

  // ('storage', type, key, location, numel), in legacy files with a sixth: None or (key, offset, numel) of a view.
  PickleIndex persistent(PickleValues& values, PickleIndex id) {
    auto const& a = values[id].items;
    auto const is = [&](std::size_t i, PickleKind kind) { return i < a.size() && values.is(a[i], kind); };
    if (values.is(id, PickleKind::tuple) && is(0, PickleKind::text) && values[a[0]].text == "module") {
      fail("io", 227, {values.file(), ": expected the weights of a model (its state_dict), found the model itself"});
    }
    bool const form = values.is(id, PickleKind::tuple) && is(0, PickleKind::text) && values[a[0]].text == "storage" &&
                      is(1, PickleKind::global) && is(2, PickleKind::text) && is(4, PickleKind::integer);
    if (!form) fail("io", 228, {values.file(), ": pickle: expected the persistent id of a storage, found another"});
    TorchStorage storage{values[a[2]].text, {}, values[a[4]].integer, 0};
    std::string_view const type = values[a[1]].text;
    if (!type.ends_with("UntypedStorage")) {
      TorchDtype const* const dtype = dtype_of(type);
      if (dtype == nullptr || dtype->storage.empty() || !type.ends_with("Storage")) {
        fail("io", 228, {values.file(), ": pickle: expected a class of storages, found ", type});
      }
      storage.dtype = dtype->type;
    }
    if (is(5, PickleKind::tuple)) {
      auto const& view = values[a[5]].items;
      if (view.size() != 3 || !values.is(view[1], PickleKind::integer)) {
        fail("io", 228, {values.file(), ": pickle: expected a view (key, offset, size) of a storage"});
      }
      storage.begin = values[view[1]].integer;
    }
    storages.push_back(storage);
    return values.add(PickleKind::storage, static_cast<std::int64_t>(storages.size() - 1));
  }

 private:
  static TorchDtype const* dtype_of(std::string_view name) {
    return name.starts_with("torch.") ? torch_dtype(name.substr(6)) : nullptr;
  }

  PickleIndex tensor(PickleValues& values, std::string_view name, std::vector<PickleIndex> const& a) {
    auto const refuse = [&](char const* expected) {
      fail("io", 227, {values.file(), ": pickle: ", name, ": expected ", expected});
    };
    bool const form = a.size() >= 4 && values.is(a[0], PickleKind::storage) && values.is(a[1], PickleKind::integer) &&
                      values.is(a[2], PickleKind::tuple) && values.is(a[3], PickleKind::tuple);
    if (!form) refuse("a storage, an offset, sizes and strides");
    TorchTensor result;
    auto const storage = static_cast<std::size_t>(values[a[0]].integer);
    result.storage = static_cast<PickleIndex>(storage);
    result.offset = values[a[1]].integer;
    for (auto const& [from, to] : {std::pair(a[2], &result.sizes), std::pair(a[3], &result.strides)}) {
      if (values[from].items.size() > 64) refuse("at most 64 dimensions");
      for (PickleIndex const n : values[from].items) {
        if (!values.is(n, PickleKind::integer) || values[n].integer < 0) {
          refuse("whole numbers >= 0 in sizes and strides");
        }
        to->push_back(values[n].integer);
      }
    }
    if (result.sizes.size() != result.strides.size()) refuse("as many strides as sizes");
    bool const v3 = name.ends_with("_v3");
    TorchDtype const* said = nullptr;
    if (v3 && a.size() > 6 && values.is(a[6], PickleKind::global)) said = dtype_of(values[a[6]].text);
    if (v3 ? said == nullptr : !storages[storage].dtype) refuse("the type of its numbers");
    result.dtype = v3 ? said->type : *storages[storage].dtype;
    tensors.push_back(std::move(result));
    return values.add(PickleKind::tensor, static_cast<std::int64_t>(tensors.size() - 1));
  }

  // Python 2 wrote an OrderedDict as a list of [key, value].
  static PickleIndex dict_of_pairs(PickleValues& values, PickleIndex list) {
    std::vector<PickleIndex> items;
    for (PickleIndex const pair : values[list].items) {
      auto const& two = values[pair].items;
      if (two.size() != 2) fail("io", 227, {values.file(), ": pickle: OrderedDict: expected pairs of key and value"});
      items.insert(items.end(), two.begin(), two.end());
    }
    PickleIndex const index = values.add(PickleKind::dict);
    values[index].items = std::move(items);
    return index;
  }
};

}  // namespace dynvision
