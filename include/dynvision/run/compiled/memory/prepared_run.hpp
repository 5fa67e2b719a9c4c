// PreparedRun: a run on the compiled path, put together before it starts; without the type of its model.
//
// What both sweeps need and no step changes: the timetable, the stages, and for each node what its kind has prepared. It is
// filled by PreparedRunOf (run/compiled/prepare/prepare.hpp), the one place where the operations of the model have types.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/kernels/device/engine.hpp>
#include <dynvision/operations/linear_head.hpp>
#include <dynvision/run/compiled/graph/timetable.hpp>
#include <dynvision/run/compiled/memory/address_list.hpp>
#include <dynvision/run/compiled/memory/gradient_sums.hpp>
#include <dynvision/run/compiled/memory/node_functions.hpp>
#include <dynvision/run/compiled/memory/results.hpp>
#include <dynvision/run/compiled/memory/tape.hpp>
#include <dynvision/run/monitors.hpp>

#include <array>
#include <memory>
#include <string_view>

namespace dynvision::run {

// A node of the graph with what its kind has prepared for it.
struct PreparedNode {
  Node const* node = nullptr;
  NodeFunctions const* functions = nullptr;
  std::shared_ptr<void> self{};                    // what the kind has prepared
  bool keeps_input = false, keeps_output = false;  // for the reverse sweep

  void operand(ForwardContext& at, kernels::Arguments& arguments, kernels::RoleArguments& role) const;
  void adjoint_operand(ReverseContext& at, kernels::Arguments& arguments, kernels::RoleArguments& role,
                       kernels::AdjointArguments& adjoint, kernels::AdjointRoleArguments& of_role) const;
  void prepare_adjoint(ReverseContext& at) const;
  void scatter(ReverseContext& at, Tensor const& g) const;
  Tensor handed_on(ForwardContext& at, int s) const { return functions->handed_on(self.get(), at, *node, s); }
  Tensor handed_on(ReverseContext& at, int s) const { return functions->handed_on_again(self.get(), at, *node, s); }
  void hand_back(ReverseContext& at, int s, int t, Tensor const& g, bool is_free) const {
    functions->hand_back(self.get(), at, *node, s, t, g, is_free);
  }
  Tensor forward(ForwardContext& at, Tensor const& x) const { return functions->forward(self.get(), at, *node, x); }
  void adjoint(ReverseContext& at) const { functions->adjoint(self.get(), at, *node); }
  Tensor forward_again(ReverseContext& at, Tensor const& x) const;
  void finish(GradientSums& sums) const;
  void release_forward_weight() const;
  Flops flops() const { return functions->flops ? functions->flops(self.get(), *node) : Flops{}; }
};

// A pipeline of neighbouring roles, or a single node.
struct Stage {
  int layer = 0;
  std::size_t first = 0, last = 0;  // nodes
  void const* pipeline = nullptr;   // null: a single node
  void (*forward)(void const* pipeline, kernels::Engine const&, kernels::Arguments const&) = nullptr;
  void (*reverse)(void const* pipeline, kernels::Engine const&, kernels::Arguments const&,
                  kernels::AdjointArguments const&) = nullptr;
};

class PreparedRun {
 public:
  Stimulus stimulus;
  Settings settings;
  kernels::Engine engine;
  kernels::Layout layout;
  at::TensorOptions options;                  // of signals
  at::TensorOptions parameter_options;        // of parameters
  std::int64_t batch;                         // samples that are computed together: those of a group
  std::int64_t first_sample = 0;              // of the group
  std::vector<std::string_view> layer_names;  // [layer]
  std::vector<std::string> state_names;     // [state]: the layers' responses, by the names of these; then named states
  std::vector<int> model_memory;            // [state] steps that an operation may look back
  std::vector<kernels::Shape> state_shape;  // [state]; size 0: the layer stores nothing
  Timetable table;
  NoiseSource noise;
  std::vector<Tensor> tau;  // [layer] [ms] of its equation; undefined: it has none
  GradientSums gradients;
  std::vector<PreparedNode> nodes;
  std::vector<Stage> stages;
  PreparedNode head;                       // without functions: there is none, or it is the classifier
  Classifier const* classifier = nullptr;  // the head, if it is one
  std::int64_t n_classes = 0;
  bool head_is_readout = false;    // a linear map of all units
  bool reads_out_at_once = false;  // it is applied to all steps at once, after the sweep: of models without places
  StaticPrefix frames_by_step{};   // of the group, for all its segments; without `out`: it has not been made
  bool classifies_blocks = false;  // the classifier is applied block by block, so that what it gets need not be kept
  std::vector<Segment> segments;   // of each group
  std::size_t first_kept = 0;      // segment; those before are idle
  std::vector<Group> groups;
  AddressList addresses;
  std::vector<Tensor> alive;  // what the addresses of a pipeline point to, while it runs
  Results results;

  [[gnu::cold]] PreparedRun(Options const& model_options, std::vector<int> memory, std::vector<std::string_view> names,
                            std::vector<std::string> names_of_states, std::vector<Node> graph, int n_layers,
                            Stimulus const& shown, Settings const& numbers, Monitors const& monitors,
                            kernels::Engine by, bool live);
  PreparedRun(PreparedRun const&) = delete;  // operations are known by their addresses
  PreparedRun& operator=(PreparedRun const&) = delete;

  // What the first step of the timetable is since the start of all.
  int first_step() const { return settings.start.defined() ? settings.start.step - table.n_given : 0; }
  std::int64_t n_samples() const { return stimulus.frames.size(0); }
  // From here on the samples of this group are computed.
  void enter(Group const& group);
  // Those of the group, of x (B, ...), or of (1, ...), which is the same for all.
  Tensor of_group(Tensor const& x) const { return x.size(0) > 1 ? x.narrow(0, first_sample, batch) : x; }

  // Whether a parameter of a node before this one learns.
  bool learns_before(std::size_t p) const { return first_learned_ < p; }
  Node const& node(std::size_t p) const { return table.nodes[p]; }
  // Whether a state is stored before a node is reached.
  bool stores_before(int state, std::size_t p) const;
  at::ScalarType dtype() const { return engine.dtype; }
  // Whether what is kept is kept in bfloat16, which signals have not.
  bool stores_bfloat16() const { return settings.store_bfloat16 && dtype() != at::kBFloat16; }
  std::int64_t rows(int n) const { return n * batch; }
  Tensor empty(std::int64_t n, kernels::Shape const& shape) const { return layout.empty(n, shape, options); }

  // A number of all units [], of each channel (C,1,1) or unit (C,H,W), as (1,C,H,W) in the dtype and layout of the signals.
  Tensor of_units(Tensor const& x, kernels::Shape const& in) const {
    return layout.of(x.detach().to(dtype()).expand({1, in.channels, in.height, in.width}).clone());
  }

  // Room for n states of a layer from index s on. A state has the same alignment in every segment: some libraries of
  // linear algebra add up in an order that depends on it, and a checkpointed run is to equal a stored one to the bit.
  Tensor state_buffer(std::size_t l, int s, int n) const;
  // The indices [first,last) whose states a segment holds: those that exist, and a past of its own if it has one.
  std::pair<int, int> held(Segment const& segment, std::size_t l, bool has_past) const;
  double pixels_of_head() const;  // a Classifier takes the mean over so many
  // The given states of a layer (Settings::start), of the samples of the group, as rows from index s on; undefined: none.
  Tensor given_states(std::size_t l, int s) const;
  // The last states of a layer that were computed, from this step on, are what the next run starts from.
  int first_last_step(std::size_t l) const { return std::max(table.n_given, table.n_steps - model_memory[l]); }
  // The rows of n steps of a state from index s on, in a segment that holds states.
  Tensor state_rows(Segment const& segment, int state, int s, int n) const;
  void* state_data(Segment const& segment, int state, int s) const;
  void* at(void* first, std::int64_t number) const { return kernels::at_number(engine, first, number); }
  void const* at(void const* first, std::int64_t number) const { return kernels::at_number(engine, first, number); }

  // n addresses, one block of `batch` samples after the other.
  void** side_by_side(void* first, int n, std::int64_t size) { return list_of(first, n, batch * size); }
  // n addresses, so many numbers apart.
  void** list_of(void* first, int n, std::int64_t apart);
  void** steps_of(Tensor const& x, int n, bool shared, std::int64_t size);
  void** same_for_all(void* address, int n);
  // A state so many indices before each step of a block, null where there is none.
  void** earlier_states(Segment const& segment, int state, int lag, Block const& block);
  Tensor modulation(int layer) const { return settings.modulation_of(layer_names[static_cast<std::size_t>(layer)]); }
  // t: step of the timetable.
  double tau_factor(int layer, int t) const {
    return settings.tau_factor(layer_names[static_cast<std::size_t>(layer)], t - table.idle);
  }
  bool has_tau_factors(int layer) const {
    return std::any_of(settings.tau_factors.begin(), settings.tau_factors.end(),
                       [&](auto const& one) { return one.first == layer_names[static_cast<std::size_t>(layer)]; });
  }
  Tensor external(int layer) const { return settings.external_to(layer_names[static_cast<std::size_t>(layer)]); }

 protected:
  std::size_t first_learned_ = std::size_t(-1);  // node

  // What adjoints look at is kept, unless it can be had from the states.
  [[gnu::cold]] void decide_what_to_keep();

 private:
  [[gnu::cold]] Timetable timetable_of(std::vector<Node> graph, int n_layers, Monitors const& monitors, bool live);
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/memory/prepared_run.ipp>
#endif
