// What a configuration says of a study: all described structs together, in the toolbox's sections.
#pragma once
#include <dynvision/config/described/data_settings.hpp>
#include <dynvision/config/described/fit_settings.hpp>
#include <dynvision/config/described/optimizer_settings.hpp>
#include <dynvision/config/described/options.hpp>
#include <dynvision/config/described/program/mode_settings.hpp>
#include <dynvision/config/described/program/program_settings.hpp>
#include <dynvision/config/described/program/stimulus_settings.hpp>
#include <dynvision/config/described/run_settings.hpp>
#include <dynvision/config/described/structure.hpp>
#include <dynvision/config/described/trial_settings.hpp>
#include <dynvision/config/study.hpp>

namespace dynvision::config {

template <> struct Description<Study> {
  static constexpr std::string_view section = "";
  static constexpr auto fields = hana::make_tuple(
      inner<&Study::structure>(), inner<&Study::options>(), inner<&Study::trial>(), inner<&Study::run>(),
      inner<&Study::loss>(), inner<&Study::optimizer>(), inner<&Study::lr_scaling>("lr_scaling."),
      inner<&Study::weights>(), inner<&Study::fit>(), inner<&Study::record>(), inner<&Study::data>(),
      inner<&Study::stimulus>(), inner<&Study::modes>(), inner<&Study::program>());
};

}  // namespace dynvision::config
