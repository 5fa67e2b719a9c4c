// All keys of a study, found by their names and aliases.
//
//   catalog().find("", "tau")           the keys of this name in any section
//   catalog().find("model", "tff")      model.t_feedforward
#pragma once
#include <dynvision/config/describe/key.hpp>
#include <dynvision/core/inline.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dynvision::config {

class Catalog {
 public:
  static constexpr std::string_view sections[]{"model", "trainer", "data", "modes"};

  explicit Catalog(std::vector<Key> keys) : keys_(std::move(keys)) {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      name(keys_[i].name, i);
      for (std::string const& alias : keys_[i].aliases) name(alias, i);
      std::string const& whole = keys_[i].name;
      for (std::size_t dot = whole.find('.'); dot != whole.npos; dot = whole.find('.', dot + 1)) {
        groups_[whole.substr(0, dot)].push_back(i);
      }
    }
  }

  std::vector<Key> const& keys() const { return keys_; }

  // `section` empty: any.
  std::vector<Key const*> find(std::string_view section, std::string const& name) const {
    std::vector<Key const*> all = in(section, names_, name);
    if (all.empty() && !section.empty()) all = in("", names_, std::string(section) + "." + name);  // "data.log_level"
    return all;
  }
  // Whether keys begin with "name.", such as optimizer_kwargs.
  bool is_group(std::string_view section, std::string const& name) const { return !in(section, groups_, name).empty(); }

  // A key by its whole name, "model.tau"; null: there is none.
  Key const* find(std::string_view whole_name) const {
    for (Key const& key : keys_) {
      if (whole_name.size() == key.section.size() + 1 + key.name.size() && whole_name.starts_with(key.section) &&
          whole_name[key.section.size()] == '.' && whole_name.ends_with(key.name)) {
        return &key;
      }
    }
    return nullptr;
  }

  // Names and aliases of a section, for messages.
  std::vector<std::string_view> names(std::string_view section) const {
    std::vector<std::string_view> all;
    for (Key const& key : keys_) {
      if (!section.empty() && key.section != section) continue;
      all.push_back(key.name);
      for (std::string const& alias : key.aliases) all.push_back(alias);
    }
    return all;
  }

 private:
  using Names = std::unordered_map<std::string, std::vector<std::size_t>>;

  void name(std::string const& text, std::size_t i) {
    auto& all = names_[text];
    if (all.empty() || all.back() != i) all.push_back(i);
  }
  std::vector<Key const*> in(std::string_view section, Names const& names, std::string const& name) const {
    std::vector<Key const*> all;
    auto const found = names.find(name);
    if (found == names.end()) return all;
    for (std::size_t const i : found->second) {
      if (section.empty() || keys_[i].section == section) all.push_back(&keys_[i]);
    }
    return all;
  }

  std::vector<Key> keys_;
  Names names_, groups_;
};

// Made once; it does not change.
Catalog const& catalog();

}  // namespace dynvision::config

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/config/layers/catalog.ipp>
#endif
