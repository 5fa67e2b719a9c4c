// Messages, put together.
#pragma once
#include <dynvision/core/error.hpp>

namespace dynvision {

DYNVISION_INLINE void MessagePart::append_to(std::string& all) const {
  if (kind_ == Kind::text) {
    all += text_;
  } else if (kind_ == Kind::integer) {
    all += number_text(integer_);
  } else if (kind_ == Kind::natural) {
    all += number_text(natural_);
  } else {
    all += number_text(real_, kind_ == Kind::single ? 7 : 10);
  }
}

[[gnu::noinline]] DYNVISION_INLINE std::string joined(std::initializer_list<MessagePart> parts) {
  std::string text;
  for (MessagePart const& part : parts) part.append_to(text);
  return text;
}

[[gnu::noinline]] DYNVISION_INLINE void fail(std::string_view area, int number, std::string_view message) {
  throw Error(area, number, message);
}

[[gnu::noinline]] DYNVISION_INLINE void fail(std::string_view area, int number,
                                             std::initializer_list<MessagePart> parts) {
  throw Error(area, number, joined(parts));
}

DYNVISION_INLINE int edit_distance(std::string_view a, std::string_view b) {
  std::vector<int> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      int const substituted = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min(std::min(row[j], row[j - 1]) + 1, substituted);
    }
  }
  return row[b.size()];
}

[[gnu::noinline]] DYNVISION_INLINE std::string expected_one_of(std::string_view given,
                                                               std::vector<std::string_view> const& names) {
  std::string all;
  std::string_view best;
  int distance = static_cast<int>(given.size() / 2) + 2;
  for (std::string_view const name : names) {
    all += all.empty() ? "" : " | ";
    all += name;
    if (int const d = edit_distance(given, name); d < distance) distance = d, best = name;
  }
  if (names.empty()) all = "none (there are no names to choose from)";
  if (names.size() > 24) all = joined({"one of ", names.size(), " names"});
  return best.empty() ? joined({"expected ", all}) : joined({"expected ", all, " (did you mean \"", best, "\"?)"});
}

}  // namespace dynvision
