// Finds the tensors in what a PyTorch file holds: a state_dict, or a checkpoint around one.
//
// Names are the keys, joined with dots where dictionaries are nested; list items are numbered. In a checkpoint
// the first of the usual keys that holds tensors is taken ("state_dict", "model_state_dict", "model", …), or the path that
// the caller names ("ema.state_dict"; "." for everything). Texts and numbers beside it (the epoch) become metadata.
// Shared dictionaries are followed as often as they are there: steps and names are bounded by the size of the pickle.
//
// Errors: io.235 … io.237.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/pickle/value.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

class TorchStateDict {
 public:
  struct Found {
    std::vector<std::pair<std::string, std::int64_t>> tensors;  // name, which
    std::map<std::string, std::string> metadata;
  };

  // budget: steps, and letters of names; most: tensors
  TorchStateDict(PickleValues const& values, std::size_t budget, std::size_t most)
      : values_(values), budget_(budget), most_(most) {}

  Found find(PickleIndex root, std::string_view key) {
    Found found;
    PickleIndex const state = key.empty() ? usual(root) : named(root, key);
    if (values_.is(state, PickleKind::tensor)) {
      found.tensors.emplace_back("tensor", values_[state].integer);
    } else {
      walk(state, "", 0, found);
    }
    if (found.tensors.empty()) fail("io", 236, {values_.file(), ": expected named tensors, found none", keys(root)});
    if (state != root) plain(root, found.metadata);
    return found;
  }

 private:
  static constexpr std::size_t deepest = 32;
  using Kind = PickleKind;

  std::string text(PickleIndex index) const {
    PickleValue const& value = values_[index];
    if (value.kind == Kind::text) return std::string(value.text);
    if (value.kind == Kind::integer) return number_text(value.integer);
    if (value.kind == Kind::boolean) return value.integer != 0 ? "true" : "false";
    if (value.kind == Kind::real) return number_text(value.real);
    return "";
  }

  void step(std::size_t n_text = 0) {
    if (budget_ <= n_text) {
      fail("io", 237, {values_.file(), ": expected names and containers that are there a few times"});
    }
    budget_ -= n_text + 1;
  }

  bool has_tensors(PickleIndex index) {
    if (!values_.is(index, Kind::dict)) return false;
    auto const& items = values_[index].items;
    for (std::size_t i = 1; i < items.size(); i += 2) {
      step();
      if (values_.is(items[i], Kind::tensor)) return true;
    }
    return false;
  }

  PickleIndex usual(PickleIndex root) {
    static constexpr std::array<std::string_view, 8> usual_keys{"state_dict", "model_state_dict", "model",  "net",
                                                                "network",    "weights",          "params", "module"};
    if (!values_.is(root, Kind::dict) || has_tensors(root)) return root;
    for (std::string_view const key : usual_keys) {
      PickleIndex const inner = child(root, key);
      if (inner != PickleValues::none && has_tensors(inner)) return inner;
    }
    return root;
  }
  PickleIndex named(PickleIndex root, std::string_view path) {
    if (path == ".") return root;
    PickleIndex at = root;
    for (std::string_view rest = path; !rest.empty();) {
      std::size_t const dot = std::min(rest.find('.'), rest.size());
      PickleIndex const next = child(at, rest.substr(0, dot));
      if (next == PickleValues::none) {
        fail("io", 235, {values_.file(), ": expected the key \"", path, "\", found none", keys(at)});
      }
      at = next;
      rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    return at;
  }
  PickleIndex child(PickleIndex index, std::string_view key) {
    if (!values_.is(index, Kind::dict)) return PickleValues::none;
    auto const& items = values_[index].items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      step();
      if (values_.is(items[i], Kind::text) && values_[items[i]].text == key) return items[i + 1];
    }
    return PickleValues::none;
  }

  void walk(PickleIndex index, std::string const& name, std::size_t depth, Found& found) {
    PickleValue const& value = values_[index];
    std::string const prefix = name.empty() ? "" : name + ".";
    if (value.kind == Kind::tensor) {
      // A tensor is larger in memory than a reference to it in a packed pickle.
      if (found.tensors.size() == most_) {
        fail("io", 237, {values_.file(), ": expected at most ", most_, " tensors in a file of this size"});
      }
      found.tensors.emplace_back(name, value.integer);
    } else if (value.kind == Kind::dict || value.kind == Kind::list || value.kind == Kind::tuple) {
      if (depth == deepest) fail("io", 237, {values_.file(), ": expected at most ", deepest, " nested containers"});
      bool const dict = value.kind == Kind::dict;
      for (std::size_t i = 0; i < value.items.size(); i += dict ? 2 : 1) {
        std::string const key = dict ? text(value.items[i]) : number_text(i);
        step(prefix.size() + key.size());
        walk(value.items[dict ? i + 1 : i], prefix + key, depth + 1, found);
      }
    }
  }

  void plain(PickleIndex root, std::map<std::string, std::string>& metadata) {
    if (!values_.is(root, Kind::dict)) return;
    auto const& items = values_[root].items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      step(values_[items[i]].text.size() + values_[items[i + 1]].text.size());
      if (std::string value = text(items[i + 1]); !value.empty()) metadata.emplace(text(items[i]), std::move(value));
    }
  }

  std::string keys(PickleIndex index) const {
    if (!values_.is(index, Kind::dict)) return "";
    std::string list;
    auto const& items = values_[index].items;
    for (std::size_t i = 0; i + 1 < items.size() && i < 40; i += 2) {
      list += (list.empty() ? "; the keys are " : ", ") + text(items[i]).substr(0, 60);
    }
    return list;
  }

  PickleValues const& values_;
  std::size_t budget_, most_;
};

}  // namespace dynvision
