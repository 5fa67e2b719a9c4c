// A type as text, as it is written: without namespaces, names as literals, the same for g++ and clang++.
//
//   type_text<Evolve<Euler, As<"tau_{}">>>()      "Evolve<Euler, As<"tau_{}">>"
//
// Default arguments are written out where the compiler does: Conv<3, 36, 3, 1>.
#pragma once
#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>
#include <string_view>

namespace dynvision {

namespace type_names {

// As the compiler writes it.
template <class T> constexpr std::string_view raw() {
  std::string_view const text = __PRETTY_FUNCTION__;
  std::size_t const begin = text.find("T = ") + 4;
  std::size_t const end = text.find("; std::string_view = ", begin);  // g++ says what the result is, too
  return text.substr(begin, end == text.npos ? text.size() - 1 - begin : end - begin);
}

inline bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Takes the namespace (or function) off the end of `text`: "Recur<dynvision", "Recur<{anonymous}", "f(int)".
inline void drop_qualifier(std::string& text) {
  for (auto const& [open, close] : {std::pair('{', '}'), std::pair('(', ')'), std::pair('<', '>')}) {
    if (text.empty() || text.back() != close) continue;
    int depth = 0;
    do {
      depth += text.back() == close ? 1 : text.back() == open ? -1 : 0;
      text.pop_back();
    } while (depth > 0 && !text.empty());
  }
  while (!text.empty() && is_word(text.back())) text.pop_back();
}

// The literal of a Name, at text[i]; moves i behind it. As g++ writes it: Name<7>{"tau_{}"}, bytes above 127 in octal; as
// clang++ does: {{"tau_{}"}}, or {{116, 97, 117, 0}}, of which version 14 shows the first ten.
inline std::string literal(std::string_view text, std::size_t& i) {
  std::string all;
  i = std::min(text.find_first_not_of('{', i), text.size());
  if (i < text.size() && text[i] == '"') {
    for (++i; i < text.size() && text[i] != '"'; ++i) {
      if (text[i] == '\\' && ++i < text.size() && text[i] >= '0' && text[i] <= '7') {
        std::size_t const end = i + (text.substr(i).starts_with("37777777") ? 11 : 3);  // a negative char: as an int
        unsigned code = 0;
        for (; i < std::min(end, text.size()) && text[i] >= '0' && text[i] <= '7'; ++i) {
          code = 8 * code + static_cast<unsigned>(text[i] - '0');
        }
        all += static_cast<char>(code);
        --i;
      } else if (i < text.size()) {
        all += text[i];
      }
    }
  } else {
    while (i < text.size() && text[i] != '}') {
      std::size_t const end = std::min(text.find_first_of(",}", i), text.size());
      std::string_view const number = text.substr(i, end - i);
      if (number.ends_with("...")) all += "...";
      int code = 0;
      std::size_t const first = std::min(number.find_first_of("-0123456789"), number.size());
      std::from_chars(number.data() + first, number.data() + number.size(), code);
      if (code != 0) all += static_cast<char>(code);
      i = end < text.size() && text[end] == ',' ? end + 1 : end;
    }
  }
  i = std::min(text.find_first_not_of("\"}", i), text.size());
  std::string quoted = "\"";
  for (char const c : all) quoted += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return quoted + "\"";
}

inline std::string written(std::string_view raw) {
  std::string all;
  for (std::size_t i = 0; i < raw.size();) {
    bool const starts = all.empty() || all.back() == '<' || all.back() == ' ';
    if (raw.substr(i, 2) == "::") {
      drop_qualifier(all);
      i += 2;
    } else if (raw[i] == '{' && (starts || all.ends_with('>')) && raw.substr(i, 11) != "{anonymous}") {
      if (all.ends_with('>')) all.resize(all.rfind("Name<"));
      all += literal(raw, i);
    } else {
      all += raw[i++];
    }
  }
  std::size_t at = 0;
  while ((at = all.find("> >", at)) != all.npos) all.erase(at + 1, 1);
  return all;
}

}  // namespace type_names

template <class T> std::string type_text() { return type_names::written(type_names::raw<T>()); }

}  // namespace dynvision
