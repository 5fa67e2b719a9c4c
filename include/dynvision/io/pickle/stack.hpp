// The stack, marks and memo of a pickle machine.
//
// Nothing below the newest mark can be reached. A memo key must be one that the pickle can have stored by now,
// since a large one would only cost memory.
//
// Errors: io.224, io.225.
#pragma once
#include <dynvision/io/pickle/value.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace dynvision {

class PickleStack {
 public:
  using Kind = PickleKind;
  PickleStack(PickleValues& values, std::string where) : values_(values), where_(std::move(where)) {}

  void clear() { stack_.clear(), marks_.clear(), memo_.clear(); }
  void push(PickleIndex index) { stack_.push_back(index); }
  PickleIndex top() const {
    if (stack_.size() <= floor()) refuse("a value on the stack, found none");
    return stack_.back();
  }
  PickleIndex pop() {
    PickleIndex const index = top();
    stack_.pop_back();
    return index;
  }
  PickleIndex pop(Kind kind, char const* what) {
    PickleIndex const index = pop();
    if (!values_.is(index, kind)) refuse(what);
    return index;
  }

  // Protocol 0 has no operation of its own that takes a mark away.
  void pop_or_unmark() {
    if (!marks_.empty() && stack_.size() == marks_.back()) {
      marks_.pop_back();
    } else {
      pop();
    }
  }

  void mark() { marks_.push_back(stack_.size()); }
  // How many values follow the newest mark, which goes.
  std::size_t from_mark() {
    if (marks_.empty()) refuse("a mark on the stack, found none");
    std::size_t const n = stack_.size() - marks_.back();
    marks_.pop_back();
    return n;
  }
  void drop(std::size_t n) { stack_.resize(stack_.size() - n); }

  // Moves the newest n values into the container below them. An object that takes values is a container of its class.
  void append(std::size_t n, Kind kind) {
    bool const possible = stack_.size() - floor() > n && !odd(n, kind);
    if (!possible) refuse("a container, and values for it");
    PickleValue& into = values_[stack_[stack_.size() - n - 1]];
    if (into.kind == Kind::object) {
      into.kind = kind;
      into.items.clear();
    }
    bool const of_a_class = !into.text.empty();  // that takes values in two ways: one is enough here
    if (into.kind != kind && !of_a_class) refuse("a container, and values for it");
    if (into.kind == kind) {
      into.items.insert(into.items.end(), stack_.end() - static_cast<std::ptrdiff_t>(n), stack_.end());
    }
    drop(n);
  }
  // Makes a container of the newest n values.
  void collect(std::size_t n, Kind kind) {
    if (stack_.size() - floor() < n || odd(n, kind)) refuse("values for a container");
    PickleIndex const index = values_.add(kind);
    values_[index].items.assign(stack_.end() - static_cast<std::ptrdiff_t>(n), stack_.end());
    drop(n);
    push(index);
  }

  std::size_t n_remembered() const { return memo_.size(); }
  void remember(std::uint64_t key, std::size_t position) {
    if (key > position) fail("io", 225, {where_, "expected memo keys in sequence, found ", key});
    if (key >= memo_.size()) memo_.resize(key + 1, nothing);
    memo_[key] = top();
  }
  void recall(std::uint64_t key) {
    if (key >= memo_.size() || memo_[key] == nothing) {
      fail("io", 225, {where_, "expected a memo key that was stored before, found ", key});
    }
    push(memo_[key]);
  }

  [[noreturn]] void refuse(char const* expected) const { fail("io", 224, {where_, "expected ", expected}); }

 private:
  static constexpr PickleIndex nothing = std::numeric_limits<PickleIndex>::max();
  static bool odd(std::size_t n, Kind kind) { return kind == Kind::dict && n % 2 != 0; }
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  PickleValues& values_;
  std::string where_;
  std::vector<PickleIndex> stack_, memo_;
  std::vector<std::size_t> marks_;
};

}  // namespace dynvision
