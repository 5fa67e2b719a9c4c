#include "variants_of.hpp"

void golden::add_x4(Variants& variants) {
  VariantsOf<DyRCNNx4> of{variants, "DyRCNNx4"};
  of.add<None, Output>("none", "output");
  of.add_any<Output>("output");
  of.add_keeping<Output>("output");
  of.add_any<Input>("input");
}
