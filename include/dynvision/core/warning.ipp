// Once for each place.
#pragma once
#include <dynvision/core/warning.hpp>

#include <c10/util/Exception.h>

#include <mutex>
#include <utility>

namespace dynvision {

[[gnu::noinline]] DYNVISION_INLINE void warn_once(std::string_view area, int number,
                                                  std::initializer_list<MessagePart> parts) {
  static std::mutex access;
  static std::vector<std::pair<std::string, int>> said;
  if (!c10::WarningUtils::get_warnAlways()) {
    std::lock_guard const lock(access);
    std::pair<std::string, int> const one(area, number);
    if (std::find(said.begin(), said.end(), one) != said.end()) return;
    said.push_back(one);
  }
  warn(area, number, parts);
}

[[gnu::noinline]] DYNVISION_INLINE void warn(std::string_view area, int number,
                                             std::initializer_list<MessagePart> parts) {
  TORCH_WARN(joined({"[dynvision.", area, ".", number, "] ", joined(parts)}));
}

}  // namespace dynvision
