// covers: variants/first_use.hpp variants/compile/source_text.hpp variants/compile/compiler_message.hpp
// covers: variants/compile/compiler_run.hpp
// A model of a user's own file, as a new user writes it, with mistakes too.
#include <dynvision/run/run.hpp>
#include <dynvision/variants/first_use.hpp>

#include "io/failure.hpp"
#include "io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace dynvision;
namespace fs = std::filesystem;

// One in the program and in all that it loads: see "state is shared".
struct SharedCounter {
  static inline int count = 0;
};

namespace {

Options small() { return {.n_classes = 3, .input_dims = {1, 12, 12}, .seed = 1}; }

FirstUse in(fs::path const& cache) {
  FirstUse how{.cache = cache, .quiet = true};
  std::replace(how.toolchain.flags.begin(), how.toolchain.flags.end(), std::string("-O2"), std::string("-O0"));
  return how;
}

std::string areas(std::string const& v2, std::string const& more = "") {
  return "#include <dynvision/operations/add_feedback.hpp>\n#include <dynvision/operations/conv.hpp>\n"
         "#include <dynvision/operations/delay.hpp>\n#include <dynvision/operations/evolve.hpp>\n"
         "#include <dynvision/operations/record.hpp>\n#include <dynvision/operations/recur.hpp>\n"
         "#include <dynvision/connections/full.hpp>\n#include <dynvision/connections/self.hpp>\n"
         "#include <dynvision/operations/nonlinearity.hpp>\n#include <dynvision/model/model.hpp>\n"
         "#include <dynvision/model/layer.hpp>\n#include <dynvision/dynamics/euler.hpp>\n" +
         more +
         "using namespace dynvision;\n"
         "struct V1 : Layer<\"V1\", Conv<image_channels, 4, 3, 2>, Recur<Full<4>>, Evolve<Euler>, Relu, Record, Delay> "
         "{};\n"
         "struct V2 : Layer<\"V2\", " +
         v2 +
         ", Evolve<Euler>, Relu, Record, Delay> {};\n"
         "using MyNet = Model<V1, V2>;\n";
}

Tensor outputs(AnyModel const& model) {
  return run::run(model, ones({1, 1, 12, 12}), {.n_timesteps = 4, .share_cpus = false}).outputs;
}

}  // namespace

TEST_CASE("a model of one's own, from its file", "[variants][own]") {
  TemporaryFolder const folder;
  fs::path const file = folder.file(
      "my areas.hpp", areas("Conv<4, channels_of_v2, 3>, Recur<Self<channels_of_v2>>", "#include \"part.hpp\"\n"));
  auto const write_part = [&](int n) {
    folder.file("part.hpp", "constexpr int channels_of_v2 = " + std::to_string(n) + ";\n");
  };
  write_part(5);
  FirstUse how = in(folder / "cache");
  AnyModel const any = own_model(file, "MyNet", small(), how);
  CHECK(any.type() == "MyNet");
  CHECK(facts_of(any).layers.at(1).channels == 5);
  CHECK(outputs(any).size(2) == 3);
  how.compiles = false;
  CHECK(outputs(own_model(file, "MyNet", small(), how)).equal(outputs(any)));
  // With a file that it includes it is another one, and is made anew, in the same process too.
  write_part(6);
  CHECK(failure([&] { own_model(file, "MyNet", small(), how); }) == "variants.112");
  how.compiles = true;
  AnyModel const other = own_model(file, "MyNet", small(), how);
  CHECK(facts_of(other).layers.at(1).channels == 6);
  folder.file("my areas.hpp", areas("Conv<4, 7, 3>"));
  CHECK(facts_of(own_model(file, "MyNet", small(), how)).layers.at(1).channels == 7);
  CHECK(facts_of(other).layers.at(1).channels == 6);  // go on being what they were
  CHECK(facts_of(any).layers.at(1).channels == 5);
  CHECK(outputs(any).size(2) == 3);
}

TEST_CASE("types of one name in two files are two", "[variants][own]") {
  TemporaryFolder const folder;
  AnyModel const one =
      own_model(folder.file("one.hpp", areas("Conv<4, 5, 3>")), "MyNet", small(), in(folder / "cache"));
  AnyModel const two =
      own_model(folder.file("two.hpp", areas("Conv<4, 7, 3, 2>")), "MyNet", small(), in(folder / "cache"));
  CHECK(facts_of(one).layers.at(1).channels == 5);
  CHECK(facts_of(two).layers.at(1).channels == 7);
  CHECK(outputs(one).size(2) == 3);
  CHECK_FALSE(outputs(one).equal(outputs(two)));
}

TEST_CASE("state is shared with the program, and errors come through", "[variants][own]") {
  TemporaryFolder const folder;
  std::string const counting =
      "struct SharedCounter { static inline int count = 0; };\n"
      "struct Count { dynvision::Tensor operator()(dynvision::Tensor const& x) const { ++SharedCounter::count; return "
      "x; } };\n";
  AnyModel const any = own_model(folder.file("counting.hpp", areas("Conv<4, 5, 3>, Count", counting)), "MyNet", small(),
                                 in(folder / "cache"));
  SharedCounter::count = 0;
  run::unroll(any, ones({1, 1, 12, 12}), {.n_timesteps = 4});
  CHECK(SharedCounter::count == 4);
  CHECK(failure([&] { run::run(any, ones({1, 2, 12, 12})); }) != "none");
}

TEST_CASE("a wrong model is told its sentence, not what the compiler says", "[variants][own]") {
  TemporaryFolder const folder;
  fs::path const file = folder.file("my_areas.hpp", areas("Conv<8, 5, 3>"));
  std::string const said = message([&] { own_model(file, "MyNet", small(), in(folder / "cache")); });
  INFO(said);
  CHECK(said.find("[dynvision.variants.114] MyNet of ") == 0);
  CHECK(said.find("dynvision: this operation cannot take so many channels (docs/concepts/layer.md)") !=
        std::string::npos);
  CHECK(said.find("V2: Conv<8, 5, 3") != std::string::npos);
  CHECK(said.find("where there are 4 channels") != std::string::npos);
  CHECK(std::count(said.begin(), said.end(), '\n') <= 4);
  fs::path const log = said.substr(said.rfind(": ") + 2);
  CHECK(contents(log).find("static assertion failed") != std::string::npos);
}

TEST_CASE("other mistakes are told with file and line", "[variants][own]") {
  TemporaryFolder const folder;
  auto const said = [&](std::string const& text, std::string const& type) {
    return message([&] { own_model(folder.file("areas.hpp", text), type, small(), in(folder / "cache")); });
  };
  std::string const typo =
      said("#include <dynvision/model/model.hpp>\nusing MyNet = dynvision::Modell<int>;\n", "MyNet");
  INFO(typo);
  CHECK(typo.find("areas.hpp:2:") != std::string::npos);
  CHECK(typo.find("Modell") != std::string::npos);
  CHECK(std::count(typo.begin(), typo.end(), '\n') <= 2);
  CHECK(said(areas("Conv<4, 5, 3>"), "MyNett").find("MyNett") != std::string::npos);
  CHECK(said("struct MyNet {};\n", "MyNet").find("dynvision: expected a model with") != std::string::npos);
  CHECK(failure([&] { own_model(folder / "none.hpp", "MyNet"); }) == "variants.117");
  CHECK(failure([&] { own_model(folder.path, "MyNet"); }) == "variants.117");
  for (std::string const name :
       {"", "My Net", "MyNet;", "MyNet{}", "decltype(evil())", "\"x\"", "1Net", "A::", "<A>", "A<B"}) {
    INFO(name);
    CHECK(failure([&] { own_model(folder / "areas.hpp", name); }) == "variants.118");
  }
  for (std::string const name : {"MyNet", "lab::MyNet", "::MyNet", "MyNet<16, dynvision::Full>", "Net<A<B>, 3>"}) {
    INFO(name);
    CHECK(variants::is_type_name(name));
  }
}

TEST_CASE("the files that a rule of make names", "[variants]") {
  using Paths = std::vector<fs::path>;
  CHECK(variants::read_sources("a.o: s.cpp /b/my\\ areas.hpp \\\n  /b/c$$.hpp /p/pch.hxx /p/pch.hxx.gch\n", "s.cpp",
                               "/p/pch.hxx") == Paths{"/b/my areas.hpp", "/b/c$.hpp"});
  CHECK(variants::read_sources("", "s.cpp").empty());
}

TEST_CASE("what is shown of the output of a compiler", "[variants]") {
  using variants::compiler_message;
  CHECK(compiler_message("x.hpp:1:2: error: no such thing\nx.hpp:3: error: more\n") ==
        "x.hpp:1:2: error: no such thing");
  CHECK(compiler_message("") == "the compiler says nothing");
  std::string const of_clang =
      "In file included from v.cpp:1:\n/a/explain.hpp:27:3: error: static_assert failed due to requirement "
      "'Fault::channels != Fault::channels' \"dynvision: this operation cannot take so many channels "
      "(docs/concepts/layer.md)\"\n  static_assert(F != ...\n/b/my.hpp:7:1: note: in instantiation of member class\n";
  CHECK(compiler_message(of_clang, "/b/my.hpp") ==
        "dynvision: this operation cannot take so many channels (docs/concepts/layer.md)\n  /b/my.hpp:7");
}
