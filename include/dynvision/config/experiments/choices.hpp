// What an experiment varies: each list in it, but those of segments and of names.
//
//   {"contrast": [0.1, 1], "stim": [1, 5]}     contrast 0.1 with stim 1, then 0.1 with 5, 1 with 1, 1 with 5
//
// Every combination, in the order of the file, the last list fastest. Values that belong together are objects of one list:
//
//   {"model_args": [{"tff": 0, "tfb": 30}, {"tff": 10, "tfb": 10}]}     two conditions, not four
//
// Errors: config.164.
#pragma once
#include <dynvision/config/tree/problems.hpp>
#include <dynvision/config/tree/value.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::config {

inline constexpr std::size_t most_conditions = 10000;

// One value of a list: where it stands, "segments[2].contrast", and its own name, "contrast".
struct Chosen {
  std::string path{}, name{};
  Value value{};
};

class Choices {
 public:
  Choices(Value const& root, Problems& problems) : root_(root) {
    find(root, "", "", problems);
    for (Found const& one : found_) {
      count_ *= one.list->items.size();
      if (count_ > most_conditions) {
        problems.report("config", 164, one.list->place,
                        {one.path, ": expected at most ", most_conditions, " conditions: fewer values"});
        count_ = 0;
        return;
      }
    }
  }

  std::size_t count() const { return count_; }

  // The i-th combination: the experiment with one value in place of each list, and these values.
  std::pair<Value, std::vector<Chosen>> at(std::size_t i) const {
    std::vector<Chosen> chosen(found_.size());
    for (std::size_t k = found_.size(); k-- > 0;) {
      std::vector<Value> const& items = found_[k].list->items;
      chosen[k] = {found_[k].path, found_[k].name, items[i % items.size()]};
      i /= items.size();
    }
    std::size_t next = 0;
    Value made = chosen_in(root_, "", chosen, next);
    return {std::move(made), std::move(chosen)};
  }

 private:
  struct Found {
    std::string path, name;
    Value const* list;
  };
  static constexpr std::array<std::string_view, 4> no_choice{"segments", "with", "group", "measures"};
  static bool is_choice(std::string_view name, Value const& value) {
    return value.is_list() && std::find(no_choice.begin(), no_choice.end(), name) == no_choice.end();
  }

  void find(Value const& value, std::string const& path, std::string const& name, Problems& problems) {
    if (is_choice(name, value)) {
      if (value.items.empty()) {
        problems.report("config", 164, value.place, {path, ": expected at least one value, found []"});
      }
      found_.push_back({path, name, &value});
      return;
    }
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      if (value.is_object()) {
        std::string const& own = value.names[i].text;
        find(value.items[i], path.empty() ? own : path + "." + own, own, problems);
      } else if (name == "segments") {
        find(value.items[i], joined({path, "[", i + 1, "]"}), "", problems);
      }
    }
  }
  static Value chosen_in(Value const& value, std::string const& name, std::vector<Chosen> const& chosen,
                         std::size_t& next) {
    if (is_choice(name, value)) return chosen[next++].value;
    Value made = value;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      if (value.is_object()) {
        made.items[i] = chosen_in(value.items[i], value.names[i].text, chosen, next);
      } else if (name == "segments") {
        made.items[i] = chosen_in(value.items[i], "", chosen, next);
      }
    }
    return made;
  }

  Value const& root_;
  std::vector<Found> found_;
  std::size_t count_ = 1;
};

}  // namespace dynvision::config
