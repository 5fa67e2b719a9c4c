// Columns of a table that somebody else has measured, from CSV or NPZ: those that are asked for, checked.
//
//   ObservedColumns const table("people.csv", {"x", "k", "n"}, {"condition"});
//   table.numbers("x"), table.texts("condition")                                     as many of each
//
// All columns that are missing are named together. A number that is missing or not finite is refused with its place: what a
// measure does with it must be decided by who measured it.
//
// Errors: experiments.166, experiments.167, and those of the formats.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/io/csv/table.hpp>
#include <dynvision/io/numpy/npz.hpp>
#include <dynvision/io/numpy/npz_texts.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

inline bool is_zip_file(std::filesystem::path const& path) {
  InputFile const file(path);
  char start[4]{};
  file.read(0, start, std::min<std::uint64_t>(file.size(), sizeof start));
  return std::string_view(start, 4) == "PK\3\4";
}

// Of an array of any shape, all finite; `where` begins the message.
inline std::vector<double> finite_numbers(Tensor const& x, std::string const& where) {
  Tensor const wide = x.to(at::kDouble).contiguous();
  auto const* const at = wide.const_data_ptr<double>();
  std::vector<double> all(at, at + wide.numel());
  auto const bad = std::find_if(all.begin(), all.end(), [](double value) { return !std::isfinite(value); });
  if (bad != all.end()) {
    fail("experiments", 167,
         {where, ": number ", bad - all.begin() + 1, " of ", all.size(), ": expected a finite one, found ", *bad});
  }
  return all;
}

class ObservedColumns {
 public:
  ObservedColumns(std::filesystem::path const& path, std::vector<std::string> const& numbers,
                  std::vector<std::string> const& texts)
      : path_(path) {
    is_zip_file(path) ? read_npz_file(numbers, texts) : read_csv_file(numbers, texts);
    std::size_t n = 0;
    for (auto const& [name, values] : numbers_) n = std::max(n, values.size());
    for (auto const& [name, values] : texts_) n = std::max(n, values.size());
    for (auto const& [name, values] : numbers_) check(name, values.size(), n);
    for (auto const& [name, values] : texts_) check(name, values.size(), n);
  }

  std::vector<double> const& numbers(std::string const& column) const { return numbers_.at(column); }
  std::vector<std::string> const& texts(std::string const& column) const { return texts_.at(column); }

 private:
  void check(std::string const& name, std::size_t found, std::size_t n) const {
    if (found == n && n > 0) return;
    fail("experiments", 166,
         {path_.string(), ": ", name, ": expected ", std::max<std::size_t>(n, 1), " rows, found ", found});
  }
  void require(std::vector<std::string> const& missing, std::vector<std::string> const& there) const {
    if (missing.empty()) return;
    auto const listed = [](std::vector<std::string> const& names) {
      std::string all;
      for (std::string const& name : names) all += (all.empty() ? "" : ", ") + name;
      return all.empty() ? std::string("none") : all;
    };
    fail("experiments", 166,
         {path_.string(), ": expected the columns ", listed(missing), " as well, found ", listed(there)});
  }

  void read_csv_file(std::vector<std::string> const& numbers, std::vector<std::string> const& texts) {
    CsvTable const table = read_csv(path_);
    std::vector<std::string> missing;
    for (auto const* const names : {&numbers, &texts}) {
      for (std::string const& name : *names) {
        if (std::count(table.columns.begin(), table.columns.end(), name) == 0) missing.push_back(name);
      }
    }
    require(missing, table.columns);
    for (std::string const& name : numbers) {
      std::vector<double> values = table.numbers(name, path_.string());
      auto const bad = std::find_if(values.begin(), values.end(), [](double value) { return !std::isfinite(value); });
      if (bad != values.end()) {
        fail("experiments", 167,
             {path_.string(), ": column \"", name, "\", row ", bad - values.begin() + 1,
              ": expected a finite number, found ", std::isnan(*bad) ? "none" : "an infinite one"});
      }
      numbers_[name] = std::move(values);
    }
    for (std::string const& name : texts) {
      auto const c =
          static_cast<std::size_t>(std::find(table.columns.begin(), table.columns.end(), name) - table.columns.begin());
      for (auto const& row : table.rows) texts_[name].push_back(row[c]);
      texts_[name];
    }
  }

  void read_npz_file(std::vector<std::string> const& numbers, std::vector<std::string> const& texts) {
    TensorMap const arrays = read_npz(path_);
    std::vector<std::string> missing, there;
    for (auto const& entry : arrays) there.push_back(entry.first);
    for (std::string const& name : arrays.passed_over) there.push_back(name);
    for (std::string const& name : numbers) {
      if (!arrays.contains(name)) {
        missing.push_back(name);
      } else {
        numbers_[name] = finite_numbers(arrays[name], path_.string() + ": " + name);
      }
    }
    for (std::string const& name : texts) {
      if (auto values = read_npz_texts(path_, name)) {
        texts_[name] = std::move(*values);
      } else {
        missing.push_back(name);
      }
    }
    require(missing, there);
  }

  std::filesystem::path path_;
  std::map<std::string, std::vector<double>> numbers_{};
  std::map<std::string, std::vector<std::string>> texts_{};
};

}  // namespace dynvision::experiments
