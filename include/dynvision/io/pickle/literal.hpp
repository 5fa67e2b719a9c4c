// The operations of a pickle that stand for themselves: nothing, true and false, numbers, texts, bytes.
//
// Source: Python's pickletools.
#pragma once
#include <dynvision/io/pickle/bytes.hpp>
#include <dynvision/io/pickle/text_literal.hpp>
#include <dynvision/io/pickle/value.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dynvision {

namespace detail {

struct PickleText {
  unsigned char operation;
  unsigned char n;  // bytes of its length
  PickleKind kind;
};
inline constexpr std::array<PickleText, 9> pickle_texts{{{'U', 1, PickleKind::text},
                                                         {'T', 4, PickleKind::text},
                                                         {0x8c, 1, PickleKind::text},
                                                         {'X', 4, PickleKind::text},
                                                         {0x8d, 8, PickleKind::text},
                                                         {'C', 1, PickleKind::bytes},
                                                         {'B', 4, PickleKind::bytes},
                                                         {0x8e, 8, PickleKind::bytes},
                                                         {0x96, 8, PickleKind::bytes}}};

// A number of more than 8 bytes stays as it is (the mark of a legacy file is one).
inline PickleIndex pickle_long(PickleValues& values, std::string_view bytes) {
  if (bytes.size() > 8) return values.add(PickleKind::bytes, bytes);
  std::uint64_t value = !bytes.empty() && static_cast<signed char>(bytes.back()) < 0 ? ~std::uint64_t{0} : 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[i]);
  return values.add(PickleKind::integer, static_cast<std::int64_t>(value));
}

}  // namespace detail

// Nothing where the operation is another one.
inline std::optional<PickleIndex> pickle_literal(PickleValues& values, PickleBytes& bytes, unsigned char operation) {
  auto const& texts = detail::pickle_texts;
  auto const* const text =
      std::find_if(texts.begin(), texts.end(), [&](auto const& known) { return known.operation == operation; });
  if (text != texts.end()) return values.add(text->kind, bytes.text(text->n));
  switch (operation) {
    case 'N':
      return PickleValues::none;
    case 0x88:
      return PickleValues::truth;
    case 0x89:
      return PickleValues::falsity;
    case 'K':
      return values.add_small(static_cast<std::uint8_t>(bytes.number(1)));
    case 'M':
      return values.add(PickleKind::integer, static_cast<std::int64_t>(bytes.number(2)));
    case 'J':
      return values.add(PickleKind::integer, static_cast<std::int32_t>(bytes.number(4)));
    case 0x8a:
      return detail::pickle_long(values, bytes.text(1));
    case 0x8b:
      return detail::pickle_long(values, bytes.text(4));
    case 'G': {
      PickleIndex const index = values.add(PickleKind::real);
      values[index].real = bytes.real();
      return index;
    }
    default:
      return pickle_text_literal(values, bytes, operation);
  }
}

}  // namespace dynvision
