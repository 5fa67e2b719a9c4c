// Arguments of a command line as values.
//
//   --model.tau 9   --tau=9   --lr 1e-3   --shuffle   --tau 3 5 9   --rctype [full,self]   --train.batch_size 32
//
// What reads as JSON is that, anything else a text; several values are a list; none is true. A hyphen within a name is an
// underscore.
//
// Errors: config.126.
#pragma once
#include <dynvision/config/tree/parse.hpp>
#include <dynvision/config/tree/problems.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::config {

namespace layers {

inline void place_all(Value& value, Place const& place) {  // no deeper than parse() allows
  value.place = place;
  for (Value::Name& name : value.names) name.place = place;
  for (Value& item : value.items) place_all(item, place);
}

inline Value value_of(std::string const& text, Place const& place) {
  if (text == "None") return {.raw = text, .place = place};
  Problems not_json;
  if (std::optional<Value> value = parse(text, "", not_json)) {
    place_all(*value, place);
    if (value->kind == Value::Kind::scalar && !value->is_text()) value->raw = text;
    return std::move(*value);
  }
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') {
    return {.scalar = text, .raw = text, .place = place};
  }
  Value list{.kind = Value::Kind::list, .place = place};  // [full,self]: a list whose texts have no quotes
  for (std::size_t at = 1; at < text.size();) {
    std::size_t const end = std::min(text.find(',', at), text.size() - 1);
    std::size_t const begin = std::min(text.find_first_not_of(' ', at), end);
    list.items.push_back(value_of(text.substr(begin, end - begin), place));
    at = end + 1;
  }
  return list;
}

inline bool is_name(std::string const& token) {
  return token.size() > 2 && token.starts_with("--") && token[2] != '-' && token[2] != '=';
}

}  // namespace layers

// One object, whose names are those of the arguments; of two with one name the later one counts.
inline Value arguments_value(std::vector<std::string> const& tokens, Problems& problems) {
  Value all{.kind = Value::Kind::object};
  for (std::size_t i = 0; i < tokens.size();) {
    std::string const& token = tokens[i++];
    if (!layers::is_name(token)) {
      problems.report("config", 126, {"\"" + token + "\""}, {"expected a key, such as --tau, and then its value"});
      continue;
    }
    std::size_t const equals = token.find('=');
    std::string const written = token.substr(0, equals);
    std::string name = written.substr(2);
    std::replace(name.begin(), name.end(), '-', '_');
    Place const place{written};
    std::vector<Value> values;
    if (equals != token.npos) values.push_back(layers::value_of(token.substr(equals + 1), place));
    while (i < tokens.size() && !layers::is_name(tokens[i])) values.push_back(layers::value_of(tokens[i++], place));
    Value value{.scalar = true, .place = place};
    if (values.size() == 1) value = std::move(values.front());
    if (values.size() > 1) value = {.kind = Value::Kind::list, .items = std::move(values), .place = place};
    all.put({name, place}, std::move(value));
  }
  return all;
}

}  // namespace dynvision::config
