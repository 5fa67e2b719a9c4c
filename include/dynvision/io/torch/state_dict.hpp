// Finds the tensors in what a PyTorch file holds: a state_dict, a checkpoint around one, or a whole model.
//
// Names are the keys, joined with dots where dictionaries are nested; list items are numbered. In a checkpoint
// the first of the usual keys that holds tensors is taken ("state_dict", "model_state_dict", "model", …), or the path that
// the caller names ("ema.state_dict"; "." for everything). A model that was saved as an object is known by its state
// (_parameters, _buffers, _modules): its tensors have the names of its state_dict. Texts and numbers beside the tensors (the
// epoch) become metadata; everything else is passed over, and listed.
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
    std::vector<std::string> passed_over;  // "scheduler: collections.Counter"
  };

  // budget: steps, and letters of names; most: tensors
  TorchStateDict(PickleValues const& values, std::size_t budget, std::size_t most)
      : values_(values), budget_(budget), most_(most) {}

  Found find(PickleIndex root, std::string_view key) {
    PickleIndex const state = key.empty() ? usual(root) : named(root, key);
    if (values_.is(state, Kind::tensor)) {
      found_.tensors.emplace_back("tensor", values_[state].integer);
    } else {
      walk(state, "", 0);
    }
    if (found_.tensors.empty()) {
      fail("io", 236,
           {values_.file(), ": expected named tensors, found ", key.empty() ? what(root) : "none", keys(root)});
    }
    beside(root, state);
    return std::move(found_);
  }

 private:
  static constexpr std::size_t deepest = 32;
  using Kind = PickleKind;

  static bool is_container(PickleKind kind) { return kind == Kind::dict || kind == Kind::list || kind == Kind::tuple; }

  std::string text(PickleIndex index) const {
    PickleValue const& value = values_[index];
    if (value.kind == Kind::text) return std::string(value.text);
    if (value.kind == Kind::integer) return number_text(value.integer);
    if (value.kind == Kind::boolean) return value.integer != 0 ? "true" : "false";
    if (value.kind == Kind::real) return number_text(value.real);
    return "";
  }
  // What is passed over, in words.
  std::string what(PickleIndex index) const {
    PickleValue const& value = values_[index];
    std::string const n = number_text(value.items.size() / (value.kind == Kind::dict ? 2 : 1));
    switch (value.kind) {
      case Kind::object:
      case Kind::global:
        return values_.name(index) + " (an object of Python)";
      case Kind::dict:
        return n + " named values";
      case Kind::list:
      case Kind::tuple:
      case Kind::set:
        return n + " values";
      case Kind::tensor:
        return "a tensor";
      case Kind::storage:
        return "a storage";
      case Kind::bytes:
        return number_text(value.text.size()) + " bytes";
      default:
        return "none";
    }
  }

  void step(std::size_t n_text = 0) {
    if (budget_ <= n_text) {
      fail("io", 237, {values_.file(), ": expected names and containers that are there a few times"});
    }
    budget_ -= n_text + 1;
  }

  // Every value is looked at once, however often it is there.
  bool has_tensors(PickleIndex index) {
    std::vector<bool> seen(values_.size(), false);
    std::vector<PickleIndex> open{index};
    while (!open.empty()) {
      PickleIndex const at = open.back();
      open.pop_back();
      if (seen[at]) continue;
      seen[at] = true;
      if (values_.is(at, Kind::tensor)) return true;
      bool const dict = values_.is(at, Kind::dict);
      if (!is_container(values_[at].kind) && !values_.is(at, Kind::object)) continue;
      auto const& items = values_[at].items;
      for (std::size_t i = dict ? 1 : 0; i < items.size(); i += dict ? 2 : 1) open.push_back(items[i]);
    }
    return false;
  }

  PickleIndex usual(PickleIndex root) {
    static constexpr std::array<std::string_view, 15> usual_keys{
        "state_dict",    "model_state_dict", "model",  "net",         "network",
        "weights",       "params",           "module", "model_state", "net_state_dict",
        "model_weights", "ema_state_dict",   "ema",    "model_ema",   "params_ema"};
    for (std::size_t depth = 0; depth < 4; ++depth) {
      PickleIndex const before = root;
      for (std::string_view const key : usual_keys) {
        PickleIndex const inner = values_.is(root, Kind::dict) ? child(root, key) : PickleValues::none;
        bool const holds = is_container(values_[inner].kind) || values_.is(inner, Kind::object);
        if (!holds || !has_tensors(inner)) continue;
        root = inner;
        way_.push_back(inner);
        break;
      }
      if (root == before) break;
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
      way_.push_back(next);
      rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    return at;
  }
  // Of a dictionary by its key, of a list by its number, of an object by the attribute.
  PickleIndex child(PickleIndex index, std::string_view key) {
    PickleValue const& value = values_[index];
    if (value.kind == Kind::object && value.items.size() == 1 && values_.is(value.items[0], Kind::dict)) {
      return child(value.items[0], key);
    }
    for (std::size_t i = 0; i + 1 < value.items.size() && value.kind == Kind::dict; i += 2) {
      step();
      if (text(value.items[i]) == key) return value.items[i + 1];
    }
    for (std::size_t i = 0; i < value.items.size() && (value.kind == Kind::list || value.kind == Kind::tuple); ++i) {
      step();
      if (number_text(i) == key) return value.items[i];
    }
    return PickleValues::none;
  }

  void walk(PickleIndex index, std::string const& name, std::size_t depth) {
    PickleValue const& value = values_[index];
    if (value.kind == Kind::tensor) {
      // A tensor is larger in memory than a reference to it in a packed pickle.
      if (found_.tensors.size() == most_) {
        fail("io", 237, {values_.file(), ": expected at most ", most_, " tensors in a file of this size"});
      }
      found_.tensors.emplace_back(name, value.integer);
    } else if (is_container(value.kind)) {
      if (depth == deepest) fail("io", 237, {values_.file(), ": expected at most ", deepest, " nested containers"});
      bool const dict = value.kind == Kind::dict;
      for (std::size_t i = 0; i < value.items.size(); i += dict ? 2 : 1) {
        inner(value.items[dict ? i + 1 : i], name, dict ? key_text(value.items[i], i / 2) : number_text(i), depth);
      }
    } else if (value.kind == Kind::object && is_module(index)) {
      walk_module(index, name, depth);
    } else if (value.kind == Kind::object || value.kind == Kind::storage || value.kind == Kind::bytes) {
      found_.passed_over.push_back(name + ": " + what(index));
    }
  }
  void inner(PickleIndex index, std::string const& name, std::string const& key, std::size_t depth) {
    step(name.size() + 1 + key.size());
    walk(index, name.empty() ? key : name + "." + key, depth + 1);
  }
  // Keys can be anything; what is no text and no number is numbered.
  std::string key_text(PickleIndex key, std::size_t number) const {
    bool const plain = values_.is(key, Kind::text) || !text(key).empty();
    return plain ? text(key) : "#" + number_text(number);
  }

  bool is_module(PickleIndex index) {
    return child(index, "_parameters") != PickleValues::none && child(index, "_modules") != PickleValues::none;
  }
  // As Module.state_dict() of PyTorch names them: parameters, buffers that persist, then the modules inside.
  void walk_module(PickleIndex index, std::string const& name, std::size_t depth) {
    if (depth == deepest) fail("io", 237, {values_.file(), ": expected at most ", deepest, " nested modules"});
    std::vector<std::string_view> passing;
    for (PickleIndex const buffer : values_[child(index, "_non_persistent_buffers_set")].items) {
      passing.push_back(values_[buffer].text);
    }
    for (std::string_view const part : {"_parameters", "_buffers", "_modules"}) {
      auto const& items = values_[child(index, part)].items;
      for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        std::string const key = key_text(items[i], i / 2);
        bool const passes = part == "_buffers" && std::find(passing.begin(), passing.end(), key) != passing.end();
        if (!passes) inner(items[i + 1], name, key, depth);
      }
    }
  }

  // What stands beside the tensors: metadata, and what is passed over.
  void beside(PickleIndex root, PickleIndex state) {
    if (!values_.is(root, Kind::dict)) return;
    auto const& items = values_[root].items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      PickleIndex const value = items[i + 1];
      std::string const key = key_text(items[i], i / 2);
      step(key.size() + values_[value].text.size());
      if (std::string said = text(value); !said.empty()) {
        found_.metadata.emplace(key, std::move(said));
      } else if (root != state && std::find(way_.begin(), way_.end(), value) == way_.end() && what(value) != "none") {
        found_.passed_over.push_back(key + ": " + what(value));
      }
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
  std::vector<PickleIndex> way_;  // from the root to the tensors
  Found found_;
};

}  // namespace dynvision
