// Structure: what a configuration says of the structure of a model, in its words, and the C++ type that it means.
//
//   Structure const s{.model_name = "DyRCNNx4", .recurrence_target = "input", .feedback = "mul"};
//   type_of(s)                  "DyRCNNx4<Full, ToInput, Feedback<Multiplicative>>"
//   make_model(s, options)      variants/first_use.hpp
//
// What is not given is what the model has by itself. The text of a type names what differs from that, in one order, so that
// one structure has one text. Keys and words: variants/words/.
//
// Errors: variants.101 ... variants.106.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/variants/words/families.hpp>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

struct Structure {
  std::string model_name = "DyRCNNx8";
  std::optional<std::string> recurrence_type{};    // full | self | depthwise | ... | none
  std::optional<std::string> recurrence_target{};  // output | middle | input
  std::optional<std::string> integration{};        // additive | multiplicative, of the lateral recurrence
  std::optional<std::string> dynamics_solver{};    // euler | rk4 | none
  std::optional<std::string> skip{};               // true | false | mul
  std::optional<std::string> feedback{};           // false | add | mul | true: as feedback_mode says
  std::string feedback_mode = "additive";          // additive | multiplicative
  std::optional<std::string> nonlinearity{};       // relu | tanh | sigmoid | retanh | none
  bool use_retina = false;
  std::string noise = "none";                      // per_step | diffusion | white_drive | stationary_drive | stationary
  std::string lateral_delay = "whole_steps";       // interpolated | learned | learned_by_channel
  std::string feedforward_delay = "whole_steps";   // the same, of the delay from an area to the next
  std::vector<std::string> order_of_operations{};  // empty: the published one
  std::optional<std::string> rate_state{};         // of rate networks: potentials | rates
  std::optional<std::string> time_constants{};     // uniform | by_unit
  std::optional<std::string> rate_noise{};         // as noise, of the rates
  std::optional<std::string> incoming_weights{};   // free | masked | positive | first_14 | ...
  std::optional<std::string> recurrent_weights{};  // free | no_autapses | masked | dale | sparse_10 | ...
  std::optional<std::string> outgoing_weights{};   // free | masked | dale | excitatory | ...
  std::optional<std::string> leak{};               // fixed | learned | learned_bounded: of alpha = dt/tau
  std::optional<std::string> initial_state{};      // rest | learned
  std::optional<std::string> balance{};            // of EIRNN: sums | gamma | means

  bool operator==(Structure const&) const = default;
};

// What is wrong with a structure, by the key that it is to be mended at.
struct StructureProblem {
  std::string key;
  int number;  // of the error
  std::string message;
};

namespace variants {

struct ResolvedType {
  std::string text{};                       // "DyRCNNx4<Full, ToInput>"
  std::vector<std::string_view> headers{};  // that declare it
  std::vector<StructureProblem> problems{};

  void problem(int number, std::string_view key, std::initializer_list<MessagePart> parts) {
    problems.push_back({std::string(key), number, joined(parts)});
  }
};

inline std::vector<std::string_view> model_names() {
  std::vector<std::string_view> names;
  for (Family const& family : families_by_name) names.push_back(family.model_name);
  return names;
}

inline std::vector<std::string_view> words_of(Words const& choice) {
  std::vector<std::string_view> words;
  for (Word const& one : choice.all) words.push_back(one.word);
  return words;
}

// Given words by PolicyKind; empty: the model's own.
inline std::array<std::optional<std::string>, n_policy_kinds> given_words(Structure const& s) {
  std::optional<std::string> feedback = s.feedback;
  if (feedback == "true") feedback = s.feedback_mode;
  std::optional<std::string> retina, noise, delay, feedforward;
  if (s.use_retina) retina = "true";
  if (s.noise != "none") noise = s.noise;
  if (s.lateral_delay != "whole_steps") delay = s.lateral_delay;
  if (s.feedforward_delay != "whole_steps") feedforward = s.feedforward_delay;
  return {s.recurrence_target,
          s.integration,
          s.dynamics_solver,
          s.skip,
          feedback,
          s.nonlinearity,
          retina,
          noise,
          delay,
          feedforward,
          {},
          s.rate_state,
          s.time_constants,
          s.rate_noise,
          s.incoming_weights,
          s.recurrent_weights,
          s.outgoing_weights,
          s.leak,
          s.initial_state,
          s.balance};
}

// The C++ of an order of operations.
inline std::string order_type(std::vector<std::string> const& labels, ResolvedType& type) {
  std::string text = "Order<";
  for (std::size_t i = 0; i < labels.size(); ++i) {
    auto const here = labels.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(order_words.begin(), order_words.end(), labels[i]) == order_words.end()) {
      type.problem(105, "order_of_operations",
                   {"order_of_operations: \"", labels[i], "\": ", expected_one_of(labels[i], order_words)});
    } else if (std::find(labels.begin(), here, labels[i]) != here) {
      type.problem(106, "order_of_operations",
                   {"order_of_operations: \"", labels[i], "\" twice: expected each operation once"});
    } else {
      text += (i == 0 ? "\"" : ", \"") + labels[i] + "\"";
    }
  }
  return text + ">";
}

inline ResolvedType resolved(Structure const& s) {
  ResolvedType type;
  auto const family = std::find_if(std::begin(families_by_name), std::end(families_by_name),
                                   [&](Family const& one) { return one.model_name == s.model_name; });
  if (family == std::end(families_by_name)) {
    type.problem(101, "model_name",
                 {"model_name \"", s.model_name, "\": ", expected_one_of(s.model_name, model_names())});
    return type;
  }
  auto const unknown = [&](Words const& choice, std::string const& word) {
    type.problem(102, choice.key, {choice.key, " \"", word, "\": ", expected_one_of(word, words_of(choice))});
  };
  auto const useless = [&](std::string_view key) {
    type.problem(103, key, {key, ": ", s.model_name, " has no use for it: leave it out"});
  };
  type.headers.push_back(family->header);
  std::string_view recurrence = family->recurrence;
  if (s.recurrence_type && !family->sizes.empty()) useless("recurrence_type");
  if (s.recurrence_type) {
    if (Word const* const word = recurrence_choice.find(*s.recurrence_type)) {
      recurrence = word->type;
      type.headers.push_back(word->header);
    } else {
      unknown(recurrence_choice, *s.recurrence_type);
    }
  }
  std::string policies;
  auto const given = given_words(s);
  for (std::size_t kind = 0; kind < n_policy_kinds; ++kind) {
    if (!given[kind]) continue;
    Words const& choice = policy_choices[kind];
    Word const* const word = choice.find(*given[kind]);
    if (word == nullptr) {
      unknown(choice, *given[kind]);
    } else if (!family->takes(static_cast<PolicyKind>(kind))) {
      if (!word->type.starts_with("No")) useless(choice.key);  // not to want what it has not is no mistake
    } else if (word->type == "NoSolver" && !family->sizes.empty()) {
      type.problem(103, choice.key, {choice.key, " none: a step of ", s.model_name, " is that of a solver"});
    } else if (word->type != family->defaults[kind]) {
      if (word->type == "ToMiddle" && !family->has_middle) {
        type.problem(104, choice.key, {choice.key, " middle: an area of ", s.model_name, " has one convolution"});
      }
      policies += ", " + std::string(word->type);
      if (!word->header.empty()) type.headers.push_back(word->header);
    }
  }
  if (s.leak && *s.leak != "fixed" && s.rate_state == "rates") {
    type.problem(103, "leak", {"leak ", *s.leak, ": alpha is learned where potentials evolve: leave rate_state out"});
  }
  if (!s.order_of_operations.empty()) {
    if (!family->takes(PolicyKind::order)) useless("order_of_operations");
    policies += ", " + order_type(s.order_of_operations, type);
  }
  bool const plain = policies.empty() && recurrence == family->recurrence;
  if (!family->sizes.empty()) recurrence = family->sizes;
  type.text = s.model_name + "<" + (plain ? "" : std::string(recurrence) + policies) + ">";
  return type;
}

}  // namespace variants

// All of them; empty: it is sound as far as can be known before it is compiled.
inline std::vector<StructureProblem> problems_of(Structure const& structure) {
  return variants::resolved(structure).problems;
}

// Its type as it is written in C++.
inline std::string type_of(Structure const& structure) {
  variants::ResolvedType const type = variants::resolved(structure);
  if (type.problems.empty()) return type.text;
  std::string all;
  for (StructureProblem const& problem : type.problems) all += (all.empty() ? "" : "; ") + problem.message;
  int const number = type.problems.front().number;
  fail("variants", number, all);
}

}  // namespace dynvision
