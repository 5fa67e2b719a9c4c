// covers: analysis/operation_view.hpp analysis/facts.hpp analysis/work.hpp analysis/summary.hpp analysis/diagram.hpp
#include <dynvision/alexnet.hpp>
#include <dynvision/analysis/diagram.hpp>
#include <dynvision/cordsnet.hpp>
#include <dynvision/cornet_rt.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/resnet.hpp>

#include "io/failure.hpp"
#include "laws/set_parameter.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace laws;

namespace {

struct Gain {  // a user's operation, without a word about itself
  Tensor gain;
  void compose(Composition& at) { gain = at.constant({at.channels, 1, 1}, 1); }
  void parameters(auto&& visit) { visit("gain", gain); }
  Tensor operator()(Tensor const& x) const { return x.mul(gain); }
};
struct Counted {  // one that says what it costs
  double multiply_adds(Size in) const { return 1000.0 * static_cast<double>(in.height); }
  Tensor operator()(Tensor const& x) const { return x; }
};
struct A : Layer<"A", Conv<image_channels, 4, 5, 2, NoBias>, Recur<Full<4, 3>>, AddFeedback<"C">, Gain, Evolve<>, Relu,
                 Record, Delay, MaxPool<3, 2>> {};
struct B : Layer<"B", Conv<4, 6, 3, 1, NoBias>, Counted, Evolve<>, Relu, Record, Delay> {};
struct C : Layer<"C", Conv<6, 8, 3, 2, NoBias>, AddSkip<"A", NoBias>, Evolve<>, Relu, Record, Delay> {};
struct Net : Model<A, B, C> {
  using Model<A, B, C>::Model;
};

Options delayed() {
  Options o{.n_classes = 3, .input_dims = {2, 33, 33}, .t_feedforward = 6, .t_recurrence = 4, .t_feedback = 8};
  o.t_skip = 2;
  o.dtype = at::kDouble;
  o.seed = 4;
  return o;
}

// The step from which on the response or the output depends on the image.
template <class Model> std::vector<int> measured(Model& model, std::array<int, 3> image, int n_timesteps) {
  randomise_model(model, 7, 0.7);
  auto const show = [&](double size) {
    Tensor const x = normal({1, image[0], image[1], image[2]}, 1).mul(size);
    return run::unroll(model, x.to(model.options.dtype), {.n_timesteps = n_timesteps, .record = true});
  };
  run::Activity const one = show(1), other = show(3);
  std::vector<int> first;
  auto const differs = [](Signal const& a, Signal const& b) {
    return a.defined() != b.defined() || (a.defined() && distance(a, b) > 1e-9);
  };
  for (std::size_t l = 0; l < one.responses.size(); ++l) {
    int t = 0;
    auto const i = [&] { return static_cast<std::size_t>(t); };
    while (t < n_timesteps && !differs(one.responses[l].steps[i()], other.responses[l].steps[i()])) ++t;
    first.push_back(t);
  }
  int t = 0;
  while (t < n_timesteps && !differs(one.outputs.select(1, t), other.outputs.select(1, t))) ++t;
  first.push_back(t);
  return first;
}
std::vector<int> said(Facts const& facts) {
  std::vector<int> first;
  for (LayerFacts const& layer : facts.layers) first.push_back(layer.first_signal);
  return first;
}

// Side of the square of pixels that the middle unit of the first channel depends on.
template <class Model> int measured_field(Model& model, std::size_t layer, std::int64_t side) {
  Tensor const x = normal({1, model.options.input_dims[0], side, side}, 3).set_requires_grad(true);
  Tensor const r = run::unroll(model, x, {.record = true}).responses[layer].steps[0];
  r.select(2, r.size(2) / 2).select(2, r.size(3) / 2).sum().backward();
  Tensor const rows = x.grad().abs().sum({0, 1, 3}).gt(0);
  return static_cast<int>(rows.sum().template item<std::int64_t>());
}

}  // namespace

TEST_CASE("facts of a user's model", "[analysis]") {
  Net net(delayed());
  Facts const facts = facts_of(net);
  REQUIRE(facts.layers.size() == 4);
  LayerFacts const &a = facts.layers[0], &b = facts.layers[1], &c = facts.layers[2], &head = facts.layers[3];
  CHECK(a.name == "A");
  CHECK(a.channels == 4);
  CHECK(a.size == Size{17, 17});
  CHECK(b.size == Size{9, 9});
  CHECK(c.size == Size{5, 5});
  CHECK(a.learned == 4 * 2 * 25 + (4 * 4 * 9 + 4) + (4 * 8 + 4) + 4);
  CHECK(a.kept == 1);  // tau
  CHECK(head.learned == 3 * 8 + 3);
  CHECK(facts.count(&LayerFacts::learned) == count_learned(net.parameters()));

  REQUIRE(facts.connections.size() == 3);
  CHECK((facts.connections[0].way == Way::lateral && facts.connections[0].delay == 2));
  CHECK((facts.connections[1].way == Way::feedback && facts.connections[1].from == 2 && facts.connections[1].to == 0));
  CHECK(facts.connections[1].delay == 4);
  CHECK((facts.connections[2].way == Way::skip && facts.connections[2].from == 0 && facts.connections[2].delay == 1));

  auto const work = [&](int layer, std::string_view label) {
    for (OperationFacts const& op : facts.operations) {
      if (op.layer == layer && op.label == label) return op.multiply_adds;
    }
    return -1.0;
  };
  CHECK(work(0, "conv") == 4 * 2 * 25 * 17 * 17);
  CHECK(work(0, "recurrence") == 4 * 4 * 9 * 17 * 17);
  CHECK(work(0, "addfeedback") == 4 * 8 * 5 * 5);  // where the source is
  CHECK(work(2, "addskip") == 8 * 4 * 17 * 17);
  CHECK(work(0, "pool") == 4 * 9 * 9);
  CHECK(work(1, "operation") == 1000.0 * 9);
  CHECK(head.flops == 2 * 3 * 8);
  CHECK(b.bytes_per_step == 4 * 6 * 9 * 9 * 8);  // four operations that compute, in double
}

TEST_CASE("when the first signal arrives is what a run shows", "[analysis]") {
  Net net(delayed());
  CHECK(said(facts_of(net)) == std::vector<int>{0, 3, 1, 4});  // C by the skip
  CHECK(measured(net, {2, 33, 33}, 8) == said(facts_of(net)));

  DyRCNNx4<> engineering({.input_dims = {3, 16, 16}, .dtype = at::kDouble});
  CHECK(measured(engineering, {3, 16, 16}, 3) == said(facts_of(engineering)));
  DyRCNNx4<Full, Feedback<>> biological(
      {.input_dims = {3, 16, 16}, .t_feedforward = 10, .t_feedback = 4, .t_skip = 6, .dtype = at::kDouble});
  CHECK(measured(biological, {3, 16, 16}, 24) == said(facts_of(biological)));
  CorNetRT<> cornet({.n_classes = 4, .input_dims = {3, 32, 32}, .dtype = at::kDouble});
  CHECK(measured(cornet, {3, 32, 32}, 6) == said(facts_of(cornet)));
  CordsNet<> cordsnet({.n_classes = 4, .input_dims = {3, 16, 16}, .dtype = at::kDouble});
  CHECK(measured(cordsnet, {3, 16, 16}, 6) == said(facts_of(cordsnet)));
  CHECK(facts_of(cordsnet).layers[1].active_without_input);
}

TEST_CASE("receptive fields are those of the gradient", "[analysis]") {
  Options o = delayed();
  o.t_feedforward = 0;
  o.feedforward_only = true;
  o.input_dims = {2, 0, 0};
  Net net(o);
  randomise_model(net, 3);
  Facts const facts = facts_of(net, {2, 65, 65});
  CHECK(facts.layers[0].receptive_field == 5);
  CHECK(measured_field(net, 0, 65) == 5);
  CHECK(facts.layers[1].receptive_field == 5 + 2 * 2 + 2 * 4);
  // a maximum passes the gradient of one pixel only, so less of the field may be seen
  CHECK(measured_field(net, 1, 65) <= facts.layers[1].receptive_field);
  // ResNet-20, in table 1's sizes: 1 + 2 (1 + 6) = 15 after the first stage
  ResNet20<> resnet;
  CHECK(facts_of(resnet, {3, 32, 32}).layers[1].receptive_field == 15);
  AlexNet<> alexnet;
  Facts const known = facts_of(alexnet, {3, 224, 224});
  CHECK(known.layers[4].receptive_field == 163);
  CHECK(known.layers[5].receptive_field == 0);  // all
}

TEST_CASE("work of published networks", "[analysis]") {
  auto const gigaflops = [](auto model, int side) {
    return facts_of(model, {3, side, side}).sum(&LayerFacts::flops) / 1e9;
  };
  // multiply-adds of convolutions and linear maps, as they are published, and a few percent for all the rest
  CHECK((gigaflops(AlexNet<>(), 224) > 2 * 0.714 && gigaflops(AlexNet<>(), 224) < 2 * 0.714 * 1.05));
  CHECK((gigaflops(ResNet18<>(), 224) > 2 * 1.814 && gigaflops(ResNet18<>(), 224) < 2 * 1.814 * 1.05));
  CHECK((gigaflops(ResNet50<>(), 224) > 2 * 4.089 && gigaflops(ResNet50<>(), 224) < 2 * 4.089 * 1.05));
}

TEST_CASE("a model for images of any size", "[analysis]") {
  DyRCNNx4<> model;
  Facts const facts = facts_of(model);
  CHECK(facts.layers[0].size == Size{});
  CHECK(facts.sum(&LayerFacts::flops) == 2 * 10 * 256);  // the head's alone
  CHECK(summary(model).find("?") != std::string::npos);
  CHECK(failure([&] { summary(model, {7, 8, 8}); }) == "none");  // the channels of the image are a number
  AlexNet<> alexnet;
  CHECK(failure([&] { summary(alexnet, {3, 32, 32}); }) == "run.103");
}

TEST_CASE("the table", "[analysis]") {
  Net net(delayed());
  std::string const table = summary(net);
  CHECK(
      table.starts_with("Net: image 2x33x33, dt 2 ms\n"
                        "\n"
                        "layer  response  learned  kept  field  to the next  first signal  Mflop/step  kB/step\n"
                        "A       4x17x17      388     1      5         6 ms          0 ms       0.208    58.08\n"
                        "B         6x9x9      216     1     17         6 ms          6 ms     0.05494    15.55\n"
                        "C         8x5x5      464     1     25         6 ms          2 ms      0.0409      6.4\n"
                        "head          3       27     0    all                       8 ms     4.8e-05    0.024\n"
                        "total               1095     3                                        0.3039    80.06\n"
                        "\n"
                        "A     Conv<"));
  CHECK(
      table.ends_with("\n"
                      "lateral   A to A  4 ms\n"
                      "feedback  C to A  8 ms\n"
                      "skip      A to C  2 ms\n"
                      "\n"
                      "training with Adam, 16 samples, 20 steps: at most about 25.7 MB\n"));
}

TEST_CASE("the picture has every area and connection", "[analysis]") {
  Net net(delayed());
  Diagram const picture = diagram(net);
  auto const count = [](std::string const& text, std::string_view what) {
    int n = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
    return n;
  };
  CHECK(count(picture.svg, "<rect") == 5 + 1);          // image, three areas, head, the paper
  CHECK(count(picture.svg, "url(#forward)") == 4 + 1);  // and the legend
  CHECK(count(picture.svg, "url(#lateral)") == 1 + 1);
  CHECK(count(picture.svg, "url(#skip)") == 1 + 1);
  CHECK(count(picture.svg, "url(#feedback)") == 1 + 1);
  CHECK(count(picture.svg, ">8 ms<") == 1);
  CHECK(count(picture.svg, "<text") == count(picture.svg, "</text>"));
  CHECK(count(picture.dot, "->") == 4 + 3);
  CHECK(picture.dot.find("\"C\" -> \"A\" [label=\"8 ms\"") != std::string::npos);

  Options alone = delayed();
  alone.feedforward_only = true;
  Net without(alone);
  CHECK(count(diagram(without).svg, "url(#feedback)") == 0);
}
