// A message in protobuf's wire format, written field by field.
//
//   Protobuf value;  value.text(1, "loss").single(2, 0.5F);
//   Protobuf summary;  summary.message(1, value);
//
// Source: Protocol Buffers, "Encoding": a field is its number and type (0: varint, 1: 8 bytes, 2: length and bytes, 5: 4 bytes)
// as a varint, and its value; numbers are little-endian.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

class Protobuf {
 public:
  std::string const& bytes() const noexcept { return bytes_; }

  Protobuf& integer(unsigned field, std::int64_t value) {
    key(field, 0);
    varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  Protobuf& real(unsigned field, double value) {
    key(field, 1);
    raw(value);
    return *this;
  }
  Protobuf& single(unsigned field, float value) {
    key(field, 5);
    raw(value);
    return *this;
  }
  Protobuf& text(unsigned field, std::string_view value) {
    key(field, 2);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  Protobuf& message(unsigned field, Protobuf const& value) { return text(field, value.bytes_); }
  Protobuf& reals(unsigned field, std::vector<double> const& values) {  // packed
    key(field, 2);
    varint(values.size() * sizeof(double));
    for (double const value : values) raw(value);
    return *this;
  }

 private:
  static_assert(std::endian::native == std::endian::little, "dynvision: protobuf's numbers are little-endian");

  void key(unsigned field, unsigned type) { varint(std::uint64_t{field} << 3U | type); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) bytes_ += static_cast<char>(value | 0x80U);
    bytes_ += static_cast<char>(value);
  }
  template <class Number> void raw(Number value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    bytes_.append(bytes, sizeof value);
  }

  std::string bytes_;
};

}  // namespace dynvision
