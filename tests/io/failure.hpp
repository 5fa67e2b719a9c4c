// The number of the error that a call ends with ("io.131"), "none" without one.
#pragma once
#include <dynvision/core/error.hpp>

#include <string>

template <class Call> std::string failure(Call&& call) {
  try {
    call();
  } catch (dynvision::Error const& error) {
    return error.area() + "." + std::to_string(error.number());
  }
  return "none";
}
template <class Call> std::string message(Call&& call) {
  try {
    call();
  } catch (dynvision::Error const& error) {
    return error.what();
  }
  return "";
}
