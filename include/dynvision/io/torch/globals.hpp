// What the names in a PyTorch pickle mean: a short list, for tensors and plain containers. Nothing else is understood.
//
// A tensor is described by a storage (io/torch/storage_id.hpp), an offset, sizes and strides in elements. Here they are
// noted and checked for their form; io/torch/storages.hpp checks them against the file.
//   torch._utils._rebuild_tensor(storage, offset, sizes, strides)       also _v2 (+ gradient, hooks) and _v3 (+ dtype)
//   torch._utils._rebuild_parameter(tensor, gradient, hooks)            the tensor
//   torch._tensor._rebuild_from_type_v2(function, class, arguments, …)  the tensor of a subclass
//   OrderedDict, defaultdict, Counter, set, torch.Size, complex, …      plain data
// Source: torch/_utils.py, torch/_tensor.py, torch/serialization.py of PyTorch 2.11; copyreg of Python.
//
// Errors: io.227, and those of io/torch/storage_id.hpp.
#pragma once
#include <dynvision/io/pickle/value.hpp>
#include <dynvision/io/torch/dtypes.hpp>
#include <dynvision/io/torch/storage_id.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

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

  // Nothing: not understood, an object.
  std::optional<PickleIndex> call(PickleValues& values, PickleIndex callee, PickleIndex arguments) {
    std::string_view const module = values[callee].module, name = values[callee].text;
    auto const& a = values[arguments].items;
    if (module == "torch._utils") return rebuilt(values, name, a);
    if (module == "torch._tensor" && name == "_rebuild_from_type_v2") return of_type(values, a);
    if (module == "torch") {
      if (name == "Size") return first(values, a, {Kind::tuple, Kind::list});
      if (name == "device") return first(values, a, {Kind::text});
    } else if (module == "collections") {
      if (name == "OrderedDict" && a.size() == 1 && values.is(a[0], Kind::list)) return dict_of_pairs(values, a[0]);
      if (name == "OrderedDict" || name == "Counter") return dict_of(values, callee, a, 0);
      if (name == "defaultdict") return dict_of(values, callee, a, 1);
    } else if (module == "builtins" || module == "__builtin__") {
      if (name == "complex") return arguments;
      if (name == "set" || name == "frozenset") return first(values, a, {Kind::list});
      if (name == "bytearray") return first(values, a, {Kind::bytes, Kind::text});
    } else if (module == "_codecs" && name == "encode") {
      return first(values, a, {Kind::text});
    } else if (module == "copyreg" || module == "copy_reg") {
      return reconstructed(values, name, a);
    }
    return std::nullopt;
  }

  // A storage, the class of a saved module (old files have its source beside it), or an object.
  PickleIndex persistent(PickleValues& values, PickleIndex id) {
    if (std::optional<TorchStorage> const storage = torch_storage(values, id)) {
      storages.push_back(*storage);
      return values.add(Kind::storage, static_cast<std::int64_t>(storages.size() - 1));
    }
    auto const& a = values[id].items;
    bool const named = values.is(id, Kind::tuple) && a.size() > 1 && values.is(a[1], Kind::global);
    if (!named) return values.add(Kind::object, "pickle", "persistent_id");
    if (values.is(a[0], Kind::text) && values[a[0]].text == "module") return a[1];
    return values.add(Kind::object, values[a[1]].module, values[a[1]].text);
  }

 private:
  using Kind = PickleKind;
  using Items = std::vector<PickleIndex>;

  static std::optional<PickleIndex> first(PickleValues const& values, Items const& a,
                                          std::initializer_list<Kind> kinds) {
    for (Kind const kind : kinds) {
      if (!a.empty() && values.is(a[0], kind)) return a[0];
    }
    return std::nullopt;
  }

  // An empty dictionary, or the one that is argument i.
  static std::optional<PickleIndex> dict_of(PickleValues& values, PickleIndex callee, Items const& a, std::size_t i) {
    if (a.size() > i) return values.is(a[i], Kind::dict) ? std::optional(a[i]) : std::nullopt;
    return values.add(Kind::dict, values[callee].module, values[callee].text);
  }

  std::optional<PickleIndex> rebuilt(PickleValues& values, std::string_view name, Items const& a) {
    if (name == "_rebuild_tensor" || name == "_rebuild_tensor_v2" || name == "_rebuild_tensor_v3") {
      return tensor(values, name, a);
    }
    if (name.starts_with("_rebuild_parameter") || name == "_rebuild_device_tensor_from_cpu_tensor") {
      return first(values, a, {Kind::tensor, Kind::object});
    }
    return std::nullopt;
  }
  std::optional<PickleIndex> of_type(PickleValues& values, Items const& a) {
    bool const form = a.size() > 2 && values.is(a[0], Kind::global) && values.is(a[2], Kind::tuple);
    if (!form || values[a[0]].module != "torch._utils") return std::nullopt;
    return rebuilt(values, values[a[0]].text, values[a[2]].items);
  }

  // _reconstructor(class, base, value), __newobj__(class, …): the value of a subclass of dict or list, or an object.
  static std::optional<PickleIndex> reconstructed(PickleValues& values, std::string_view name, Items const& a) {
    if (a.empty() || !values.is(a[0], Kind::global)) return std::nullopt;
    bool const valued = name == "_reconstructor" && a.size() > 2;
    if (valued && (values.is(a[2], Kind::dict) || values.is(a[2], Kind::list))) return a[2];
    return values.add(Kind::object, values[a[0]].module, values[a[0]].text);
  }

  std::optional<PickleIndex> tensor(PickleValues& values, std::string_view name, Items const& a) {
    auto const refuse = [&](char const* expected) {
      fail("io", 227, {values.file(), ": pickle: ", name, ": expected ", expected});
    };
    if (!a.empty() && values.is(a[0], Kind::object)) return std::nullopt;
    bool const form = a.size() >= 4 && values.is(a[0], Kind::storage) && values.is(a[1], Kind::integer) &&
                      values.is(a[2], Kind::tuple) && values.is(a[3], Kind::tuple);
    if (!form) refuse("a storage, an offset, sizes and strides");
    TorchTensor result;
    auto const storage = static_cast<std::size_t>(values[a[0]].integer);
    result.storage = static_cast<PickleIndex>(storage);
    result.offset = values[a[1]].integer;
    for (auto const& [from, to] : {std::pair(a[2], &result.sizes), std::pair(a[3], &result.strides)}) {
      if (values[from].items.size() > 64) refuse("at most 64 dimensions");
      for (PickleIndex const n : values[from].items) {
        if (!values.is(n, Kind::integer) || values[n].integer < 0) refuse("whole numbers >= 0 in sizes and strides");
        to->push_back(values[n].integer);
      }
    }
    if (result.sizes.size() != result.strides.size()) refuse("as many strides as sizes");
    values.count_copies(2 * result.sizes.size());
    std::optional<c10::ScalarType> dtype = storages[storage].dtype;
    if (name == "_rebuild_tensor_v3") {
      bool const said = a.size() > 6 && values.is(a[6], Kind::global) && values[a[6]].module == "torch";
      TorchDtype const* const known = said ? torch_dtype(values[a[6]].text) : nullptr;
      if (said && known == nullptr) return std::nullopt;
      dtype = said ? std::optional(known->type) : std::nullopt;
    }
    if (!dtype) refuse("the type of its numbers");
    if (torch_dtype(*dtype) == nullptr) return std::nullopt;
    result.dtype = *dtype;
    tensors.push_back(std::move(result));
    return values.add(Kind::tensor, static_cast<std::int64_t>(tensors.size() - 1));
  }

  // Python 2 wrote an OrderedDict as a list of [key, value].
  static std::optional<PickleIndex> dict_of_pairs(PickleValues& values, PickleIndex list) {
    Items items;
    values.count_copies(values[list].items.size());
    for (PickleIndex const pair : values[list].items) {
      auto const& two = values[pair].items;
      if (two.size() != 2) return std::nullopt;
      items.insert(items.end(), two.begin(), two.end());
    }
    PickleIndex const index = values.add(Kind::dict);
    values[index].items = std::move(items);
    return index;
  }
};

}  // namespace dynvision
