// covers: variants/object/object_interface.hpp variants/object/object_view.hpp variants/compile/toolchain.hpp
// covers: variants/compile/command.hpp variants/registry.hpp
// Models that are not built in are compiled when they are first asked for, kept, and made anew when they are not what they were.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/variants/first_use.hpp>
#include <dynvision/variants/structure_of.hpp>

#include "io/failure.hpp"
#include "io/temporary_folder.hpp"
#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <sstream>

using namespace dynvision;
namespace fs = std::filesystem;

namespace {

Options small(std::uint64_t seed = 1) { return {.n_classes = 3, .input_dims = {1, 12, 12}, .seed = seed}; }

// In a folder of its own, without optimisation, which these tests do not need.
FirstUse in(fs::path const& cache) {
  FirstUse how{.cache = cache, .quiet = true};
  std::replace(how.toolchain.flags.begin(), how.toolchain.flags.end(), std::string("-O2"), std::string("-O0"));
  return how;
}

std::vector<fs::path> objects_in(fs::path const& cache) {
  std::vector<fs::path> all;
  for (auto const& one : fs::recursive_directory_iterator(cache)) {
    if (one.path().extension() == ".so") all.push_back(one.path());
  }
  std::sort(all.begin(), all.end());
  return all;
}

// Results and gradients of both paths.
template <class M> std::vector<Tensor> numbers_of(M const& model) {
  std::vector<Tensor> all;
  Tensor const images = laws::normal({2, 1, 12, 12}, 7, at::kFloat);
  for (bool const compiled : {true, false}) {
    Tensor const x = images.clone().requires_grad_();
    run::Settings const settings{.n_timesteps = 5, .record = true, .share_cpus = false};
    run::Activity const a = compiled ? run::compiled(model, x, settings) : run::unroll(model, x, settings);
    a.outputs.square().sum().backward();
    all.push_back(a.outputs.detach());
    all.push_back(x.grad());
    for (Parameter const& p : model.parameters()) {
      if (!p.learned) continue;
      all.push_back(p.tensor.grad().clone());
      p.tensor.mutable_grad().reset();
    }
  }
  return all;
}

bool equal(std::vector<Tensor> const& a, std::vector<Tensor> const& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](Tensor const& x, Tensor const& y) { return x.equal(y); });
}

}  // namespace

TEST_CASE("the list of built-in models", "[variants][registry]") {
  std::vector<Variant> const& all = built_in_variants();
  std::set<std::string> names;
  for (Variant const& one : all) {
    CHECK(names.insert(one.type).second);                // each once
    CHECK(type_of(structure_of(one.type)) == one.type);  // under the name by which a structure finds it
  }
  std::vector<std::string> const words{"full",           "self",  "depthwise",      "pointwise", "depthpointwise",
                                       "pointdepthwise", "local", "localdepthwise", "none"};
  auto const has = [&](Structure const& s) {
    INFO(type_of(s));
    CHECK(names.count(type_of(s)) == 1);
  };
  for (std::string const model : {"DyRCNNx2", "DyRCNNx4", "DyRCNNx8"}) {
    for (std::string const& word : words) has({.model_name = model, .recurrence_type = word});
    for (std::string const target : {"output", "input", "middle"}) {
      if (target == "middle" && model != "DyRCNNx8") continue;
      for (std::string const way : {"additive", "multiplicative"}) {
        has({.model_name = model, .recurrence_target = target, .integration = way});
      }
    }
    has({.model_name = model, .dynamics_solver = "rk4"});
    if (model == "DyRCNNx2") continue;
    for (std::string const feedback : {"false", "add", "mul"}) {
      for (std::string const skip : {"true", "false"}) has({.model_name = model, .skip = skip, .feedback = feedback});
    }
  }
  for (std::string_view const model : variants::model_names()) {
    if (model != "ResNet1202") has({.model_name = std::string(model)});
  }
  has({.model_name = "CTRNN", .noise = "stationary_drive", .recurrent_weights = "no_autapses_dale"});
  CHECK(find_variant("DyRCNNx9<>") == nullptr);
  CHECK(nearest_variants("DyRCNNx8<Full, ToMidle>").at(0) == "DyRCNNx8<Full, ToMiddle>");
}

TEST_CASE("a built-in model is the typed one", "[variants][registry]") {
  AnyModel const any = make_model({.model_name = "DyRCNNx2", .recurrence_target = "input"}, small());
  CHECK(any.type() == "DyRCNNx2<Full, ToInput>");
  CHECK(equal(numbers_of(any), numbers_of(DyRCNNx2<Full, ToInput>(small()))));
}

TEST_CASE("the id of the headers is the one that CMake has found", "[variants]") {
  variants::Toolchain const& by = variants::built_with();
  CHECK(by.headers_id.size() == 36);
  std::string const place = variants::headers_of(by);
  CHECK(variants::headers_id(fs::path(place) / "dynvision") == by.headers_id);
  variants::Toolchain other = by;
  other.headers_id = "another";
  CHECK(failure([&] { variants::headers_of(other); }) == "variants.113");
  CHECK(message([&] { variants::headers_of(other); }).find("have changed") != std::string::npos);
  other.include_folders.clear();
  CHECK(message([&] { variants::headers_of(other); }).find("are in none of") != std::string::npos);
}

TEST_CASE("a model that is not built in is compiled once, and is the typed one", "[variants][first_use]") {
  TemporaryFolder const cache;
  Structure const structure{.model_name = "DyRCNNx2",
                            .recurrence_type = "self",
                            .nonlinearity = "tanh",
                            .order_of_operations = {"layer", "addskip", "tstep", "nonlin", "record", "delay", "pool"}};
  using Typed = DyRCNNx2<Self, Tanh, Order<"layer", "addskip", "tstep", "nonlin", "record", "delay", "pool">>;
  FirstUse how = in(cache.path);
  std::ostringstream said;
  how.quiet = false, how.view.out = &said, how.view.terminal = false;
  AnyModel const any = make_model(structure, small(), how);
  CHECK(any.type() == type_of(structure));
  CHECK(said.str().starts_with("compiling DyRCNNx2<Self, Tanh, Order<"));
  CHECK(equal(numbers_of(any), numbers_of(Typed(small()))));
  REQUIRE(objects_in(cache.path).size() == 1);

  // Asked for again it is there, also where nothing may be compiled.
  how.compiles = false, said.str("");
  CHECK(equal(numbers_of(make_model(structure, small(2), how)), numbers_of(Typed(small(2)))));
  CHECK(said.str().empty());
  CHECK(failure([&] { make_model({.model_name = "DyRCNNx2", .nonlinearity = "retanh"}, small(), how); }) ==
        "variants.112");

  // One that was cut off is made anew; so is one of another build.
  fs::path const object = objects_in(cache.path)[0];
  std::string const half = contents(object).substr(0, fs::file_size(object) / 2);
  fs::remove(object);  // what is loaded of it stays
  cache.file("half", half);
  fs::create_directories(object.parent_path());
  fs::rename(cache / "half", object);
  CHECK(failure([&] { make_model(structure, small(), how); }) == "variants.112");
  how.compiles = true;
  CHECK(equal(numbers_of(make_model(structure, small(3), how)), numbers_of(Typed(small(3)))));
  CHECK(said.str().starts_with("compiling"));
  how.compiles = false;
  how.toolchain.headers_id = "another build";
  CHECK(failure([&] { make_model(structure, small(), how); }) == "variants.112");
}

TEST_CASE("two processes want one model at once", "[variants][first_use]") {
  TemporaryFolder const cache;
  Structure const structure{
      .model_name = "DyRCNNx2", .recurrence_type = "none", .skip = "false", .nonlinearity = "sigmoid"};
  fs::path const said = cache / "said";
  std::vector<::pid_t> children;
  for (int i = 0; i < 2; ++i) {
    ::pid_t const child = ::fork();
    if (child == 0) {  // only system calls and this library: the parent has threads of LibTorch's
      FirstUse how = in(cache / "cache");
      std::ofstream out(said, std::ios::app);
      how.quiet = false, how.view.out = &out, how.view.terminal = false;
      bool sound = false;
      try {
        AnyModel const any = make_model(structure, small(), how);
        sound = any.type() == "DyRCNNx2<NoRecurrence, NoSkip, Sigmoid>";
      } catch (std::exception const& error) {
        out << error.what() << std::flush;
      }
      ::_exit(sound ? 0 : 1);
    }
    children.push_back(child);
  }
  for (::pid_t const child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    INFO(contents(said));
    CHECK(status == 0);
  }
  std::string const lines = contents(said);
  CHECK(lines.find("\ncompiling", lines.find("compiling") + 1) == std::string::npos);  // one of them did
  CHECK(objects_in(cache.path).size() == 1);
}

TEST_CASE("without a compiler the message says what there is", "[variants][first_use]") {
  TemporaryFolder const cache;
  FirstUse how = in(cache.path);
  how.toolchain.compiler = "/nowhere/no-such-compiler";
  std::string const said =
      message([&] { make_model({.model_name = "DyRCNNx4", .noise = "white_drive"}, small(), how); });
  CHECK(said.find("[dynvision.variants.111] DyRCNNx4<Full, WithNoise<WhiteDrive>> is none of the ") == 0);
  CHECK(said.find("/nowhere/no-such-compiler: install it") != std::string::npos);
  CHECK(said.find("nearest of them: DyRCNNx4<") != std::string::npos);
  CHECK(said.find("src/variants/list.hpp") != std::string::npos);
}

TEST_CASE("a folder that others may write to is not used", "[variants][first_use]") {
  TemporaryFolder const cache;
  fs::create_directory(cache / "open");
  fs::permissions(cache / "open", fs::perms::all);
  CHECK(failure([&] {
          make_model({.model_name = "DyRCNNx2", .nonlinearity = "retanh"}, small(), in(cache / "open"));
        }) == "variants.123");
}
