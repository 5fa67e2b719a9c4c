// The number of the error that a call ends with; 0: none.
#pragma once
#include <dynvision/core/error.hpp>

template <class Call> int error_number(Call const& call) {
  try {
    call();
  } catch (dynvision::Error const& error) {
    return error.number();
  }
  return 0;
}
template <class Call> std::string error_text(Call const& call) {
  try {
    call();
  } catch (dynvision::Error const& error) {
    return error.what();
  }
  return "";
}
