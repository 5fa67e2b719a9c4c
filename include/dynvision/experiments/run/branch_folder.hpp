// What of a tree of conditions has been computed so far, on disk: a file for each branch and batch, whole or not at all.
//
//   BranchFolder folder(out / "branches" / "0", identity);        another identity: the folder belongs to another run
//   if (!folder.has({branch, batch})) folder.write({branch, batch}, tensors);
//
// A run that was stopped, or killed, goes on with the files that are not there. `identity` says of what the numbers are: plan,
// model, weights, images, batch size, path. Files are safetensors: guess (B,T), guess_confidence, confidence (B,T,L), rank,
// <layer>.avg and <layer>.std (B,T); units of layers, and features of populations (B,T,P), stand in files of their own beside them.
//
// Errors: experiments.131, experiments.132.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/file/atomic_file.hpp>
#include <dynvision/io/file/input_file.hpp>
#include <dynvision/io/safetensors/safetensors.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace dynvision::experiments {

struct BranchKey {
  std::size_t branch = 0;
  std::int64_t batch = 0;
};

class BranchFolder {
 public:
  // To read what is there.
  explicit BranchFolder(std::filesystem::path path) : path_(std::move(path)) {}
  BranchFolder(std::filesystem::path path, nlohmann::ordered_json const& identity) : path_(std::move(path)) {
    std::error_code error;
    std::filesystem::create_directories(path_, error);
    if (error) fail("experiments", 132, {path_.string(), ": the folder cannot be made: ", error.message()});
    AtomicFile::remove_left_behind(path_);
    std::filesystem::path const file = path_ / "identity.json";
    if (std::filesystem::exists(file, error)) {
      check(file, identity);
      return;
    }
    AtomicFile out(file);
    out.write(identity.dump(1) + "\n");
    out.commit();
  }

  bool has(BranchKey const& key) const {
    std::error_code ignored;
    return std::filesystem::is_regular_file(file(key), ignored);
  }
  void write(BranchKey const& key, std::vector<TensorMap::Entry> const& tensors) const {
    write_safetensors(file(key), tensors);
  }
  TensorMap read(BranchKey const& key) const { return read_safetensors(file(key)); }
  // Responses of every unit, (B,T,C,H,W) by layer.
  std::filesystem::path units_file(BranchKey const& key) const { return path_ / (name(key) + "-units.safetensors"); }
  // What is kept of populations for decoders and similarities, (B,T,P) by layer; `kind`: of the features.
  std::filesystem::path features_file(BranchKey const& key, std::string const& kind) const {
    return path_ / (name(key) + "-" + kind + ".safetensors");
  }
  std::filesystem::path const& path() const { return path_; }

 private:
  static std::string name(BranchKey const& key) { return number_text(key.branch) + "-" + number_text(key.batch); }
  std::filesystem::path file(BranchKey const& key) const { return path_ / (name(key) + ".safetensors"); }

  static void check(std::filesystem::path const& file, nlohmann::ordered_json const& identity) {
    using Json = nlohmann::ordered_json;
    InputFile const in(file);
    constexpr std::uint64_t largest = std::uint64_t{1} << 28U;
    Json const found = in.size() > largest ? Json{} : Json::parse(in.text(), nullptr, false);
    if (found == identity) return;
    std::string what = "other content";
    for (auto const& [key, value] : identity.items()) {
      if (!found.is_object() || !found.contains(key)) {
        what = "no \"" + key + "\"";
        break;
      }
      if (found[key] != value) {
        what = "another \"" + key + "\"";
        if (value.is_primitive() && found[key].is_primitive()) what += ": " + found[key].dump();
        if (value.is_primitive()) what += ", expected " + value.dump();
        break;
      }
    }
    fail("experiments", 131,
         {file.parent_path().string(), ": expected what this run has begun, found ", what,
          ": the folder belongs to another run (give another one, or delete it)"});
  }

  std::filesystem::path path_;
};

}  // namespace dynvision::experiments
