// Arguments by name: those of optimisers, schedulers and losses, with PyTorch's names.
//
//   Kwargs const given{{"weight_decay", 5e-4}, {"betas", {0.9, 0.99}}, {"nesterov", true}, {"mode", "min"}, {"dampening", {}}};
//   constexpr Kwarg known[]{{.name = "weight_decay", .default_value = {0}, .range = at_least(0), .help = "..."}, ...};
//   KnownKwargs const numbers = checked_kwargs("optimizer SGD", known, given, problems);
//   double const decay = numbers.number("weight_decay");
//
// What there is, is data (Kwarg): names, defaults, ranges and help stand once, beside what takes them.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/number_range.hpp>

#include <concepts>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace dynvision {

// None ({}), a flag, a number, a word or a list of numbers.
class KwargValue {
 public:
  KwargValue() = default;
  KwargValue(bool flag)
      : value_(flag) {}  // NOLINT(google-explicit-constructor): so that a list of arguments reads like one
  template <class Number>
  requires(std::integral<Number> || std::floating_point<Number>) &&
      (!std::same_as<Number, bool>)KwargValue(Number number) : value_(static_cast<double>(number)) {}  // NOLINT
  KwargValue(char const* word) : value_(std::string(word)) {}                                          // NOLINT
  KwargValue(std::string word) : value_(std::move(word)) {}                                            // NOLINT
  KwargValue(std::vector<double> numbers) : value_(std::move(numbers)) {}                              // NOLINT
  KwargValue(std::initializer_list<double> numbers) : value_(std::vector<double>(numbers)) {}          // NOLINT

  bool is_none() const { return value_.index() == 0; }
  bool const* flag() const { return std::get_if<bool>(&value_); }
  double const* number() const { return std::get_if<double>(&value_); }
  std::string const* word() const { return std::get_if<std::string>(&value_); }
  std::vector<double> const* numbers() const { return std::get_if<std::vector<double>>(&value_); }
  std::string text() const;  // as in JSON
  bool operator==(KwargValue const&) const = default;

 private:
  std::variant<std::monostate, bool, double, std::string, std::vector<double>> value_;
};

using Kwargs = std::vector<std::pair<std::string, KwargValue>>;

enum class KwargKind { number, whole, flag, numbers, word };

// An argument that there is. Without a default it is None where it is not given.
struct Kwarg {
  std::string_view name;
  KwargKind kind = KwargKind::number;
  std::initializer_list<double> default_value{};  // one, or of `numbers` as many as there must be; 0 or 1 of a flag
  NumberRange range{};                            // of every number
  std::string_view words{};                       // of a word, the default first: "min|max"
  std::string_view help{};
  bool required = false;

  KwargValue value_by_default() const;
  std::string expected() const;  // "a number of at least 0", "2 numbers, each ...", "min | max"
};

// What is given, and the defaults of the rest.
class KnownKwargs {
 public:
  explicit KnownKwargs(Kwargs values) : values_(std::move(values)) {}

  bool is_given(std::string_view name) const { return !(*this)[name].is_none(); }  // or has a default
  double number(std::string_view name) const { return *(*this)[name].number(); }
  double number(std::string_view name, double otherwise) const { return is_given(name) ? number(name) : otherwise; }
  bool flag(std::string_view name) const { return *(*this)[name].flag(); }
  std::vector<double> const& numbers(std::string_view name) const { return *(*this)[name].numbers(); }
  std::string const& word(std::string_view name) const { return *(*this)[name].word(); }
  KwargValue const& operator[](std::string_view name) const;

 private:
  Kwargs values_;
};

// Everything that is wrong goes into `problems`, a line each, and has its default in what comes back. `of`: whose arguments
// they are, "optimizer SGD".
KnownKwargs checked_kwargs(std::string_view of, std::span<Kwarg const> known, Kwargs const& given,
                           std::vector<std::string>& problems);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/core/kwargs.ipp>
#endif
