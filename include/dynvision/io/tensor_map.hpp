// Named tensors in the order of their file, with its metadata: what readers return and writers take.
//
// Laws: names are unique; iteration gives the order of insertion; a missing name is an error that suggests
// the nearest one.
//
// Errors: io.121, io.122.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/tensor.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

class TensorMap {
 public:
  using Entry = std::pair<std::string, Tensor>;
  std::map<std::string, std::string> metadata;
  std::vector<std::string>
      passed_over;  // what else the file holds: "scheduler: collections.Counter (an object of Python)"

  TensorMap() = default;
  TensorMap(std::vector<Entry> entries, std::map<std::string, std::string> data = {}) : metadata(std::move(data)) {
    for (auto& [name, tensor] : entries) insert(std::move(name), std::move(tensor));
  }

  void insert(std::string name, Tensor tensor) {
    if (!positions_.emplace(name, entries_.size()).second) {
      fail("io", 121, {"tensor \"", name, "\": expected a new name, found it twice"});
    }
    entries_.emplace_back(std::move(name), std::move(tensor));
  }
  bool contains(std::string_view name) const { return positions_.find(name) != positions_.end(); }
  Tensor const& at(std::string_view name) const {
    auto const found = positions_.find(name);
    if (found == positions_.end()) {
      std::vector<std::string_view> names;
      for (auto const& entry : entries_) names.emplace_back(entry.first);
      fail("io", 122, {"tensor \"", name, "\" is not there: ", expected_one_of(name, names)});
    }
    return entries_[found->second].second;
  }
  Tensor const& operator[](std::string_view name) const { return at(name); }

  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }
  auto begin() const noexcept { return entries_.begin(); }
  auto end() const noexcept { return entries_.end(); }

 private:
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t, std::less<>> positions_;
};

}  // namespace dynvision
