// Warnings: what is valid and hardly meant, or slow. Numbered as errors are, and said once in a program (warn_once), or, where
// something happens again, every time (warn).
//
//   [dynvision.model.119] tau of V1 = 1.5 ms is shorter than dt = 2 ms: ...
//
// They go where LibTorch's warnings go: to stderr, or to the handler of c10::WarningUtils::set_warning_handler. With
// c10::WarningUtils::set_warnAlways(true) each is said every time. docs/reference/errors.md lists every number.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/inline.hpp>

namespace dynvision {

[[gnu::cold]] void warn_once(std::string_view area, int number, std::initializer_list<MessagePart> parts);
[[gnu::cold]] void warn(std::string_view area, int number, std::initializer_list<MessagePart> parts);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/core/warning.ipp>
#endif
