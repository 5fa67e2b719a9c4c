// The header of a safetensors file: names, dtypes, shapes and positions.
//
// Format: 8 bytes little-endian length n, n bytes of JSON (padded with spaces), then the numbers, row-major:
//   {"__metadata__": {"key": "text", …}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}
// Positions count from the end of the header [bytes]; together the tensors must cover the rest of the file exactly, without
// overlap or hole. The JSON is never built as a tree: anything but this form is refused where it starts, so a header
// costs memory in proportion to its own size (at most 100 MB).
// Source: huggingface.co/docs/safetensors, "Format".
//
// Where entries lie in the file: io/safetensors/positions.hpp.
//
// Errors: io.134 … io.139, io.142.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>

#include <c10/core/ScalarType.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace dynvision {

struct SafetensorsDtype {
  std::string_view name;
  c10::ScalarType type;
};
inline constexpr std::array<SafetensorsDtype, 19> safetensors_dtypes{{{"F64", c10::ScalarType::Double},
                                                                      {"F32", c10::ScalarType::Float},
                                                                      {"F16", c10::ScalarType::Half},
                                                                      {"BF16", c10::ScalarType::BFloat16},
                                                                      {"I64", c10::ScalarType::Long},
                                                                      {"I32", c10::ScalarType::Int},
                                                                      {"I16", c10::ScalarType::Short},
                                                                      {"I8", c10::ScalarType::Char},
                                                                      {"U64", c10::ScalarType::UInt64},
                                                                      {"U32", c10::ScalarType::UInt32},
                                                                      {"U16", c10::ScalarType::UInt16},
                                                                      {"U8", c10::ScalarType::Byte},
                                                                      {"BOOL", c10::ScalarType::Bool},
                                                                      {"C64", c10::ScalarType::ComplexFloat},
                                                                      {"F8_E4M3", c10::ScalarType::Float8_e4m3fn},
                                                                      {"F8_E5M2", c10::ScalarType::Float8_e5m2},
                                                                      {"F8_E4M3FNUZ", c10::ScalarType::Float8_e4m3fnuz},
                                                                      {"F8_E5M2FNUZ", c10::ScalarType::Float8_e5m2fnuz},
                                                                      {"F8_E8M0", c10::ScalarType::Float8_e8m0fnu}}};
inline constexpr std::uint64_t safetensors_longest_header = 100'000'000;  // [bytes], the format's own limit

struct SafetensorsEntry {
  std::string name;
  std::optional<c10::ScalarType> dtype;  // none: numbers that no tensor here can hold ("F4")
  std::string dtype_name;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;  // [bytes] after the header
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;
  std::map<std::string, std::string> metadata;
};

// The events of the JSON parser become entries; the first event that does not belong to the form is an error.
class SafetensorsHeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit SafetensorsHeaderReader(std::string file) : file_(std::move(file)) {}
  SafetensorsHeader header;

  bool null() override { unexpected("null"); }
  bool boolean(bool) override { unexpected("true or false"); }
  bool binary(binary_t&) override { unexpected("binary data"); }
  bool number_integer(number_integer_t value) override { bad_number(number_text(value)); }
  bool number_float(number_float_t, string_t const& text) override { bad_number(shortened(text)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (at_ == At::shape) {
      if (value > std::uint64_t{std::numeric_limits<std::int64_t>::max()} || entry_.shape.size() == 64) {
        bad_number(number_text(value));
      }
      entry_.shape.push_back(static_cast<std::int64_t>(value));
    } else if (at_ == At::offsets) {
      if (n_offsets_ == 2) bad_number(number_text(value));
      (n_offsets_++ == 0 ? entry_.begin : entry_.end) = value;
    } else {
      unexpected("a number");
    }
    return true;
  }
  bool string(string_t& value) override {
    if (at_ == At::metadata) {
      header.metadata[key_] = std::move(value);
    } else if (at_ == At::entry && field_ == Field::dtype) {
      auto const* const found = std::find_if(safetensors_dtypes.begin(), safetensors_dtypes.end(),
                                             [&](auto const& known) { return known.name == value; });
      // Newer types are spelled as the old ones; anything else is a mistake.
      bool const spelled = !value.empty() && value.size() < 20 &&
                           value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == value.npos;
      if (found == safetensors_dtypes.end() && !spelled) {
        std::vector<std::string_view> names;
        for (auto const& known : safetensors_dtypes) names.push_back(known.name);
        fail("io", 137, {where(), "dtype \"", shortened(value), "\": ", expected_one_of(shortened(value), names)});
      }
      entry_.dtype_name = value;
      if (found != safetensors_dtypes.end()) entry_.dtype = found->type;
    } else {
      unexpected("a text");
    }
    return true;
  }
  bool start_object(std::size_t) override {
    if (at_ == At::start) return at_ = At::names, true;
    if (at_ != At::names) unexpected("an object");
    at_ = key_ == "__metadata__" ? At::metadata : At::entry;
    if (at_ == At::entry) entry_ = {key_, {}, "", {}, 0, 0}, seen_ = {}, n_offsets_ = 0;
    return true;
  }
  bool key(string_t& text) override {
    if (at_ == At::entry) {
      static constexpr std::array<std::string_view, 3> fields{"dtype", "shape", "data_offsets"};
      auto const* const found = std::find(fields.begin(), fields.end(), text);
      if (found == fields.end()) fail("io", 135, {where(), expected_one_of(shortened(text), fields)});
      auto const index = static_cast<std::size_t>(found - fields.begin());
      if (std::exchange(seen_[index], true)) fail("io", 136, {where(), "expected \"", text, "\" once, found it twice"});
      field_ = static_cast<Field>(index);
      return true;
    }
    if (!(at_ == At::metadata ? metadata_keys_ : names_).insert(text).second) {
      fail("io", 136, {file_, ": expected the name \"", shortened(text), "\" once, found it twice"});
    }
    key_ = std::move(text);
    return true;
  }
  bool end_object() override {
    if (at_ == At::entry) {
      if (!(seen_[0] && seen_[1] && seen_[2])) fail("io", 142, {where(), "expected dtype, shape and data_offsets"});
      header.entries.push_back(std::move(entry_));
    }
    at_ = At::names;
    return true;
  }
  bool start_array(std::size_t) override {
    if (at_ != At::entry || field_ == Field::dtype) unexpected("a list");
    at_ = field_ == Field::shape ? At::shape : At::offsets;
    return true;
  }
  bool end_array() override {
    if (at_ == At::offsets && n_offsets_ != 2) {
      fail("io", 139, {where(), "data_offsets: expected [begin, end], found ", n_offsets_, " numbers"});
    }
    at_ = At::entry;
    return true;
  }
  bool parse_error(std::size_t position, std::string const&, nlohmann::json::exception const& error) override {
    fail("io", 134,
         {file_, ": header: expected JSON, found an error at byte ", position, ": ", shortened(error.what())});
  }

 private:
  enum class At { start, names, metadata, entry, shape, offsets };
  enum class Field { dtype, shape, data_offsets };

  static std::string shortened(std::string_view text) {
    return text.size() <= 200 ? std::string(text) : std::string(text.substr(0, 200)) + "...";
  }
  std::string where() const { return file_ + ": tensor \"" + shortened(key_) + "\": "; }
  [[noreturn]] void unexpected(char const* found) const {
    if (at_ == At::start) fail("io", 135, {file_, ": header: expected a JSON object, found ", found});
    if (at_ == At::metadata) fail("io", 135, {file_, ": __metadata__: expected texts only, found ", found});
    if (at_ == At::shape || at_ == At::offsets) fail("io", 135, {where(), "expected numbers only, found ", found});
    fail("io", 135, {where(), "expected {dtype: text, shape: [...], data_offsets: [begin, end]}, found ", found});
  }
  [[noreturn]] void bad_number(std::string const& found) const {
    if (at_ == At::shape) fail("io", 138, {where(), "shape: expected at most 64 whole numbers >= 0, found ", found});
    if (at_ == At::offsets) fail("io", 139, {where(), "data_offsets: expected two whole numbers >= 0, found ", found});
    unexpected("a number");
  }

  std::string file_, key_ = "";
  At at_ = At::start;
  Field field_ = Field::dtype;
  SafetensorsEntry entry_;
  std::array<bool, 3> seen_{};
  int n_offsets_ = 0;
  std::unordered_set<std::string> names_, metadata_keys_;
};

inline SafetensorsHeader parse_safetensors_header(std::string_view json, std::string const& file) {
  SafetensorsHeaderReader reader(file);
  nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
  return std::move(reader.header);
}

}  // namespace dynvision
