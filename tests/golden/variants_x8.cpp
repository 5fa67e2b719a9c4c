#include "variants_of.hpp"

void golden::add_x8(Variants& variants) {
  VariantsOf<DyRCNNx8> of{variants, "DyRCNNx8"};
  of.add_full();
  of.add<NoRecurrence, ToOutput>("none", "output");
  of.add_any<ToOutput>("output");
  of.add_keeping<ToOutput>("output");
  of.add_any<ToInput>("input");
  of.add_any<ToMiddle>("middle");
  of.add_keeping<ToMiddle>("middle");
}
