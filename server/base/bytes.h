// Views of bytes, and big-endian loads and stores on bytes that were already proved long enough.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace ms {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline std::uint16_t loadBe16(Bytes b, std::size_t at) {
  return static_cast<std::uint16_t>(b[at] << 8 | b[at + 1]);
}
inline std::uint32_t loadBe24(Bytes b, std::size_t at) {
  return std::uint32_t{loadBe16(b, at)} << 8 | b[at + 2];
}
inline std::uint32_t loadBe32(Bytes b, std::size_t at) {
  return std::uint32_t{loadBe16(b, at)} << 16 | loadBe16(b, at + 2);
}
inline std::uint64_t loadBe64(Bytes b, std::size_t at) {
  return std::uint64_t{loadBe32(b, at)} << 32 | loadBe32(b, at + 4);
}

inline void storeBe16(MutableBytes b, std::size_t at, std::uint16_t value) {
  b[at] = static_cast<std::uint8_t>(value >> 8);
  b[at + 1] = static_cast<std::uint8_t>(value);
}
inline void storeBe24(MutableBytes b, std::size_t at, std::uint32_t value) {
  b[at] = static_cast<std::uint8_t>(value >> 16);
  storeBe16(b, at + 1, static_cast<std::uint16_t>(value));
}
inline void storeBe32(MutableBytes b, std::size_t at, std::uint32_t value) {
  storeBe16(b, at, static_cast<std::uint16_t>(value >> 16));
  storeBe16(b, at + 2, static_cast<std::uint16_t>(value));
}
inline void storeBe64(MutableBytes b, std::size_t at, std::uint64_t value) {
  storeBe32(b, at, static_cast<std::uint32_t>(value >> 32));
  storeBe32(b, at + 4, static_cast<std::uint32_t>(value));
}

}  // namespace ms
