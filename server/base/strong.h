// A number with a name: an Ssrc never passes for a SequenceNumber.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace ms {

template <class Tag, class T>
class Strong {
 public:
  using Value = T;

  constexpr Strong() = default;
  constexpr explicit Strong(T value) : value_(value) {}
  constexpr T operator*() const { return value_; }
  friend constexpr auto operator<=>(Strong, Strong) = default;

 private:
  T value_{};
};

}  // namespace ms

template <class Tag, class T>
struct std::hash<ms::Strong<Tag, T>> {
  std::size_t operator()(ms::Strong<Tag, T> value) const noexcept { return std::hash<T>()(*value); }
};
