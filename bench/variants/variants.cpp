// Every built-in model, compared by Google Benchmark: bench.variants --benchmark_filter='DyRCNNx4.*compiled/training'
//
//   --own=my_areas.hpp:MyNet    one of your own beside them (compiled on first use); may be given several times
//   --structure='DyRCNNx4<Full, Tanh>'    one of the library that is not built in
// Everything else are options of Google Benchmark: --help.
#include <dynvision/variants/first_use.hpp>
#include <dynvision/variants/structure_of.hpp>

#include "registered.hpp"

#include <cstdio>
#include <string_view>
#include <vector>

namespace {

using namespace dynvision;

// What a call through AnyModel costs beside the run: of a model whose run does nothing.
struct Nothing {
  Options options{};
  std::vector<int> memory{};
};
run::Activity nothing(void const*, run::Stimulus const&, run::Settings const&) { return {}; }

void call(benchmark::State& state) {
  ModelFunctions functions{};
  functions.options = [](void const* m) -> Options const& { return static_cast<Nothing const*>(m)->options; };
  functions.memory = [](void const* m) -> std::vector<int> const& { return static_cast<Nothing const*>(m)->memory; };
  functions.compiled = nothing;
  AnyModel const model(std::make_shared<Nothing>(), functions, "nothing");
  run::Stimulus const stimulus;
  run::Settings const settings;
  for (auto _ : state) benchmark::DoNotOptimize(run::compiled(model, stimulus, settings));
}

}  // namespace

int main(int argc, char** argv) try {
  std::vector<char*> rest;
  for (int i = 0; i < argc; ++i) {
    std::string_view const word = argv[i];
    if (word.starts_with("--own=")) {
      std::string const own(word.substr(6));
      std::size_t const colon = own.rfind(':', own.find("::") == own.npos ? own.npos : own.find("::") - 1);
      std::string const file = own.substr(0, colon), type = colon == own.npos ? "" : own.substr(colon + 1);
      bench::add(type, [=](Options const& options) { return own_model(file, type, options); });
    } else if (word.starts_with("--structure=")) {
      Structure const structure = structure_of(word.substr(12));
      bench::add(type_of(structure), [=](Options const& options) { return make_model(structure, options); });
    } else {
      rest.push_back(argv[i]);
    }
  }
  for (Variant const& one : built_in_variants()) bench::add(one);
  benchmark::RegisterBenchmark("AnyModel/call", call);
  int n = static_cast<int>(rest.size());
  benchmark::Initialize(&n, rest.data());
  if (benchmark::ReportUnrecognizedArguments(n, rest.data())) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
} catch (std::exception const& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
