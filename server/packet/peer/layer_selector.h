// Which layer of a simulcast one viewer gets: the largest that its bandwidth allows.
//
// Down at once, up only with headroom and some time after the last change, so that a rate which
// swings around a limit does not make the picture swing: each change costs the sender a key frame
// of every layer. It waits longer each time that the larger layer did not hold. An estimate that
// follows the rate that is sent (REMB does) never shows room for a larger layer: when it says that
// all is well, the next one is tried for a while, less often after each trial that failed. Pure:
// driven by one sink, which does the switching.
#pragma once

#include <cstdint>
#include <optional>

#include "server/base/units.h"
#include "server/packet/peer/source_layers.h"

namespace ms::peer {

class LayerSelector {
 public:
  static constexpr Duration kInterval = std::chrono::milliseconds(250);  // To call choose() in.
  static constexpr Duration kUpAfter = std::chrono::seconds(1);
  static constexpr Duration kMaxUpAfter = std::chrono::seconds(16);
  static constexpr Duration kHeldAfter = std::chrono::seconds(10);  // A layer that was gone up to.
  static constexpr Duration kTrial = std::chrono::seconds(2);
  static constexpr Duration kTrialAfter = std::chrono::seconds(4);
  static constexpr Duration kMaxTrialAfter = std::chrono::seconds(60);

  struct Budget {
    std::optional<Bitrate> estimate;  // Of what passes to the viewer; nothing: not known.
    Bitrate max{0};                   // What its endpoint allows; 0: no limit.
  };

  // The layer to send from now on; the one of before while nothing comes at all.
  std::uint8_t choose(const SourceLayers& layers, const Budget& budget, Timestamp now);

  std::uint8_t current() const { return current_; }
  // Another source: what was learned of the former one's layers is gone.
  void restart() { *this = LayerSelector(); }

 private:
  std::uint8_t switchTo(std::uint8_t layer, Timestamp now);
  std::uint8_t maybeGoUp(const SourceLayers& layers, const Budget& budget, Timestamp now);
  bool isOnTrial(const Budget& budget, Bitrate current, Timestamp now) const;
  void noteLeftForSmaller(Timestamp now);
  void endTrial();

  std::uint8_t current_ = 0;
  std::optional<Timestamp> changed_at_;
  std::optional<Timestamp> trial_until_;  // The current layer is one.
  Duration trial_after_ = kTrialAfter;
  bool went_up_ = false;  // With the last change.
  Duration up_after_ = kUpAfter;
  Bitrate max_{0};  // Of the budget that up_after_ was learned with.
};

}  // namespace ms::peer
