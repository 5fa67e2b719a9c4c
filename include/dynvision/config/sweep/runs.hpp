// The runs of a sweep: every combination of its axes, in a fixed order, each with a readable name.
//
//   axes tau {3, 9}, rctype {"self", "full"}:   tau=3,rctype=self   tau=3,rctype=full   tau=9,rctype=self   tau=9,rctype=full
//
// Order: as written, the last axis changes fastest; `seed` is always the last, so that the repetitions of one setting stand
// side by side. A name is made of the last words of keys (`short_key` may shorten them) and of values without quotes; it is
// also the name of a folder: other characters than letters, digits and . _ - = , + become "_", long names end in a hash.
// No two runs have the same name.
//
// Identity of a run: a hash of what can change its result, as "key=value" lines in any order (64 bits, FNV-1a: Fowler, Noll
// & Vo 1991). Runs of a sweep are compared by it when a sweep goes on.
//
// Errors: config.307.
#pragma once
#include <dynvision/config/sweep/axes.hpp>
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::config {

struct SweepRun {
  std::string name{};
  std::vector<std::pair<std::string, std::string>> values{};  // key, JSON
};

inline constexpr std::size_t most_sweep_runs = 10000;

// 16 hexadecimal digits; the order of the lines does not matter.
inline std::string sweep_identity(std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  std::uint64_t hash = 14695981039346656037U;
  auto const add = [&](char c) { hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U; };
  for (std::string const& line : lines) {
    for (char const c : line) add(c);
    add('\n');
  }
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; hash >>= 4U) text[i] = "0123456789abcdef"[hash & 15U];
  return text;
}

// A JSON text as a word: "full" without its quotes, [1, 0] as 1+0.
inline std::string sweep_word(std::string_view json) {
  std::string word;
  for (char const c : json) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (c == ',') {
      word += '+';
    } else if (plain || c == '.' || c == '_' || c == '-' || c == '+') {
      word += c;
    } else if (c != '"' && c != ' ' && c != '[' && c != ']') {
      word += '_';
    }
  }
  return word.empty() ? "_" : word;
}

// "model.tau" -> "tau"
inline std::string last_word_of_key(std::string const& key) { return key.substr(key.rfind('.') + 1); }

template <class ShortKey = std::string (*)(std::string const&)>
std::vector<SweepRun> sweep_runs(std::vector<SweepAxis> axes, ShortKey&& short_key = last_word_of_key) {
  std::stable_partition(axes.begin(), axes.end(), [](SweepAxis const& axis) {
    return std::none_of(axis.keys.begin(), axis.keys.end(),
                        [](std::string const& key) { return last_word_of_key(key) == "seed"; });
  });
  std::size_t count = 1;
  for (SweepAxis const& axis : axes) {
    count *= axis.values.size();
    if (count > most_sweep_runs) {
      fail("config", 307,
           {"sweep: more than ", most_sweep_runs, " runs: fewer values, or keys that vary together (zip)"});
    }
  }
  std::vector<SweepRun> runs(count);
  std::set<std::string> names;
  for (std::size_t r = 0; r < count; ++r) {
    SweepRun& run = runs[r];
    std::size_t block = count;
    std::vector<std::string> lines;
    for (SweepAxis const& axis : axes) {
      block /= axis.values.size();
      auto const& point = axis.values[r / block % axis.values.size()];
      for (std::size_t k = 0; k < axis.keys.size(); ++k) {
        run.values.emplace_back(axis.keys[k], point[k]);
        std::string const word = sweep_word(short_key(axis.keys[k])) + "=" + sweep_word(point[k]);
        // One name for keys of several sections ("seed") stands once.
        if (("," + run.name + ",").find("," + word + ",") == run.name.npos)
          run.name += (run.name.empty() ? "" : ",") + word;
        lines.push_back(axis.keys[k] + "=" + point[k]);
      }
    }
    if (run.name.empty()) run.name = "run";
    std::string const hash = "-" + sweep_identity(lines).substr(0, 8);
    if (run.name.size() > 120) run.name = run.name.substr(0, 120) + hash;
    if (!names.insert(run.name).second) names.insert(run.name += hash);
  }
  return runs;
}

}  // namespace dynvision::config
