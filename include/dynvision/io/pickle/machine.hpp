// A restricted pickle machine: it builds plain data and containers, and never calls, imports or makes anything.
//
// A pickle is a program for a stack machine. The operations that name and call Python objects (GLOBAL, REDUCE, NEWOBJ,
// INST, persistent ids …) do nothing here but ask `meaning`, which knows a short list of names. What it does not know stays
// an object: the name of its class, and the state that BUILD gives it, which are data; objects that are filled with values
// (subclasses of dict, list, set) become containers of that class. Memory is bounded by the size of the pickle: every value
// and every memo entry costs at least one of its bytes, and a value that is referred to many times is there once.
//   meaning.call(values, callee, arguments)      REDUCE, NEWOBJ, … -> index of the result, or nothing: not understood
//   meaning.persistent(values, id)               persistent id -> index of the result
// Source: Python's pickletools (protocols 0 to 5).
//
// Errors: io.222, io.223, and those of io/pickle/stack.hpp, io/pickle/value.hpp and io/pickle/text_literal.hpp.
#pragma once
#include <dynvision/io/pickle/bytes.hpp>
#include <dynvision/io/pickle/literal.hpp>
#include <dynvision/io/pickle/stack.hpp>
#include <dynvision/io/pickle/value.hpp>

#include <cstddef>
#include <optional>
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
        return stack_.pop_or_unmark(), true;
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
      case 'p':
        return stack_.remember(bytes_.decimal(), bytes_.position()), true;
      case 'g':
        return stack_.recall(bytes_.decimal()), true;
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
    switch (operation) {
      case 0x80:
        if (auto const version = bytes_.number(1); version > 5) {
          fail("io", 222, {bytes_.where(), "expected a protocol up to 5, found ", version});
        }
        return true;
      case 0x95:
        return bytes_.take(8), true;  // the length of a frame: a hint for those who read in blocks
      case 'c': {
        std::string_view const module = bytes_.line(), name = bytes_.line();
        return stack_.push(values_.add(Kind::global, module, name)), true;
      }
      case 0x93: {
        PickleIndex const name = stack_.pop(Kind::text, "a text"), module = stack_.pop(Kind::text, "a text");
        return stack_.push(values_.add(Kind::global, values_[module].text, values_[name].text)), true;
      }
      case 0x82:  // numbers of a registry that only the program that wrote them has
      case 0x83:
      case 0x84:
        bytes_.take(operation == 0x84 ? 4 : operation - 0x81U);
        return stack_.push(values_.add(Kind::global, "copyreg", "extension")), true;
      case 'R':
      case 0x81: {
        PickleIndex const arguments = stack_.pop(), callee = stack_.pop();
        return stack_.push(called(callee, arguments)), true;
      }
      case 0x92: {
        PickleIndex const named = stack_.pop(), arguments = stack_.pop(), callee = stack_.pop();
        bool const plain = values_.is(named, Kind::dict) && values_[named].items.empty();
        return stack_.push(plain ? called(callee, arguments) : object_of(callee)), true;
      }
      case 'i': {
        std::string_view const module = bytes_.line(), name = bytes_.line();
        stack_.collect(stack_.from_mark(), Kind::tuple);
        PickleIndex const arguments = stack_.pop();
        return stack_.push(called(values_.add(Kind::global, module, name), arguments)), true;
      }
      case 'o': {
        std::size_t const n = stack_.from_mark();
        if (n == 0) stack_.refuse("a name before a call");
        stack_.collect(n - 1, Kind::tuple);
        PickleIndex const arguments = stack_.pop(), callee = stack_.pop();
        return stack_.push(called(callee, arguments)), true;
      }
      case 'b':
        return build(stack_.pop()), true;
      case 'Q':
        return stack_.push(meaning_.persistent(values_, stack_.pop())), true;
      case 'P': {
        std::string_view const id = bytes_.line(bytes_.rest().size());
        return stack_.push(meaning_.persistent(values_, values_.add(Kind::text, id))), true;
      }
      default:
        return false;
    }
  }

  PickleIndex called(PickleIndex callee, PickleIndex arguments) {
    if (!values_.is(arguments, Kind::tuple) && !values_.is(arguments, Kind::object)) {
      stack_.refuse("a tuple before a call");
    }
    if (values_.is(callee, Kind::global) && values_.is(arguments, Kind::tuple)) {
      if (std::optional<PickleIndex> const result = meaning_.call(values_, callee, arguments)) return *result;
    }
    return object_of(callee);
  }
  PickleIndex object_of(PickleIndex callee) {
    if (!values_.is(callee, Kind::global) && !values_.is(callee, Kind::object)) stack_.refuse("a name before a call");
    return values_.add(Kind::object, values_[callee].module, values_[callee].text);
  }

  // The state of an object. Attributes of a container or a tensor (`_metadata`) are no numbers.
  void build(PickleIndex state) {
    PickleValue& top = values_[stack_.top()];
    if (top.kind < Kind::list) stack_.refuse("an object that has attributes");
    if (top.kind == Kind::object) top.items.assign(1, state);
  }

  PickleValues& values_;
  Meaning& meaning_;
  PickleBytes bytes_;
  PickleStack stack_;
};

}  // namespace dynvision
