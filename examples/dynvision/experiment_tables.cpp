#include "experiment_tables.hpp"

#include <dynvision/experiments/measures/write_normalisation.hpp>
#include <dynvision/experiments/populations/features.hpp>
#include <dynvision/experiments/populations/write_decoding.hpp>
#include <dynvision/experiments/populations/write_similarity.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace program {

using namespace dynvision;
using namespace dynvision::experiments;

FurtherTables::FurtherTables(FurtherTablesArguments const& arguments, std::vector<Experiment> const& experiments,
                             Plan const& plan, Images const& images)
    : experiments_(experiments), plan_(plan), images_(images) {
  bool const is_asked = !arguments.measures.empty(), is_none = arguments.measures == std::vector<std::string>{"none"};
  for (std::string const& name : arguments.measures) {
    if (is_none || std::find(further_measures.begin(), further_measures.end(), name) != further_measures.end())
      continue;
    fail("experiments", 169,
         {"--measures \"", name, "\": ", expected_one_of(name, further_measures), ", or none alone"});
  }
  for (Experiment const& one : experiments) {
    measures_.push_back(is_none ? std::vector<std::string>{} : is_asked ? arguments.measures : one.measures);
  }
  constexpr std::array<std::string_view, 2> decoders{"ridge", "lda"};
  if (!arguments.decoder.empty() && arguments.decoder != "ridge" && arguments.decoder != "lda") {
    fail("experiments", 174, {"--decoder \"", arguments.decoder, "\": ", expected_one_of(arguments.decoder, decoders)});
  }
  decoder_ = arguments.decoder;
  Features const kind = arguments.features.empty() ? Features::channels : features_named(arguments.features);
  populations_.kind = name_of(kind);
  populations_.features_of = [kind](run::Trace const& trace, std::int64_t n) { return features_of(trace, n, kind); };

  auto const check = [&](char const* measure, auto const& f) {
    if (with(measure, {}, {}).empty()) return;
    try {
      f();
    } catch (Error const& error) {
      if (is_asked) throw;
      leave_out(measure, error.what());
    }
  };
  check("decoding", [&] { check_images_of_decoding(images); });
  check("similarity", [&] { check_images_of_similarity(images); });
  check("dimensionality", [&] { check_images_of_similarity(images); });
  check("normalisation", [&] { check_normalisation_of(plan, with("normalisation", {}, {})); });

  std::size_t first = 0;
  for (std::size_t e = 0; e < experiments.size(); ++e) {
    std::size_t const end = first + experiments[e].conditions.size();
    bool const kept = has(e, "decoding") || has(e, "similarity") || has(e, "dimensionality");
    for (; first < end; ++first) {
      if (kept) populations_.conditions.push_back(first);
    }
  }
}

bool FurtherTables::has(std::size_t experiment, char const* measure) const {
  std::vector<std::string> const& all = measures_[experiment];
  return std::find(all.begin(), all.end(), measure) != all.end();
}

void FurtherTables::leave_out(char const* measure, std::string const& why) {
  for (std::vector<std::string>& one : measures_) std::erase(one, measure);
  left_out_.push_back(std::string("left out: ") + measure + ": " + why);
}

std::vector<NamedTables> FurtherTables::with(char const* measure, std::filesystem::path const& branches,
                                             std::filesystem::path const& out) const {
  std::vector<NamedTables> all;
  std::size_t first = 0;
  for (std::size_t e = 0; e < experiments_.size(); ++e) {
    std::size_t const end = first + experiments_[e].conditions.size();
    if (has(e, measure)) all.push_back({experiments_[e].name, {branches, out / experiments_[e].name, first, end}});
    first = end;
  }
  return all;
}

void FurtherTables::write(std::filesystem::path const& branches, std::filesystem::path const& out, TableKeys keys,
                          std::int64_t batch_size, double tau) const {
  auto const n_threads = static_cast<unsigned>(kernels::loop_threads());
  auto const kind = decoder_ == "lda" ? analysis::DecoderKind::lda : analysis::DecoderKind::ridge;
  PopulationSettings const settings{.batch_size = batch_size, .features = populations_.kind, .n_threads = n_threads};
  std::size_t first = 0;
  for (std::size_t e = 0; e < experiments_.size(); ++e) {
    TablesOf const of{branches, out / experiments_[e].name, first, first + experiments_[e].conditions.size()};
    first = of.end;
    keys.experiment = experiments_[e].name;
    PopulationTables const tables{plan_, images_, of, keys, settings};
    if (has(e, "decoding")) write_decoding(tables, {.decoder = {.kind = kind}});
    SimilarityTables const similarity{.similarity = has(e, "similarity"), .dimensionality = has(e, "dimensionality")};
    if (similarity.similarity || similarity.dimensionality) write_similarity(tables, similarity);
  }
  std::vector<NamedTables> const fitted = with("normalisation", branches, out);
  if (!fitted.empty()) {
    write_normalisation(plan_, images_, fitted, keys, {.batch_size = batch_size, .tau = tau, .n_threads = n_threads});
  }
}

}  // namespace program
