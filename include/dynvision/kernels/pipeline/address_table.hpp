// AddressTable: the addresses of a few steps of a pipeline as a parameter of its kernel.
//
// Arguments hold lists of addresses in the memory of the host. Here they are packed into one
// table; a list is known by its place in it until the kernel has the table. A block of more steps than fit is computed by
// several kernels.
#pragma once
#include <dynvision/kernels/number/pack.hpp>
#include <dynvision/kernels/pipeline/arguments.hpp>

#include <cstdint>
#include <cstring>

namespace dynvision::kernels {

inline constexpr int table_size = 448;  // addresses

template <int J> struct AddressTable {
  ArgumentsOf<J> arguments{};
  AdjointArgumentsOf<J> adjoint{};
  void* carry_in = nullptr;   // what steps after these owe, in the arithmetic type
  void* carry_out = nullptr;  // what these owe to steps before
  void* at[table_size];

  // Addresses for one step.
  static int per_step(Arguments const& arguments, AdjointArguments const& adjoint) {
    int n = 0;
    auto const count = [&](void const* list, int times = 1) { n += list != nullptr ? times : 0; };
    count(arguments.x), count(arguments.previous), count(adjoint.g_shared), count(adjoint.g_previous);
    for (int j = 0; j < J; ++j) {
      RoleArguments const& role = arguments.role[j];
      AdjointRoleArguments const& of = adjoint.role[j];
      count(role.operand), count(role.factor), count(role.tap);
      count(of.input), count(of.output), count(of.incoming, of.n_incoming), count(of.g_input), count(of.g_operand),
          count(of.g_sum);
    }
    return n;
  }
  static int steps_that_fit(Arguments const& whole, AdjointArguments const& adjoint) {
    int const n = per_step(whole, adjoint);
    return n == 0 ? whole.n_steps : table_size / n;
  }

  // Steps [first, first + n) of a block.
  AddressTable(Arguments const& whole, AdjointArguments const& whole_back, int first, int n) {
    arguments.n_steps = n, arguments.batch = whole.batch, arguments.size = whole.size;
    arguments.x = pack(whole.x, first, n), arguments.previous = pack(whole.previous, first, n);
    adjoint.g_shared = pack(whole_back.g_shared, first, n), adjoint.g_previous = pack(whole_back.g_previous, first, n);
    adjoint.carried = whole_back.carried, adjoint.continues = first > 0, adjoint.tau_gradient = whole_back.tau_gradient;
    for (int j = 0; j < J; ++j) {
      RoleArguments const& role = whole.role[j];
      AdjointRoleArguments const& of = whole_back.role[j];
      arguments.role[j] = role, adjoint.role[j] = of;
      arguments.role[j].operand = pack(role.operand, first, n), arguments.role[j].tap = pack(role.tap, first, n);
      arguments.role[j].factor = reinterpret_cast<double const*>(pack(role.factor, first, n));
      adjoint.role[j].input = pack(of.input, first, n), adjoint.role[j].output = pack(of.output, first, n);
      adjoint.role[j].g_input = pack(of.g_input, first, n), adjoint.role[j].g_operand = pack(of.g_operand, first, n);
      adjoint.role[j].g_sum = pack(of.g_sum, first, n);
      adjoint.role[j].slope = reinterpret_cast<double const*>(pack(of.slope, first, n));
      adjoint.role[j].incoming = pack(of.incoming, first, n, of.n_incoming);
    }
  }

  // Whether all signals begin at multiples of so many bytes, and samples too: several numbers can be loaded at once.
  bool aligned(std::int64_t bytes, std::int64_t bytes_of_number) const {
    return bits_ % static_cast<std::uintptr_t>(bytes) == 0 && arguments.size * bytes_of_number % bytes == 0;
  }

  // In the kernel: lists of addresses again.
  DYNVISION_BOTH Steps list(void const* packed) const {
    return packed == nullptr ? nullptr : at + (reinterpret_cast<std::uintptr_t>(packed) - 1);
  }
  DYNVISION_BOTH ArgumentsOf<J> unpacked_flow() const {
    ArgumentsOf<J> all = arguments;
    all.x = list(arguments.x), all.previous = list(arguments.previous);
    DYNVISION_UNROLL
    for (int j = 0; j < J; ++j) {
      all.role[j].operand = list(arguments.role[j].operand), all.role[j].tap = list(arguments.role[j].tap);
      all.role[j].factor = reinterpret_cast<double const*>(list(arguments.role[j].factor));
    }
    return all;
  }
  DYNVISION_BOTH AdjointArgumentsOf<J> unpacked_back() const {
    AdjointArgumentsOf<J> all = adjoint;
    all.g_shared = list(adjoint.g_shared), all.g_previous = list(adjoint.g_previous);
    DYNVISION_UNROLL
    for (int j = 0; j < J; ++j) {
      AdjointRoleArguments const& of = adjoint.role[j];
      all.role[j].input = list(of.input), all.role[j].output = list(of.output),
      all.role[j].incoming = list(of.incoming);
      all.role[j].g_input = list(of.g_input), all.role[j].g_operand = list(of.g_operand);
      all.role[j].g_sum = list(of.g_sum);
      all.role[j].slope = reinterpret_cast<double const*>(list(of.slope));
    }
    return all;
  }

 private:
  int used_ = 0;
  std::uintptr_t bits_ = 0;  // that are set in any address

  template <class P> Steps pack(P const* list, int first, int n, int times = 1) {
    static_assert(sizeof(P) == sizeof(void*), "a factor takes the room of an address");
    if (list == nullptr || times == 0) return nullptr;
    auto const place = static_cast<std::uintptr_t>(used_ + 1);
    std::memcpy(at + used_, list + static_cast<std::ptrdiff_t>(first) * times,
                static_cast<std::size_t>(n) * static_cast<std::size_t>(times) * sizeof(P));
    if constexpr (std::is_pointer_v<P>) {
      for (int i = used_; i < used_ + n * times; ++i) bits_ |= reinterpret_cast<std::uintptr_t>(at[i]);
    }
    used_ += n * times;
    return reinterpret_cast<Steps>(place);
  }
};

// f(table) for as many steps as fit, one piece after the other; false: not even one step does.
template <int J, class F> bool each_piece_forward(Arguments const& arguments, F const& f) {
  int const fit = AddressTable<J>::steps_that_fit(arguments, {});
  for (int t = 0; fit > 0 && t < arguments.n_steps; t += fit) {
    f(AddressTable<J>(arguments, {}, t, fit < arguments.n_steps - t ? fit : arguments.n_steps - t));
  }
  return fit > 0;
}
// The same, last steps first. `carries`: room for what one piece hands to the one before, twice.
template <int J, class F>
bool each_piece_reverse(Arguments const& arguments, AdjointArguments const& adjoint, void* const (&carries)[2],
                        F const& f) {
  int const fit = AddressTable<J>::steps_that_fit(arguments, adjoint);
  int which = 0;
  for (int end = arguments.n_steps; fit > 0 && end > 0; end -= fit) {
    int const first = fit < end ? end - fit : 0;
    AddressTable<J> table(arguments, adjoint, first, end - first);
    if (end < arguments.n_steps) table.carry_in = carries[which];
    which = 1 - which;
    if (first > 0) table.carry_out = carries[which];
    f(table);
  }
  return fit > 0;
}

}  // namespace dynvision::kernels
