#include "variants_of.hpp"

void golden::add_x8(Variants& variants) {
  VariantsOf<DyRCNNx8> of{variants, "DyRCNNx8"};
  of.add<None, Output>("none", "output");
  of.add_any<Output>("output");
  of.add_keeping<Output>("output");
  of.add_any<Input>("input");
  of.add_any<Middle>("middle");
  of.add_keeping<Middle>("middle");
}
