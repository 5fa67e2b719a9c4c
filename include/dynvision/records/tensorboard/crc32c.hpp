// The checksum of TensorBoard's records: CRC-32C, masked.
//
//   CRC with the polynomial 0x1EDC6F41, bits reflected, from ~0 to ~0;   masked: rotated by 15 bits, plus 0xA282EAD8
//
// Sources: RFC 3720, appendix B.4 (crc32c("123456789") = 0xE3069283); TensorFlow, "TFRecords format details".
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dynvision {

inline std::uint32_t crc32c(std::string_view bytes) {
  static constexpr auto table = [] {
    std::array<std::uint32_t, 256> all{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? value >> 1U ^ 0x82F63B78U : value >> 1U;
      all[i] = value;
    }
    return all;
  }();
  std::uint32_t crc = ~0U;
  for (char const c : bytes) crc = table[(crc ^ static_cast<unsigned char>(c)) & 0xFFU] ^ crc >> 8U;
  return ~crc;
}

inline std::uint32_t masked_crc32c(std::string_view bytes) {
  std::uint32_t const crc = crc32c(bytes);
  return (crc >> 15U | crc << 17U) + 0xA282EAD8U;
}

}  // namespace dynvision
