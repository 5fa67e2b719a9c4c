// A restricted pickle machine: it builds plain data and containers, and never calls, imports or makes anything.
//
// A pickle is a program for a stack machine. The operations that name and call Python objects (GLOBAL, REDUCE,
// NEWOBJ, BUILD, persistent ids) do nothing here but ask `meaning`, which knows a short list of names; every other name is
// refused. Memory is bounded by the size of the pickle: every value and every memo entry costs at least one of its bytes,
// and a value that is referred to many times is there once.
//   meaning.knows(name)                          whether "module.name" may be mentioned
//   meaning.call(values, callee, arguments)      REDUCE, NEWOBJ -> index of the result
//   meaning.persistent(values, id)               persistent id -> index of the result
// Source: Python's pickletools (protocols 0 to 5); the choice of operations follows torch.load(weights_only=True).
//
// Errors: io.222, io.223, io.226, and those of io/pickle/stack.hpp and io/pickle/value.hpp.
#pragma once
#include <dynvision/io/pickle/bytes.hpp>
#include <dynvision/io/pickle/literal.hpp>
#include <dynvision/io/pickle/stack.hpp>
#include <dynvision/io/pickle/value.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace dynvision {

template <class Meaning> class PickleMachine {
 public:
  PickleMachine(PickleValues& values, Meaning& meaning, std::string_view bytes)
      : values_(values),
        meaning_(meaning),
        bytes_(bytes, values.file() + ": pickle: "),
        stack_(values, values.file() + ": pickle: ") {}

  // Runs one pickle; rest() is what follows it.
  PickleIndex run() {
    stack_.clear();
    while (true) {
      auto const operation = static_cast<unsigned char>(bytes_.take(1)[0]);
      if (operation == '.') return stack_.pop();
      if (auto const literal = pickle_literal(values_, bytes_, operation)) {
        stack_.push(*literal);
      } else if (!container(operation) && !object(operation)) {
        static constexpr std::string_view digits = "0123456789abcdef";
        fail("io", 223,
             {bytes_.where(), "expected plain data and tensors, found the operation 0x",
              std::string{digits[operation >> 4U], digits[operation & 15U]}});
      }
    }
  }
  std::string_view rest() const noexcept { return bytes_.rest(); }

 private:
  using Kind = PickleKind;

  bool container(unsigned char operation) {
    switch (operation) {
      case '(':
        return stack_.mark(), true;
      case '0':
        return stack_.pop(), true;
      case '1':
        return stack_.drop(stack_.from_mark()), true;
      case '2':
        return stack_.push(stack_.top()), true;
      case ')':
        return stack_.push(PickleValues::empty_tuple), true;
      case ']':
        return stack_.push(values_.add(Kind::list)), true;
      case '}':
        return stack_.push(values_.add(Kind::dict)), true;
      case 0x8f:
        return stack_.push(values_.add(Kind::set)), true;
      case 'q':
        return stack_.remember(bytes_.number(1), bytes_.position()), true;
      case 'r':
        return stack_.remember(bytes_.number(4), bytes_.position()), true;
      case 0x94:
        return stack_.remember(stack_.n_remembered(), bytes_.position()), true;
      case 'h':
        return stack_.recall(bytes_.number(1)), true;
      case 'j':
        return stack_.recall(bytes_.number(4)), true;
      case 'a':
        return stack_.append(1, Kind::list), true;
      case 'e':
        return stack_.append(stack_.from_mark(), Kind::list), true;
      case 0x90:
        return stack_.append(stack_.from_mark(), Kind::set), true;
      case 's':
        return stack_.append(2, Kind::dict), true;
      case 'u':
        return stack_.append(stack_.from_mark(), Kind::dict), true;
      case 0x85:
        return stack_.collect(1, Kind::tuple), true;
      case 0x86:
        return stack_.collect(2, Kind::tuple), true;
      case 0x87:
        return stack_.collect(3, Kind::tuple), true;
      case 't':
        return stack_.collect(stack_.from_mark(), Kind::tuple), true;
      case 'l':
        return stack_.collect(stack_.from_mark(), Kind::list), true;
      case 'd':
        return stack_.collect(stack_.from_mark(), Kind::dict), true;
      case 0x91:
        return stack_.collect(stack_.from_mark(), Kind::set), true;
      default:
        return false;
    }
  }

  bool object(unsigned char operation) {
    if (operation == 0x80) {
      if (auto const version = bytes_.number(1); version > 5) {
        fail("io", 222, {bytes_.where(), "expected a protocol up to 5, found ", version});
      }
    } else if (operation == 0x95) {
      bytes_.take(8);  // the length of a frame: a hint for those who read in blocks
    } else if (operation == 'c') {
      std::string_view const module = bytes_.line(), name = bytes_.line();
      global(module, name);
    } else if (operation == 0x93) {
      PickleIndex const name = stack_.pop(Kind::text, "a text"), module = stack_.pop(Kind::text, "a text");
      global(values_[module].text, values_[name].text);
    } else if (operation == 'R' || operation == 0x81) {
      PickleIndex const arguments = stack_.pop(Kind::tuple, "a tuple before a call");
      PickleIndex const callee = stack_.pop(Kind::global, "a name before a call");
      stack_.push(meaning_.call(values_, callee, arguments));
    } else if (operation == 'b') {
      // Attributes of a dictionary (`_metadata`) are no tensors.
      stack_.pop();
      if (!values_.is(stack_.top(), Kind::dict)) stack_.refuse("attributes only of a dictionary");
    } else if (operation == 'Q') {
      stack_.push(meaning_.persistent(values_, stack_.pop()));
    } else {
      return false;
    }
    return true;
  }

  void global(std::string_view module, std::string_view name) {
    std::string whole = std::string(module.substr(0, 500)) + "." + std::string(name.substr(0, 500));
    if (!meaning_.knows(whole)) {
      std::replace_if(
          whole.begin(), whole.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
      fail("io", 226, {bytes_.where(), "expected tensors and plain containers only, found \"", whole, "\": refused"});
    }
    stack_.push(values_.add(Kind::global, values_.keep(std::move(whole))));
  }

  PickleValues& values_;
  Meaning& meaning_;
  PickleBytes bytes_;
  PickleStack stack_;
};

}  // namespace dynvision
