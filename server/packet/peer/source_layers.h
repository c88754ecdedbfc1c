// The encodings of one video that a source sends at once (simulcast), and which of them come.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "server/base/units.h"
#include "server/packet/rtp/receive_rate.h"

namespace ms::peer {

inline constexpr std::size_t kMaxLayers = 4;

// Layers are numbered from 0 in the order of the sender's description, by custom smallest first.
// Without simulcast there is one.
struct SourceLayers {
  std::array<Bitrate, kMaxLayers> bitrates{};  // As measured; 0: nothing comes now.
  std::uint8_t count = 1;
};

// Measures them, packet by packet.
class LayerRates {
 public:
  // A sender that leaves a layer out does it without a word; frames come more often than that.
  static constexpr Duration kSilentAfter = std::chrono::milliseconds(500);

  void add(std::uint8_t layer, std::size_t bytes, Timestamp now) {
    if (layer >= kMaxLayers) return;
    count_ = std::max<std::uint8_t>(count_, static_cast<std::uint8_t>(layer + 1));
    layers_[layer].rate.add(bytes, now);
    layers_[layer].last_arrival = now;
  }

  // `count`: of the layers that were agreed on, when it is known.
  SourceLayers at(Timestamp now, std::uint8_t count = 1) const {
    SourceLayers layers{.bitrates = {}, .count = std::max(count, count_)};
    for (std::size_t i = 0; i < count_; ++i)
      if (now - layers_[i].last_arrival < kSilentAfter)
        layers.bitrates[i] = layers_[i].rate.rate(now);
    return layers;
  }

 private:
  struct Layer {
    rtp::ReceiveRate rate;
    Timestamp last_arrival{};
  };
  std::array<Layer, kMaxLayers> layers_;
  std::uint8_t count_ = 0;
};

}  // namespace ms::peer
