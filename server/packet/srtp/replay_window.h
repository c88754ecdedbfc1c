// Which packet indices have come (RFC 3711 §3.3.2): the highest, and a bit for each of the last
// `kPackets` before it. Only packets that were authenticated may be put in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ms::srtp {

template <std::size_t kPackets>
class ReplayWindow {
 public:
  bool isEmpty() const { return is_empty_; }
  // 0 while empty.
  std::uint64_t highest() const { return highest_; }

  // False when it came before, or is too old to tell.
  bool mayCome(std::uint64_t index) const {
    if (is_empty_ || index > highest_) return true;
    return highest_ - index < kPackets && !(word(index) & bit(index));
  }

  // `index` may come.
  void take(std::uint64_t index) {
    if (is_empty_ || index > highest_) advance(index);
    words_[place(index)] |= bit(index);
  }

 private:
  static constexpr std::uint64_t kWordBits = 64;
  // One word more than the window: the word of the highest index is being filled.
  static constexpr std::uint64_t kWords = (kPackets + kWordBits - 1) / kWordBits + 1;

  static std::size_t place(std::uint64_t index) {
    return static_cast<std::size_t>(index / kWordBits % kWords);
  }
  static std::uint64_t bit(std::uint64_t index) { return std::uint64_t{1} << (index % kWordBits); }
  std::uint64_t word(std::uint64_t index) const { return words_[place(index)]; }

  void advance(std::uint64_t to) {
    const std::uint64_t from = is_empty_ ? to : highest_;
    if (to / kWordBits - from / kWordBits >= kWords) {
      words_ = {};
    } else {
      for (auto w = from / kWordBits + 1; w <= to / kWordBits; ++w) words_[w % kWords] = 0;
    }
    highest_ = to;
    is_empty_ = false;
  }

  std::uint64_t highest_ = 0;
  std::array<std::uint64_t, kWords> words_{};
  bool is_empty_ = true;
};

}  // namespace ms::srtp
