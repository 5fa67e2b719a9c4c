// The few lines that are compiled for a variant.
//
// Of a type of the library: made of the words of variants/words/, in which a structure was found. Of a user's own model: a file that
// the user names on the command line, and a name in C++, which is_type_name lets through.
#pragma once
#include <cctype>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::variants {

// "MyNet", "lab::MyNet", "lab::MyNet<16, Full>": names, numbers and their lists; nothing else.
inline bool is_type_name(std::string_view text) {
  int depth = 0;
  bool in_word = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    if (std::isalnum(c) != 0 || c == '_') {
      if (!in_word && std::isdigit(c) != 0 && depth == 0) return false;
      in_word = true;
    } else if (c == ':' && text.substr(i, 2) == "::") {
      ++i, in_word = false;
    } else if (c == '<') {
      if (!in_word) return false;
      ++depth, in_word = false;
    } else if (c == '>' && depth > 0) {
      --depth, in_word = depth == 0;
    } else if ((c == ',' || c == ' ') && depth > 0) {
      in_word = false;
    } else {
      return false;
    }
  }
  return depth == 0 && !text.empty() && text.back() != ':' && text.front() != '<';
}

// "text" as a literal of C++.
inline std::string literal(std::string_view text) {
  std::string all = "\"";
  for (char const c : text) {
    if (c == '\n') {
      all += "\\n";
    } else {
      if (c == '"' || c == '\\') all += '\\';
      all += c;
    }
  }
  return all + "\"";
}

inline std::string source_of(std::string const& includes, std::string_view type, std::string_view build) {
  std::string text = includes + "#include <dynvision/variants/object/object_interface.hpp>\n\nnamespace {\n";
  text.append("using namespace dynvision;\nusing Made = ").append(type).append(";\n}  // namespace\n\n");
  return text + "DYNVISION_VARIANT(Made, " + literal(build) + ")\n";
}

// `headers`: of the library, which declare the type.
inline std::string source_of_type(std::vector<std::string_view> const& headers, std::string_view type,
                                  std::string_view build) {
  std::string includes;
  for (std::string_view const header : headers) includes.append("#include <dynvision/").append(header).append(">\n");
  return source_of(includes, type, build);
}

inline std::string source_of_own(std::filesystem::path const& file, std::string_view type, std::string_view build) {
  return source_of("#include " + literal(file.string()) + "\n", type, build);
}

}  // namespace dynvision::variants
