// covers: variants/words/word.hpp variants/words/policies.hpp variants/words/families.hpp rate/first_units.hpp
// The words of a configuration name the types that the headers have.
#include <dynvision/alexnet.hpp>
#include <dynvision/cordsnet.hpp>
#include <dynvision/core/type_text.hpp>
#include <dynvision/cornet_rt.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/rate/eirnn.hpp>
#include <dynvision/rate/parametrised.hpp>
#include <dynvision/resnet.hpp>
#include <dynvision/variants/structure_of.hpp>

#include "io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using variants::PolicyKind;

namespace {

// The defaults of a family, by their kind, from its types.
template <class... Policies> variants::family_defaults::All defaults_of(List<Policies...>) {
  static std::vector<std::string> texts;  // views of them are handed out
  texts.reserve(100);
  variants::family_defaults::All all;
  auto const put = [&]<class P>(std::type_identity<P>) {
    // in the order of policy_kind
    constexpr PolicyKind kinds[] = {PolicyKind::target, PolicyKind::integration, PolicyKind::solver,
                                    PolicyKind::skip,   PolicyKind::feedback,    PolicyKind::nonlinearity,
                                    PolicyKind::retina, PolicyKind::order,       PolicyKind::noise,
                                    PolicyKind::delay,  PolicyKind::feedforward};
    constexpr int kind = policy_kind<P>();
    static_assert(kind >= 0 && static_cast<std::size_t>(kind) < std::size(kinds), "a kind without a word");
    std::string text = type_text<P>();
    if (text == "Skip<Additive>") text = "Skip<>";  // as clang++ writes it
    if (text == "FeedforwardDelay<WholeSteps>") text = "FeedforwardDelay<>";
    texts.push_back(text);
    all[static_cast<std::size_t>(kinds[kind])] = texts.back();
  };
  (put(std::type_identity<Policies>{}), ...);
  return all;
}

}  // namespace

TEST_CASE("the defaults of a family are those of its header", "[variants]") {
  CHECK(variants::family_defaults::dyrcnn == defaults_of(DyRCNNDefaults{}));
  CHECK(variants::family_defaults::cornet_rt == defaults_of(cornet_rt::Defaults{}));
  CHECK(variants::family_defaults::cordsnet == defaults_of(cordsnet::Defaults{}));
  CHECK(variants::family_defaults::alexnet == defaults_of(alexnet::Defaults{}));
  CHECK(variants::family_defaults::resnet == defaults_of(resnet::Defaults{}));
  CHECK(std::is_same_v<DyRCNNx2<>, DyRCNNx2<Full>>);
  CHECK(std::is_same_v<CorNetRT<>, CorNetRT<Self>>);
  CHECK(std::is_same_v<CordsNet<>, CordsNet<Full>>);
  CHECK(std::is_same_v<AlexNet<>, AlexNet<NoRecurrence>>);
  CHECK(std::is_same_v<ResNet18<>, ResNet18<NoRecurrence>>);
  for (std::string_view const label : variants::order_words) CHECK(families::is_label_of_order(label));
}

TEST_CASE("the type of a structure", "[variants]") {
  CHECK(type_of({}) == "DyRCNNx8<>");
  CHECK(type_of({.model_name = "DyRCNNx4"}) == "DyRCNNx4<>");
  CHECK(type_of({.model_name = "DyRCNNx4", .recurrence_type = "full"}) == "DyRCNNx4<>");
  CHECK(type_of({.model_name = "DyRCNNx4", .recurrence_type = "self"}) == "DyRCNNx4<Self>");
  CHECK(type_of({.model_name = "CorNetRT", .recurrence_type = "full"}) == "CorNetRT<Full>");
  CHECK(type_of({.model_name = "DyRCNNx4", .recurrence_target = "input"}) == "DyRCNNx4<Full, ToInput>");
  CHECK(type_of({.model_name = "DyRCNNx4", .recurrence_target = "output", .skip = "true", .feedback = "false"}) ==
        "DyRCNNx4<>");
  CHECK(type_of({.model_name = "DyRCNNx8",
                 .recurrence_type = "localdepthwise",
                 .recurrence_target = "middle",
                 .integration = "mul",
                 .dynamics_solver = "rk4",
                 .skip = "mul",
                 .feedback = "add",
                 .nonlinearity = "tanh",
                 .use_retina = true,
                 .noise = "white_drive",
                 .lateral_delay = "learned",
                 .feedforward_delay = "learned_by_channel",
                 .order_of_operations = {"layer", "tstep", "nonlin", "record", "delay"}}) ==
        "DyRCNNx8<LocalDepthwise, ToMiddle, Multiplicative, RungeKutta4, Skip<Multiplicative>, Feedback<>, Tanh, "
        "WithRetina, WithNoise<WhiteDrive>, LearnedDelay<>, FeedforwardDelay<LearnedDelay<Feature>>, Order<\"layer\", "
        "\"tstep\", \"nonlin\", \"record\", "
        "\"delay\">>");
  CHECK(type_of({.model_name = "ResNet50", .recurrence_type = "self", .dynamics_solver = "euler"}) ==
        "ResNet50<Self, Euler>");
}

TEST_CASE("the type of a rate network has its sizes as numbers, and its policies", "[variants]") {
  CHECK(type_of({.model_name = "CTRNN"}) == "CTRNN<>");
  CHECK(type_of({.model_name = "CTRNN", .nonlinearity = "tanh"}) == "CTRNN<image_channels, any_units, Tanh>");
  CHECK(type_of({.model_name = "CTRNN",
                 .dynamics_solver = "rk4",
                 .nonlinearity = "relu",
                 .noise = "stationary_drive",
                 .rate_state = "rates",
                 .time_constants = "by_unit",
                 .rate_noise = "per_step",
                 .incoming_weights = "positive",
                 .recurrent_weights = "no_autapses_dale",
                 .outgoing_weights = "dale",
                 .leak = "fixed",
                 .initial_state = "rest"}) ==
        "CTRNN<image_channels, any_units, RungeKutta4, WithNoise<StationaryDrive>, RatesAreState, Feature, "
        "RateNoise<PerStep>, Incoming<Dale<1, 0>>, Recurrent<Masked<NoAutapses>, Dale<>>, Outgoing<Dale<>>>");
  using All = CTRNN<image_channels, any_units, RungeKutta4, WithNoise<StationaryDrive>, RatesAreState, Feature,
                    RateNoise<PerStep>, Incoming<Dale<1, 0>>, Recurrent<Masked<NoAutapses>, Dale<>>, Outgoing<Dale<>>>;
  All const net({.n_classes = 2, .input_dims = features(3), .numbers = {{"n_units", 10}}, .seed = 1});
  CHECK(tensor_of(net.parameters(), "rates.recurrent.sign").numel() == 10);
  auto const each = [](std::optional<std::string> Structure::*kind, std::span<variants::Word const> words) {
    for (variants::Word const& word : words) {
      Structure s{.model_name = "CTRNN"};
      s.*kind = std::string(word.word);
      CHECK(type_of(structure_of(type_of(s))) == type_of(s));
    }
  };
  each(&Structure::incoming_weights, variants::incoming_words);
  each(&Structure::recurrent_weights, variants::recurrent_words);
  each(&Structure::outgoing_weights, variants::outgoing_words);
  using Ends = CTRNN<image_channels, any_units, Incoming<Masked<rate::FirstUnits<14>>, NoBias>,
                     Outgoing<Masked<rate::LastUnits<27>>>>;
  CHECK(type_of({.model_name = "CTRNN", .incoming_weights = "first_14", .outgoing_weights = "last_27"}) ==
        "CTRNN<image_channels, any_units, Incoming<Masked<rate::FirstUnits<14>>, NoBias>, "
        "Outgoing<Masked<rate::LastUnits<27>>>>");
  CHECK(structure_of(type_text<Ends>()).outgoing_weights == "last_27");
  Ends const ends({.n_classes = 2, .input_dims = features(3), .numbers = {{"n_units", 100}}, .seed = 1});
  Tensor const in = tensor_of(ends.parameters(), "rates.input.mask"),
               out = tensor_of(ends.parameters(), "readout.mask");
  CHECK((in.narrow(0, 0, 14).eq(1).all().item<bool>() && in.sum().item<double>() == 3 * 14));
  CHECK((out.narrow(1, 73, 27).eq(1).all().item<bool>() && out.sum().item<double>() == 2 * 27));
  using Others = CTRNN<image_channels, any_units, Incoming<Masked<>>, Recurrent<LowRank<2>>, Outgoing<Excitatory<>>,
                       BoundedLeak, LearnedStart>;
  CHECK(type_of({.model_name = "CTRNN",
                 .incoming_weights = "masked",
                 .recurrent_weights = "low_rank_2",
                 .outgoing_weights = "excitatory",
                 .leak = "learned_bounded",
                 .initial_state = "learned"}) ==
        "CTRNN<image_channels, any_units, Incoming<Masked<>>, Recurrent<LowRank<2>>, Outgoing<Excitatory<>>, "
        "BoundedLeak, "
        "LearnedStart>");
  Others const other({.n_classes = 2, .input_dims = features(3), .numbers = {{"n_units", 10}}, .seed = 1});
  CHECK(tensor_of(other.parameters(), "rates.recurrent.low_rank.U").numel() == 20);
  CHECK(type_of(structure_of("EIRNN<0, 0, Outgoing<Excitatory<4, 1>>, GammaSizes<150>>")) ==
        "EIRNN<image_channels, any_units, Outgoing<Excitatory<>>, GammaSizes<>>");
  auto const number = [](Structure const& structure) { return problems_of(structure).at(0).number; };
  CHECK(number({.model_name = "CTRNN", .recurrence_type = "full"}) == 103);
  CHECK(number({.model_name = "CTRNN", .skip = "true"}) == 103);
  CHECK(number({.model_name = "CTRNN", .dynamics_solver = "none"}) == 103);
  CHECK(number({.model_name = "CTRNN", .recurrent_weights = "dalle"}) == 102);
  CHECK(number({.model_name = "DyRCNNx2", .rate_state = "rates"}) == 103);
  CHECK(number({.model_name = "CTRNN", .balance = "gamma"}) == 103);
  CHECK(number({.model_name = "CTRNN", .rate_state = "rates", .leak = "learned"}) == 103);
  CHECK(problems_of({.model_name = "CTRNN", .skip = "false", .feedback = "false"}).empty());
  CHECK(type_of({.model_name = "EIRNN", .recurrent_weights = "no_autapses"}) ==
        "EIRNN<image_channels, any_units, Recurrent<Masked<NoAutapses>>>");
}

TEST_CASE("other spellings mean the same type", "[variants]") {
  CHECK(type_of({.model_name = "DyRCNNx4", .feedback = "true"}) == "DyRCNNx4<Full, Feedback<>>");
  CHECK(type_of({.model_name = "DyRCNNx4", .feedback = "true", .feedback_mode = "multiplicative"}) ==
        "DyRCNNx4<Full, Feedback<Multiplicative>>");
  CHECK(type_of({.model_name = "DyRCNNx4", .integration = "multiplicative", .skip = "none"}) ==
        type_of({.model_name = "DyRCNNx4", .integration = "mul", .skip = "false"}));
  // What a model has not, and is not asked for.
  CHECK(type_of({.model_name = "AlexNet", .skip = "false", .feedback = "false"}) == "AlexNet<>");
}

TEST_CASE("a wrong structure is refused before anything is compiled, all problems at once", "[variants]") {
  CHECK(failure([] { type_of({.model_name = "DyRCNNx5"}); }) == "variants.101");
  CHECK(problems_of({.model_name = "DyRCNNx5"}).at(0).message.find("(did you mean \"DyRCNNx2\"?)") !=
        std::string::npos);
  auto const problems = problems_of({.model_name = "DyRCNNx4",
                                     .recurrence_type = "fulll",
                                     .recurrence_target = "middle",
                                     .noise = "pink",
                                     .order_of_operations = {"layer", "layer", "tsteps"}});
  std::vector<std::pair<std::string, int>> found;
  for (StructureProblem const& problem : problems) found.emplace_back(problem.key, problem.number);
  CHECK(found == std::vector<std::pair<std::string, int>>{{"recurrence_type", 102},
                                                          {"recurrence_target", 104},
                                                          {"noise", 102},
                                                          {"order_of_operations", 106},
                                                          {"order_of_operations", 105}});
  CHECK(problems_of({.model_name = "AlexNet", .skip = "true"}).at(0).number == 103);
  CHECK(problems_of({.model_name = "AlexNet", .use_retina = true}).at(0).number == 103);
  CHECK(problems_of({.model_name = "ResNet18", .order_of_operations = {"layer"}}).at(0).number == 103);
}

TEST_CASE("nothing but words of the tables gets into the text of a type", "[variants]") {
  std::string const bad = "Full>{}; int evil = (system(\"id\"), 0); //";
  CHECK(problems_of({.model_name = bad}).size() == 1);
  CHECK(problems_of({.recurrence_type = bad,
                     .recurrence_target = bad,
                     .integration = bad,
                     .dynamics_solver = bad,
                     .skip = bad,
                     .feedback = "true",
                     .feedback_mode = bad,
                     .nonlinearity = bad,
                     .noise = bad,
                     .lateral_delay = bad,
                     .feedforward_delay = bad,
                     .order_of_operations = {bad}})
            .size() == 11);
}
