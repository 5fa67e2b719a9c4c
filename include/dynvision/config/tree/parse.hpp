// JSON with comments, read as values with their places.
//
//   { "tau": 5,   // [ms]
//     "layers": {"IT": {"tau": 9}} }
//
// Written by nlohmann/json's parser, which says what it finds but not where: the iterator that it reads from counts. Texts are
// UTF-8; nothing is nested deeper than 64; a name is given once.
//
// Errors: config.112 … config.115.
#pragma once
#include <dynvision/config/tree/problems.hpp>
#include <dynvision/config/tree/value.hpp>
#include <dynvision/io/file/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::config {

namespace tree {

inline constexpr std::size_t deepest = 64;

// Reads characters, and says how many were read.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = char const*;
  using reference = char const&;

  CountingIterator(char const* at, std::size_t* n_read) : at_(at), n_read_(n_read) {}
  char const& operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_, ++*n_read_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator const before = *this;
    ++*this;
    return before;
  }
  bool operator==(CountingIterator const& other) const { return at_ == other.at_; }
  bool operator!=(CountingIterator const& other) const { return at_ != other.at_; }

 private:
  char const* at_;
  std::size_t* n_read_;
};

class Places {
 public:
  Places(std::string_view text, std::string const& source) : text_(text), source_(source) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') ends_.push_back(i);
    }
  }
  Place at(std::size_t position) const {
    auto const line = std::lower_bound(ends_.begin(), ends_.end(), position);
    std::size_t const begin = line == ends_.begin() ? 0 : *(line - 1) + 1;
    return {source_, static_cast<int>(line - ends_.begin()) + 1, static_cast<int>(position - begin) + 1};
  }
  // Of the text whose closing quote is the last character that was read.
  Place of_text(std::size_t n_read) const {
    std::size_t i = n_read - 1;
    while (i > 0) {
      --i;
      std::size_t backslashes = 0;
      while (backslashes < i && text_[i - 1 - backslashes] == '\\') ++backslashes;
      if (text_[i] == '"' && backslashes % 2 == 0) break;
    }
    return at(i);
  }
  // Of a number, true, false or null; the parser has looked at one character behind a number.
  Place of_word(std::size_t n_read, bool number) const {
    auto const belongs = [&](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == '+' || c == '-' || c == '.';
    };
    std::size_t i = n_read;
    if (number && i > 0 && !belongs(text_[i - 1])) --i;
    while (i > 0 && belongs(text_[i - 1])) --i;
    return at(i);
  }

 private:
  std::string_view text_;
  std::string source_;
  std::vector<std::size_t> ends_;  // of lines
};

class Builder : public nlohmann::json_sax<Json> {
 public:
  Builder(Places const& places, std::size_t const& n_read, Problems& problems)
      : places_(places), n_read_(n_read), problems_(problems) {}
  Value root{};

  bool null() override { return scalar(nullptr, places_.of_word(n_read_, false)); }
  bool boolean(bool value) override { return scalar(value, places_.of_word(n_read_, false)); }
  bool number_integer(number_integer_t value) override { return scalar(value, places_.of_word(n_read_, true)); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(value, places_.of_word(n_read_, true)); }
  bool number_float(number_float_t value, string_t const&) override {
    return scalar(value, places_.of_word(n_read_, true));
  }
  bool string(string_t& value) override { return scalar(std::move(value), places_.of_text(n_read_)); }
  bool binary(binary_t&) override { return false; }  // not in text
  bool start_object(std::size_t) override { return start(Value::Kind::object); }
  bool start_array(std::size_t) override { return start(Value::Kind::list); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool key(string_t& text) override {
    Place const place = places_.of_text(n_read_);
    auto const& names = open_.back().names;
    auto const first = std::find_if(names.begin(), names.end(), [&](auto const& n) { return n.text == text; });
    if (first != names.end()) {
      problems_.report("config", 115, place,
                       {"\"", shortened(text), "\": expected once, is given at ", first->place.text(), " too"});
    }
    open_.back().names.push_back({std::move(text), place});
    return true;
  }
  bool parse_error(std::size_t position, std::string const&, nlohmann::json::exception const& error) override {
    std::string what = error.what();
    for (std::string_view const mark : {"syntax error", "number overflow"}) {
      if (std::size_t const at = what.find(mark); at != std::string::npos) what.erase(0, at);
    }
    problems_.report("config", 113, places_.at(position > 0 ? position - 1 : 0), {"expected JSON: ", shortened(what)});
    return false;
  }

 private:
  static std::string shortened(std::string_view text) {
    return text.size() <= 200 ? std::string(text) : std::string(text.substr(0, 200)) + "...";
  }
  bool scalar(Json value, Place place) { return add({.scalar = std::move(value), .place = std::move(place)}); }
  bool start(Value::Kind kind) {
    Place const place = places_.at(n_read_ - 1);
    if (open_.size() == deepest) {
      problems_.report("config", 114, place, {"expected at most ", deepest, " objects and lists within each other"});
      return false;
    }
    open_.push_back({.kind = kind, .place = place});
    return true;
  }
  bool end() {
    Value done = std::move(open_.back());
    open_.pop_back();
    return add(std::move(done));
  }
  bool add(Value value) {
    if (open_.empty()) {
      root = std::move(value);
    } else {
      open_.back().items.push_back(std::move(value));
    }
    return true;
  }

  Places const& places_;
  std::size_t const& n_read_;
  Problems& problems_;
  std::vector<Value> open_;
};

}  // namespace tree

// Nothing, and at least one problem more, where it cannot be read.
inline std::optional<Value> parse(std::string_view text, std::string const& source, Problems& problems) {
  tree::Places const places(text, source);
  if (!is_utf8(text)) {
    std::size_t good = 0;  // the end of the last line that is UTF-8
    for (std::size_t end = 0; (end = text.find('\n', good)) != text.npos && is_utf8(text.substr(good, end - good));) {
      good = end + 1;
    }
    for (bool more = true; std::exchange(more, false);) {
      for (std::size_t n = 1; n <= 4 && good + n <= text.size() && !more; ++n) {
        if (is_utf8(text.substr(good, n))) good += n, more = true;
      }
    }
    problems.report("config", 112, places.at(good), {"expected text in UTF-8, found other bytes: save it as UTF-8"});
    return std::nullopt;
  }
  std::size_t n_read = 0, n_end = 0;
  std::size_t const before = problems.all().size();
  tree::Builder builder(places, n_read, problems);
  bool const read = Json::sax_parse(tree::CountingIterator(text.data(), &n_read),
                                    tree::CountingIterator(text.data() + text.size(), &n_end), &builder,
                                    Json::input_format_t::json, true, true);
  if (!read || problems.all().size() > before) return std::nullopt;
  return std::move(builder.root);
}

}  // namespace dynvision::config
