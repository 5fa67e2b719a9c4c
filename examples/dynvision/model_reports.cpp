// dynvision summary and dynvision diagram: a model of a configuration, before it runs.
#include <dynvision/analysis/diagram.hpp>
#include <dynvision/analysis/summary.hpp>
#include <dynvision/io/file/atomic_file.hpp>

#include "all_commands.hpp"
#include "prepare.hpp"

#include <charconv>
#include <iostream>

namespace program {

namespace {

using namespace dynvision;

struct Arguments {
  StudyWords study;
  std::string image, output;
  bool json = false;
};

// "3x64x64" -> (C,H,W); empty: that of the configuration.
std::array<int, 3> shape_of(std::string const& text, Study const& study) {
  if (text.empty()) return study.values.options.input_dims;
  std::array<int, 3> shape{};
  char const* at = text.data();
  char const* const end = at + text.size();
  for (std::size_t i = 0; i < 3; ++i) {
    auto const [next, error] = std::from_chars(at, end, shape[i]);
    bool const last = i == 2;
    if (error != std::errc() || shape[i] < 1 || (last ? next != end : next == end || *next != 'x')) {
      fail("program", 105, {"--image \"", text, "\": expected channels x height x width, such as 3x64x64"});
    }
    at = next + (last ? 0 : 1);
  }
  return shape;
}

Facts facts_of_study(Arguments const& arguments) {
  Study study(arguments.study, "train");
  std::array<int, 3> const image = shape_of(arguments.image, study);
  if (!study.given("model.input_dims")) study.take("model.input_dims", Json(image), "--image");
  return facts_of(model_of(study), image);
}

Json as_json(Facts const& facts) {
  Json layers = Json::array(), ways = Json::array();
  for (LayerFacts const& one : facts.layers) {
    layers.push_back({{"name", one.name},
                      {"channels", one.channels},
                      {"height", one.size.height},
                      {"width", one.size.width},
                      {"learned", one.learned},
                      {"kept", one.kept},
                      {"receptive_field", one.receptive_field},
                      {"first_signal", one.first_signal},
                      {"flops_per_step", one.flops},
                      {"bytes_per_step", one.bytes_per_step}});
  }
  for (ConnectionFacts const& one : facts.connections) {
    ways.push_back({{"way", analysis::name_of(one.way)},
                    {"from", facts.layers[static_cast<std::size_t>(one.from)].name},
                    {"to", facts.layers[static_cast<std::size_t>(one.to)].name},
                    {"delay_steps", one.delay},
                    {"delay_ms", one.longest}});
  }
  return {{"model", facts.model},
          {"image", facts.image},
          {"dt", facts.dt},
          {"n_classes", facts.n_classes},
          {"learned", facts.count(&LayerFacts::learned)},
          {"kept", facts.count(&LayerFacts::kept)},
          {"first_output", facts.first_output},
          {"layers", layers},
          {"connections", ways}};
}

int print_summary(Arguments const& arguments) {
  Facts const facts = facts_of_study(arguments);
  std::cout << (arguments.json ? as_json(facts).dump(2) + "\n" : summary(facts)) << std::flush;
  return done;
}

int print_diagram(Arguments const& arguments) {
  Diagram const picture = diagram(facts_of_study(arguments));
  std::string const ending = std::filesystem::path(arguments.output).extension().string();
  if (!arguments.output.empty() && ending != ".svg" && ending != ".dot") {
    fail("program", 106, {"--output ", arguments.output, ": expected a name that ends with .svg or .dot"});
  }
  std::string const& text = ending == ".dot" ? picture.dot : picture.svg;
  if (arguments.output.empty()) {
    std::cout << text << std::flush;
    return done;
  }
  AtomicFile file(arguments.output);
  file.write(text);
  file.commit();
  std::cout << arguments.output << std::endl;
  return done;
}

std::shared_ptr<Arguments> take(CommandLine& line) {
  auto const arguments = std::make_shared<Arguments>();
  take_study(line, arguments->study);
  line.value("--image", arguments->image, "shape of the images, instead of input_dims", "CxHxW");
  return arguments;
}

}  // namespace

Command const summary_command{"summary", "print a model: layers, parameters, delays, work and memory",
                              "  dynvision summary --model_name DyRCNNx4 --rctype self --image 3x64x64\n"
                              "  dynvision summary --config study.json --json\n",
                              [](CommandLine& line) {
                                auto const arguments = take(line);
                                line.flag("--json", arguments->json, "the same for programs");
                                return [arguments] { return print_summary(*arguments); };
                              }};

Command const diagram_command{
    "diagram", "draw a model, with its connections and delays",
    "  dynvision diagram --model_name DyRCNNx4 --feedback add --image 3x64x64 --output x4.svg\n"
    "  dynvision diagram --config study.json --output model.dot      for Graphviz\n",
    [](CommandLine& line) {
      auto const arguments = take(line);
      line.value("--output", arguments->output, "file to write, .svg or .dot; without it the SVG is printed", "FILE");
      return [arguments] { return print_diagram(*arguments); };
    }};

}  // namespace program
