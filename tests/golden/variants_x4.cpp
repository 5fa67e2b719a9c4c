#include "variants_of.hpp"

void golden::add_x4(Variants& variants) {
  VariantsOf<DyRCNNx4> of{variants, "DyRCNNx4"};
  of.add_full();
  of.add<NoRecurrence, ToOutput>("none", "output");
  of.add_any<ToOutput>("output");
  of.add_keeping<ToOutput>("output");
  of.add_any<ToInput>("input");
}
