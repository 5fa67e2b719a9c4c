// structure_of: the structure that the text of a type means; the other way round than type_of.
//
//   structure_of("DyRCNNx4<Full, RungeKutta4, ToInput>")      what type_of makes DyRCNNx4<Full, ToInput, RungeKutta4> of
//
// Whatever is no type of the library, written in the words of variants/words/, is refused: nothing of the text gets into a
// program that is compiled.
//
// Errors: variants.107.
#pragma once
#include <dynvision/variants/structure.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

namespace variants {

// "A, B<C, D>, E" -> A | B<C, D> | E
inline std::vector<std::string> arguments_of(std::string_view list) {
  std::vector<std::string> all;
  int depth = 0;
  bool quoted = false;
  std::string one;
  auto const end_one = [&] {
    std::size_t const first = one.find_first_not_of(' ');
    if (first != one.npos) all.push_back(one.substr(first, one.find_last_not_of(' ') + 1 - first));
    one.clear();
  };
  for (char const c : list) {
    if (c == '"') quoted = !quoted;
    if (!quoted) depth += c == '<' ? 1 : c == '>' ? -1 : 0;
    if (c == ',' && depth == 0 && !quoted) {
      end_one();
    } else {
      one += c;
    }
  }
  end_one();
  return all;
}

// Default arguments may be written out.
inline std::string short_form(std::string text) {
  for (std::string_view const one :
       {"Skip<Additive>", "Feedback<Additive>", "LearnedDelay<Uniform>", "FeedforwardDelay<WholeSteps>"}) {
    if (text == one) return text.substr(0, text.find('<')) + "<>";
  }
  for (std::string_view const list : {"Incoming<", "Recurrent<", "Outgoing<"}) {
    if (!text.starts_with(list) || !text.ends_with('>')) continue;
    std::string all;
    for (std::string const& one :
         arguments_of(std::string_view(text).substr(list.size(), text.size() - list.size() - 1))) {
      bool const of_ends = one.starts_with("Masked<FirstUnits<") || one.starts_with("Masked<LastUnits<");
      std::string const own = of_ends ? "Masked<rate::" + one.substr(7)  // as a compiler says it
                              : one == "Masked<AllConnections>" ? "Masked<>"
                              : one == "Dale<4, 1>"             ? "Dale<>"
                              : one == "Excitatory<4, 1>"       ? "Excitatory<>"
                                                                : one;
      all += (all.empty() ? "" : ", ") + own;
    }
    return std::string(list) + all + ">";
  }
  if (text == "GammaSizes<150>") return "GammaSizes<>";
  if (text == "FeedforwardDelay<LearnedDelay<Uniform>>") return "FeedforwardDelay<LearnedDelay<>>";
  return text;
}

inline Word const* word_of_type(Words const& choice, std::string_view type) {
  for (Word const& word : choice.all) {
    if (word.type == type) return &word;
  }
  return nullptr;
}

// Whether `argument` is one of the policies; then the structure has it.
inline bool take_policy(Structure& s, std::string const& argument) {
  if (argument == "PublishedOrder") return true;
  if (argument.starts_with("Order<") && argument.ends_with(">")) {
    for (std::string const& label : arguments_of(std::string_view(argument).substr(6, argument.size() - 7))) {
      if (label.size() < 2 || label.front() != '"' || label.back() != '"') return false;
      s.order_of_operations.push_back(label.substr(1, label.size() - 2));
    }
    return true;
  }
  for (std::size_t kind = 0; kind < n_policy_kinds; ++kind) {
    Word const* const word = word_of_type(policy_choices[kind], short_form(argument));
    if (word == nullptr) continue;
    std::string const text(word->word);
    switch (static_cast<PolicyKind>(kind)) {
      case PolicyKind::target:
        s.recurrence_target = text;
        break;
      case PolicyKind::integration:
        s.integration = text;
        break;
      case PolicyKind::solver:
        s.dynamics_solver = text;
        break;
      case PolicyKind::skip:
        s.skip = text;
        break;
      case PolicyKind::feedback:
        s.feedback = text;
        break;
      case PolicyKind::nonlinearity:
        s.nonlinearity = text;
        break;
      case PolicyKind::retina:
        s.use_retina = text == "true";
        break;
      case PolicyKind::noise:
        s.noise = text;
        break;
      case PolicyKind::delay:
        s.lateral_delay = text;
        break;
      case PolicyKind::feedforward:
        s.feedforward_delay = text;
        break;
      case PolicyKind::order:
        break;
      case PolicyKind::state:
        s.rate_state = text;
        break;
      case PolicyKind::time_constants:
        s.time_constants = text;
        break;
      case PolicyKind::rate_noise:
        s.rate_noise = text;
        break;
      case PolicyKind::incoming:
        s.incoming_weights = text;
        break;
      case PolicyKind::recurrent:
        s.recurrent_weights = text;
        break;
      case PolicyKind::outgoing:
        s.outgoing_weights = text;
        break;
      case PolicyKind::leak:
        s.leak = text;
        break;
      case PolicyKind::start:
        s.initial_state = text;
        break;
      case PolicyKind::balance:
        s.balance = text;
        break;
    }
    return true;
  }
  return false;
}

}  // namespace variants

inline Structure structure_of(std::string_view type) {
  using namespace variants;
  auto const refuse = [&](std::string_view why) {
    fail("variants", 107,
         {"type ", type, ": ", why, ": expected a type of the library, such as DyRCNNx4<Full, ToInput, RungeKutta4>"});
  };
  std::size_t const open = type.find('<');
  if (open == type.npos || !type.ends_with(">")) refuse("no arguments in < >");
  std::vector<std::string> arguments = arguments_of(type.substr(open + 1, type.size() - open - 2));
  Structure s{.model_name = std::string(type.substr(0, open))};
  if (s.model_name == "ResNet" && !arguments.empty()) {  // ResNet18 is ResNet<18, ...>
    s.model_name += arguments.front();
    arguments.erase(arguments.begin());
  }
  auto const family = std::find_if(std::begin(families_by_name), std::end(families_by_name),
                                   [&](Family const& one) { return one.model_name == s.model_name; });
  bool const has_sizes = family != std::end(families_by_name) && !family->sizes.empty();
  if (has_sizes && !arguments.empty()) {  // as written, or as a compiler writes them
    std::string const sizes = arguments.size() > 1 ? arguments[0] + ", " + arguments[1] : arguments[0];
    if (sizes != family->sizes && sizes != "0, 0") refuse(joined({"\"", sizes, "\": expected ", family->sizes}));
    arguments.erase(arguments.begin(), arguments.begin() + 2);
  }
  if (!has_sizes && !arguments.empty()) {
    Word const* const recurrence = word_of_type(recurrence_choice, arguments.front());
    if (recurrence == nullptr) refuse("\"" + arguments.front() + "\" is no recurrence type");
    s.recurrence_type = std::string(recurrence->word);
    arguments.erase(arguments.begin());
  }
  for (std::string const& argument : arguments) {
    if (!take_policy(s, argument)) refuse("\"" + argument + "\" is no policy");
  }
  type_of(s);  // names what is wrong with it
  return s;
}

}  // namespace dynvision
