// The published reference networks as subjects of bench.worker; the number of steps between areas is theirs.
#include <dynvision/cordsnet.hpp>
#include <dynvision/cornet_rt.hpp>

#include "subject.hpp"

namespace bench {

Subject published_subject(Case const& chosen) {
  std::array<int, 3> const dims{3, chosen.size, chosen.size};
  if (chosen.model == "cordsnet") {
    return subject_of(chosen, std::make_shared<CordsNet<>>(Options{.n_classes = 10, .input_dims = dims, .seed = 1}));
  }
  return subject_of(chosen, std::make_shared<CorNetRT<>>(Options{.n_classes = 10, .input_dims = dims, .seed = 1}));
}

}  // namespace bench
