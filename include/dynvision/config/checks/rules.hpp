// What rules about several keys are written with: they look at values that are known and sound, and report at the place of the
// key that is to be changed.
#pragma once
#include <dynvision/config/layers/resolved.hpp>
#include <dynvision/variants/structure.hpp>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace dynvision::config {

class Rules {
 public:
  // `refused`: keys whose values were refused before; nothing is said of what depends on them. `own_model`: a type of the user's, which
  // may have any number otherwise.
  Rules(Resolved& resolved, std::set<std::string> const& refused, bool own_model = false)
      : resolved_(resolved), refused_(refused), own_model_(own_model) {
    for (variants::Family const& one : variants::families_by_name) {
      if (one.model_name == study().structure.model_name) family_ = &one;
    }
  }

  Study const& study() const { return resolved_.study; }
  std::string const& scope() const { return resolved_.scope; }
  bool given(std::string_view key) const { return resolved_.given(key); }
  bool sound(std::initializer_list<std::string_view> keys) const {
    return std::none_of(keys.begin(), keys.end(),
                        [&](std::string_view key) { return refused_.contains(std::string(key)); });
  }
  // Whether it stands for several values, each of a study of its own.
  bool swept(std::string_view key) const {
    return std::any_of(resolved_.sweeps.begin(), resolved_.sweeps.end(),
                       [&](Sweep const& one) { return one.key->whole_name() == key; });
  }
  // Of a number that the model's publication may have otherwise: whether it is what the study says.
  bool known(std::string_view key) const {
    return sound({key}) && (given(key) || (!own_model_ && study().structure.model_name.starts_with("DyRCNN")));
  }

  // The first of the keys that was set.
  Place place(std::initializer_list<std::string_view> keys) const {
    for (std::string_view const key : keys) {
      if (given(key)) return resolved_.place_of(key);
    }
    return {"default"};
  }

  // Whether the model has connections of a kind, or a solver; without a model that is known: not.
  bool has(variants::PolicyKind kind, std::optional<std::string> const& word) const {
    auto const i = static_cast<std::size_t>(kind);
    std::string_view type = family_ != nullptr ? family_->defaults[i] : "";
    if (word) {
      variants::Word const* const chosen = variants::policy_choices[i].find(*word);
      if (chosen != nullptr) type = chosen->type;
    }
    return !type.empty() && !type.starts_with("No");
  }
  bool has_recurrence() const {
    if (study().structure.recurrence_type) return *study().structure.recurrence_type != "none";
    return family_ != nullptr && family_->recurrence != "NoRecurrence";
  }
  bool has_solver(std::string_view word) const {
    std::string_view type =
        family_ != nullptr ? family_->defaults[static_cast<std::size_t>(variants::PolicyKind::solver)] : "";
    std::optional<std::string> const& chosen = study().structure.dynamics_solver;
    return chosen ? *chosen == word : (word == "euler" && type == "Euler");
  }

  Problems& problems() { return resolved_.problems; }
  void note(Place const& place, std::string const& text) { resolved_.notes.push_back(place.text() + ": " + text); }

 private:
  Resolved& resolved_;
  std::set<std::string> const& refused_;
  bool own_model_;
  variants::Family const* family_ = nullptr;
};

// What an error of another station says, without its number.
inline std::string message_of(Error const& error) {
  std::string_view const text = error.what();
  std::size_t const end = text.find("] ");
  return std::string(end == text.npos ? text : text.substr(end + 2));
}

}  // namespace dynvision::config
