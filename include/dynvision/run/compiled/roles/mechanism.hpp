// An operation with states of its own: y, s' = f(x, s), s: its states, one step ago.
//
// The states of a block lie in memory, and what a step stores the next one reads there. The adjoint goes the other way: what
// a step owes to the states before it is a gradient in memory, which the step before takes as one more of its own. What
// reaches back beyond the block is added to the gradient of the state there.
#pragma once
#include <dynvision/concepts/mechanism.hpp>
#include <dynvision/run/compiled/functions/fallback.hpp>
#include <dynvision/run/compiled/functions/learned_parameters.hpp>
#include <dynvision/run/compiled/functions/previous_state.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>
#include <dynvision/run/compiled/memory/unit_number.hpp>

#include <vector>

namespace dynvision::run::roles {

class Mechanism {
 public:
  template <class Op> static constexpr bool is_kind_of() { return MechanismOperation<Op>; }
  template <class Op> static auto role(Op const& op) { return mechanism(op); }
  template <class Op> static void describe(Op const&, Node& node, bool stored) {
    if (reads_response<Op>()) PreviousState::describe(node, stored);
    node.reads_input = node.sees_time = true;  // its states begin with its own first step
  }

  template <class Op> Mechanism(Op& op, Node const& node, PreparedRun& run) {
    int slot = 1;
    if (node.evolves) {
      kernels::Shape const &of = run.state_shape[index(node.layer)], &in = node.in;
      check_response({of.channels, of.height, of.width}, {in.channels, in.height, in.width}, label_of<Op>());
      inputs_.push_back(
          {slot++, node.layer, run.table.lag(node.index, node.source), run.table.carries_state(node.index)});
    }
    for (int k = 0; k < node.n_states; ++k) inputs_.push_back({slot++, node.first_state + k, 1, true});
    if constexpr (n_numbers<Op>() > 0) {
      numbers_of_ = [](void* one) -> std::vector<Tensor> {
        auto const all = static_cast<Op const*>(one)->unit_numbers();
        return {all.begin(), all.end()};
      };
      op_ = &op, parameters_ = learned_parameters(op);
      for (Tensor const& x : op.unit_numbers()) {
        numbers_.push_back({slot++, x.requires_grad(), UnitNumber(x, node.in, run)});
      }
    }
  }

  void operand(ForwardContext& at, Node const&, kernels::Arguments& arguments, kernels::RoleArguments& role) const {
    kernels::RoleArguments* const slots = &role;
    PreparedRun& run = at.run;
    for (Input const& in : inputs_) {
      slots[in.slot].operand = run.earlier_states(at.segment, in.state, in.lag, at.block);
      slots[in.slot].operand_stride = arguments.size;
      if (in.state < run.table.n_layers) continue;
      slots[in.slot].tap =
          run.side_by_side(run.state_data(at.segment, in.state, at.block.first), at.block.n, arguments.size);
    }
    set_numbers(run, at.block, slots);
  }

  // What steps of this block owe to states within it: the step before takes it at once, so room for two steps will do.
  void prepare_adjoint(ReverseContext& at, Node const& node) {
    runs_ = at.run.table.has_signal(node.index, at.run.table.step(node.index, at.block.first));
    if (!runs_) return;
    for (Input& in : inputs_) {
      in.owed = at.run.empty(at.run.rows(in.is_carried ? 1 : at.block.n), node.in);
      if (!in.is_carried || at.block.n == 1) continue;
      in.within = at.run.empty(at.run.rows(2), node.in);
      for (int i = 1; i < at.block.n; ++i) {
        if (is_owed(at, in, i))
          at.states[index(in.state)].add(index_before(at, in, i), in.within, place(at, in, i), false);
      }
    }
  }
  void adjoint_operand(ReverseContext& at, Node const&, kernels::Arguments& arguments, kernels::RoleArguments& role,
                       kernels::AdjointArguments&, kernels::AdjointRoleArguments& of_role) {
    kernels::RoleArguments* const slots = &role;
    kernels::AdjointRoleArguments* const of = &of_role;
    PreparedRun& run = at.run;
    if (!runs_) return;
    for (Input const& in : inputs_) {
      slots[in.slot].operand = at.earlier_states(in.state, in.lag, true);
      slots[in.slot].operand_stride = arguments.size;
      void** const owed = run.addresses.take(at.block.n);
      for (int i = 0; i < at.block.n; ++i) {
        owed[i] = is_owed(at, in, i) ? place(at, in, i) : nullptr;
      }
      of[in.slot].g_operand = owed;
      if (in.state >= run.table.n_layers) {
        at.gather({}, &at.states[index(in.state)], at.block.n, of[in.slot]);
      }
    }
    set_numbers(run, at.block, slots);
    for (Number& number : numbers_) {
      if (number.learns) of[number.slot].g_sum = run.same_for_all(number.of_units.gradient(run), at.block.n);
    }
  }
  void scatter(ReverseContext& at, Node const&, Tensor const&) {
    if (!runs_) return;
    for (Input& in : inputs_) {
      int const n = in.is_carried ? 1 : at.block.n;  // states of these steps lie before the block
      for (int i = 0; i < n; ++i) {
        if (is_owed(at, in, i))
          at.states[index(in.state)].add(index_before(at, in, i), in.owed, place(at, in, i), true);
      }
      in.owed = in.within = Tensor{};
    }
  }
  // Numbers may be functions of the parameters: these are differentiated once a run.
  void finish(GradientSums& sums) {
    std::vector<Tensor> g;
    bool any = false;
    for (Number& number : numbers_) {
      g.push_back(number.of_units.take_gradient());
      any = any || g.back().defined();
    }
    if (!any) return;
    add_gradients(sums, parameters_, local_gradients_of_all([&] { return numbers_of_(op_); }, parameters_, g));
  }

 private:
  struct Input {  // a state that is read
    int slot, state, lag;
    bool is_carried;          // within a block it is what the same pipeline has stored
    Tensor owed{}, within{};  // gradients of states before the block, and of those within it
  };
  struct Number {
    int slot;
    bool learns;
    UnitNumber of_units;
  };

  void set_numbers(PreparedRun& run, Block const& block, kernels::RoleArguments* slots) const {
    for (Number const& number : numbers_)
      slots[number.slot].operand = run.same_for_all(number.of_units.address(), block.n);
  }

  static int index_before(ReverseContext const& at, Input const& in, int i) { return at.block.first + i - in.lag; }
  // Whether the state before step i of the block is there, and is differentiated.
  static bool is_owed(ReverseContext const& at, Input const& in, int i) {
    Timetable const& table = at.run.table;
    int const s = index_before(at, in, i), offset = table.state_offset(in.state);
    return table.stored_at(in.state, s) && table.attached(s + offset, s + in.lag + offset);
  }
  static std::size_t index(int state) { return static_cast<std::size_t>(state); }
  // Of the gradient of the state before step i.
  static void* place(ReverseContext const& at, Input const& in, int i) {
    bool const is_within = in.is_carried && i > 0;
    std::int64_t const size = at.run.batch * at.run.state_shape[index(in.state)].size();
    return at.run.at((is_within ? in.within : in.owed).mutable_data_ptr(), (is_within ? i % 2 : i) * size);
  }
  bool runs_ = false;  // there is a signal in the block that is reversed
  std::vector<Input> inputs_{};
  std::vector<Number> numbers_{};
  void* op_ = nullptr;
  std::vector<Tensor> (*numbers_of_)(void* op) = nullptr;
  std::vector<Tensor> parameters_{};  // that learn
};

}  // namespace dynvision::run::roles
