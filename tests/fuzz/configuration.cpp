// Configurations: JSON with comments becomes values whose places lie in the text, and goes back.
#include <dynvision/config/tree/parse.hpp>

#include <cstdint>
#include <cstdlib>

namespace {

void check_places(dynvision::config::Value const& value, int n_lines) {
  auto const good = [&](dynvision::config::Place const& place) {
    if (place.line < 1 || place.line > n_lines || place.column < 1) std::abort();
  };
  good(value.place);
  for (auto const& name : value.names) good(name.place);
  for (auto const& item : value.items) check_places(item, n_lines);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace dynvision::config;
  std::string_view const text(reinterpret_cast<char const*>(data), size);  // NOLINT
  Problems problems;
  std::optional<Value> const value = parse(text, "f", problems);
  if (value.has_value() != problems.empty()) std::abort();
  if (!value) return 0;
  int n_lines = 1;
  for (char const c : text) n_lines += c == '\n';
  check_places(*value, n_lines);
  Problems none;
  std::string const again = value->json().dump();
  std::optional<Value> const same = parse(again, "g", none);
  if (!same || same->json().dump() != again) std::abort();
  return 0;
}
