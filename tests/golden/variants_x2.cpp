#include "variants_of.hpp"

void golden::add_x2(Variants& variants) {
  VariantsOf<DyRCNNx2> of{variants, "DyRCNNx2"};
  of.add_full();
  of.add<NoRecurrence, ToOutput>("none", "output");
  of.add_any<ToOutput>("output");
  of.add_keeping<ToOutput>("output");
  of.add_any<ToInput>("input");
}
