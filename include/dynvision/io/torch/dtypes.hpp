// The number types of PyTorch files: their names, and the classes of storages that bear them.
//
// A storage of a type without a class of its own is a torch.storage.UntypedStorage (its size counts bytes), and
// the tensor says the type: _rebuild_tensor_v3. Quantised, packed and 4-bit types are not read; how large they are is known.
// Source: torch/storage.py, torch/_utils.py of PyTorch 2.11.
#pragma once
#include <c10/core/ScalarType.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace dynvision {

struct TorchDtype {
  c10::ScalarType type;
  std::string_view name;     // torch.name
  std::string_view storage;  // torch.storage, empty: untyped
};
inline constexpr std::array<TorchDtype, 21> torch_dtypes{{
    {c10::ScalarType::Double, "float64", "DoubleStorage"},
    {c10::ScalarType::Float, "float32", "FloatStorage"},
    {c10::ScalarType::Half, "float16", "HalfStorage"},
    {c10::ScalarType::BFloat16, "bfloat16", "BFloat16Storage"},
    {c10::ScalarType::Long, "int64", "LongStorage"},
    {c10::ScalarType::Int, "int32", "IntStorage"},
    {c10::ScalarType::Short, "int16", "ShortStorage"},
    {c10::ScalarType::Char, "int8", "CharStorage"},
    {c10::ScalarType::Byte, "uint8", "ByteStorage"},
    {c10::ScalarType::Bool, "bool", "BoolStorage"},
    {c10::ScalarType::ComplexDouble, "complex128", "ComplexDoubleStorage"},
    {c10::ScalarType::ComplexFloat, "complex64", "ComplexFloatStorage"},
    {c10::ScalarType::ComplexHalf, "complex32", ""},
    {c10::ScalarType::UInt64, "uint64", ""},
    {c10::ScalarType::UInt32, "uint32", ""},
    {c10::ScalarType::UInt16, "uint16", ""},
    {c10::ScalarType::Float8_e5m2, "float8_e5m2", ""},
    {c10::ScalarType::Float8_e4m3fn, "float8_e4m3fn", ""},
    {c10::ScalarType::Float8_e5m2fnuz, "float8_e5m2fnuz", ""},
    {c10::ScalarType::Float8_e4m3fnuz, "float8_e4m3fnuz", ""},
    {c10::ScalarType::Float8_e8m0fnu, "float8_e8m0fnu", ""},
}};

// Of quantised tensors: their storages can be passed over.
inline constexpr std::array<TorchDtype, 5> torch_quantised{
    {{c10::ScalarType::QInt8, "qint8", "QInt8Storage"},
     {c10::ScalarType::QUInt8, "quint8", "QUInt8Storage"},
     {c10::ScalarType::QInt32, "qint32", "QInt32Storage"},
     {c10::ScalarType::QUInt4x2, "quint4x2", "QUInt4x2Storage"},
     {c10::ScalarType::QUInt2x4, "quint2x4", "QUInt2x4Storage"}}};

// By any of its three marks; nullptr for another.
inline TorchDtype const* torch_dtype(c10::ScalarType type) {
  auto const* const found =
      std::find_if(torch_dtypes.begin(), torch_dtypes.end(), [&](auto const& d) { return d.type == type; });
  return found == torch_dtypes.end() ? nullptr : found;
}
inline TorchDtype const* torch_dtype(std::string_view name) {
  auto const* const found = std::find_if(torch_dtypes.begin(), torch_dtypes.end(),
                                         [&](auto const& d) { return d.name == name || d.storage == name; });
  return found == torch_dtypes.end() || name.empty() ? nullptr : found;
}

}  // namespace dynvision
