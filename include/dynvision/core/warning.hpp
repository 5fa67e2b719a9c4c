// Warnings: what is valid and hardly meant, or slow. Numbered as errors are, and said once in a program.
//
//   [dynvision.model.119] tau of V1 = 1.5 ms is shorter than dt = 2 ms: ...
//
// They go where LibTorch's warnings go: to stderr, or to the handler of c10::WarningUtils::set_warning_handler. With
// c10::WarningUtils::set_warnAlways(true) each is said every time. docs/reference/errors.md lists every number.
#pragma once
#include <dynvision/core/error.hpp>

#include <c10/util/Exception.h>

#include <mutex>
#include <utility>

namespace dynvision {

[[gnu::cold, gnu::noinline]] inline void warn_once(std::string_view area, int number,
                                                   std::initializer_list<MessagePart> parts) {
  static std::mutex access;
  static std::vector<std::pair<std::string, int>> said;
  if (!c10::WarningUtils::get_warnAlways()) {
    std::lock_guard const lock(access);
    std::pair<std::string, int> const one(area, number);
    if (std::find(said.begin(), said.end(), one) != said.end()) return;
    said.push_back(one);
  }
  TORCH_WARN(joined({"[dynvision.", area, ".", number, "] ", joined(parts)}));
}

}  // namespace dynvision
