// Files of a configuration, with the files that they include.
//
//   { "include": ["../common.json", "large_images.json"],   // relative to this file; a later one goes before an earlier one
//     "batch_size": 32 }                                    // and what stands here before all of them
//
// Files are at most 4 MB, and at most 16 deep within each other.
//
// Errors: config.111, config.114, config.116, config.117.
#pragma once
#include <dynvision/config/tree/parse.hpp>
#include <dynvision/io/file/input_file.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace dynvision::config {

struct Document {
  std::filesystem::path file;
  Value root;  // an object
};

namespace tree {

inline constexpr std::uint64_t largest_file = 4U << 20U;  // [bytes]
inline constexpr std::size_t deepest_include = 16;

class Reader {
 public:
  Reader(std::vector<Document>& documents, Problems& problems) : documents_(documents), problems_(problems) {}

  // `asked`: who names the file.
  void read(std::filesystem::path const& file, Place const& asked) {
    std::error_code ignored;
    std::filesystem::path const whole = std::filesystem::weakly_canonical(file, ignored);
    auto const open = std::find(open_.begin(), open_.end(), whole);
    if (open != open_.end()) {
      std::string way;
      for (auto at = open; at != open_.end(); ++at) way += at->filename().string() + " -> ";
      problems_.report(
          "config", 117, asked,
          {"expected files that do not include each other in a circle, found ", way, file.filename().string()});
      return;
    }
    if (open_.size() == deepest_include) {
      problems_.report("config", 114, asked, {"expected at most ", deepest_include, " files within each other"});
      return;
    }
    std::optional<std::string> const text = text_of(file, asked);
    if (!text) return;
    std::optional<Value> root = parse(*text, file.string(), problems_);
    if (!root) return;
    if (!root->is_object()) {
      problems_.report("config", 113, root->place, {"expected an object, {\"key\": value, ...}"});
      return;
    }
    open_.push_back(whole);
    include(*root, file);
    open_.pop_back();
    documents_.push_back({file, std::move(*root)});
  }

 private:
  void include(Value const& root, std::filesystem::path const& file) {
    Value const* const names = root.find("include");
    if (names == nullptr) return;
    std::vector<Value const*> all;
    if (names->is_list()) {
      for (Value const& one : names->items) all.push_back(&one);
    } else {
      all.push_back(names);
    }
    for (Value const* const one : all) {
      if (one->is_text() && !one->scalar.get_ref<std::string const&>().empty()) {
        read(file.parent_path() / one->scalar.get_ref<std::string const&>(), one->place);
      } else {
        problems_.report("config", 116, one->place, {"include: expected the name of a file, or a list of names"});
      }
    }
  }

  std::optional<std::string> text_of(std::filesystem::path const& file, Place const& asked) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
      std::vector<std::string> there;
      std::filesystem::path const folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
      for (auto at = std::filesystem::directory_iterator(folder, ignored);
           !ignored && at != std::filesystem::directory_iterator() && there.size() < 1000; at.increment(ignored)) {
        if (at->path().extension() == ".json") there.push_back(at->path().filename().string());
      }
      std::sort(there.begin(), there.end());
      bool const folder_there = std::filesystem::is_directory(folder, ignored);
      problems_.report("config", 111, asked,
                       {file.string(), ": there is no such file",
                        !folder_there   ? "; nor its folder"
                        : there.empty() ? "; nor another .json file in its folder"
                                        : ": " + expected_one_of(file.filename().string(), there)});
      return std::nullopt;
    }
    try {
      InputFile const input(file);
      if (input.size() > largest_file) {
        problems_.report("config", 114, asked,
                         {file.string(), ": expected at most ", largest_file, " bytes, found ", input.size()});
        return std::nullopt;
      }
      return input.text();
    } catch (Error const& error) {
      problems_.report("config", 111, asked, {error.what()});
      return std::nullopt;
    }
  }

  std::vector<Document>& documents_;
  Problems& problems_;
  std::vector<std::filesystem::path> open_;
};

}  // namespace tree

// The file and those that it includes; a later one goes before an earlier one.
inline std::vector<Document> read_file(std::filesystem::path const& file, Problems& problems, Place const& asked = {}) {
  std::vector<Document> documents;
  tree::Reader(documents, problems).read(file, asked);
  return documents;
}

}  // namespace dynvision::config
