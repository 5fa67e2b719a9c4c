// content_id: a name for bytes, the same wherever they are: a UUID of version 5 (SHA-1, RFC 4122).
//
//   content_id("text")                        "5b2a..."
//   headers_id("/usr/include/dynvision")      of all headers in a folder, as cmake/headers_id.cmake makes it
//
// Two different contents of one name are not to be expected; names protect against change, not against forgery.
#pragma once
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::variants {

inline std::string content_id(std::string_view bytes) {
  static boost::uuids::name_generator_sha1 const generator(boost::uuids::ns::oid());
  return boost::uuids::to_string(generator(bytes.data(), bytes.size()));
}

// None: it cannot be read.
inline std::optional<std::string> content_of(std::filesystem::path const& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return std::nullopt;
  return text;
}

// Empty: there is no such folder.
inline std::string headers_id(std::filesystem::path const& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<std::string> names;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::string const ending = at->path().extension().string();
    if (ending == ".hpp" || ending == ".ipp") names.push_back(at->path().lexically_relative(folder).generic_string());
  }
  if (names.empty()) return {};
  std::sort(names.begin(), names.end());
  std::string all;
  for (std::string const& name : names) {
    all += name + " " + content_id(content_of(folder / name).value_or(std::string())) + "\n";
  }
  return content_id(all);
}

}  // namespace dynvision::variants
