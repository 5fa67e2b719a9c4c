#include "make_model.hpp"

#include <dynvision/variants/first_use.hpp>

namespace program {

dynvision::AnyModel make_model(Study const& study, dynvision::Options const& options) {
  if (study.own_model.empty()) return dynvision::make_model(study.values.structure, options);
  std::size_t const colon = study.own_model.find(".hpp:");
  if (colon == study.own_model.npos) {
    dynvision::fail(
        "program", 109,
        {"--model \"", study.own_model, "\": expected a header and the name of a type, such as my_areas.hpp:MyNet"});
  }
  std::string const file = study.own_model.substr(0, colon + 4), named = study.own_model.substr(colon + 5);
  std::string type = named;
  if (is_family(named)) {
    std::string const known = dynvision::type_of(study.values.structure);  // "DyRCNNx4<Self, NoSkip>"
    type = named.substr(0, named.find('<')) + known.substr(known.find('<'));
  }
  return dynvision::own_model(file, type, options);
}

}  // namespace program
