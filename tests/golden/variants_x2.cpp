#include "variants_of.hpp"

void golden::add_x2(Variants& variants) {
  VariantsOf<DyRCNNx2> of{variants, "DyRCNNx2"};
  of.add<None, Output>("none", "output");
  of.add_any<Output>("output");
  of.add_keeping<Output>("output");
  of.add_any<Input>("input");
}
