// Key: what is said of one key of a configuration, for all that does not know its type.
#pragma once
#include <dynvision/concepts/part_number.hpp>
#include <dynvision/config/describe/codec.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dynvision::config {

struct Study;

struct Key {
  std::string section, name;  // "model", "tau": as a whole model.tau
  std::string type;           // "number"
  std::string unit;           // "ms"; empty: none
  NumberRange range{};
  std::string help;
  std::vector<std::string> aliases{};
  bool takes_list = false, takes_object = false;  // a list that is given where none is taken is swept
  Json default_value{};
  Json schema{};                 // JSON schema of the value
  std::string without_effect{};  // why it is accepted and does nothing; empty: it has an effect

  std::function<std::optional<Refusal>(Study&, Value const&)> set{};
  std::function<Json(Study const&)> get{};

  std::string whole_name() const { return section + "." + name; }
};

}  // namespace dynvision::config
