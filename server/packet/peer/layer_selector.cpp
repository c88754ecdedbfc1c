#include "server/packet/peer/layer_selector.h"

#include <algorithm>
#include <utility>

namespace ms::peer {
namespace {

// Percent of a limit: what a layer may take to be chosen, and what it may grow to before it is
// left.
constexpr std::int64_t kUpPercent = 87;
constexpr std::int64_t kDownPercent = 110;
// Percent of what is sent: an estimate above it says that nothing is in the way.
constexpr std::int64_t kUncongestedPercent = 120;

bool fits(Bitrate bitrate, std::optional<Bitrate> limit, std::int64_t percent) {
  return !limit || *bitrate * 100 <= **limit * percent;
}

std::optional<Bitrate> limitOf(const LayerSelector::Budget& budget) {
  const auto max = *budget.max > 0 ? std::optional(budget.max) : std::nullopt;
  if (!budget.estimate) return max;
  return max ? std::min(*max, *budget.estimate) : *budget.estimate;
}

// The largest layer that comes and fits, else the smallest that comes; nothing when none comes.
std::optional<std::uint8_t> largestThatFits(const SourceLayers& layers,
                                            std::optional<Bitrate> limit) {
  std::optional<std::uint8_t> best, smallest;
  for (std::uint8_t i = 0; i < layers.count; ++i) {
    const Bitrate bitrate = layers.bitrates[i];
    if (*bitrate == 0) continue;
    if (!smallest || bitrate < layers.bitrates[*smallest]) smallest = i;
    if (fits(bitrate, limit, kUpPercent) && (!best || bitrate > layers.bitrates[*best])) best = i;
  }
  return best ? best : smallest;
}

std::optional<std::uint8_t> nextLarger(const SourceLayers& layers, Bitrate than) {
  std::optional<std::uint8_t> next;
  for (std::uint8_t i = 0; i < layers.count; ++i)
    if (layers.bitrates[i] > than && (!next || layers.bitrates[i] < layers.bitrates[*next]))
      next = i;
  return next;
}

}  // namespace

std::uint8_t LayerSelector::choose(const SourceLayers& layers, const Budget& budget,
                                   Timestamp now) {
  const auto limit = limitOf(budget);
  const auto best = largestThatFits(layers, limit);
  if (!best || layers.count < 2) return current_;
  if (std::exchange(max_, budget.max) != budget.max) up_after_ = kUpAfter;
  const Bitrate current = layers.bitrates[current_];
  if (!changed_at_ || *current == 0) return switchTo(*best, now);

  if (!fits(current, limit, kDownPercent) && layers.bitrates[*best] < current) {
    if (isOnTrial(budget, current, now)) return current_;
    noteLeftForSmaller(now);
    return switchTo(*best, now);
  }
  if (trial_until_ && now >= *trial_until_) endTrial();
  if (layers.bitrates[*best] <= current) return maybeGoUp(layers, budget, now);
  if (now - *changed_at_ < up_after_) return current_;
  switchTo(*best, now);
  went_up_ = true;
  return current_;
}

// Nothing is known of what is above the estimate but by sending it.
std::uint8_t LayerSelector::maybeGoUp(const SourceLayers& layers, const Budget& budget,
                                      Timestamp now) {
  const Bitrate current = layers.bitrates[current_];
  const auto next = nextLarger(layers, current);
  if (!next || !budget.estimate || trial_until_ || now - *changed_at_ < trial_after_)
    return current_;
  const bool is_uncongested = **budget.estimate * 100 >= *current * kUncongestedPercent;
  const auto max = *budget.max > 0 ? std::optional(budget.max) : std::nullopt;
  if (!is_uncongested || !fits(layers.bitrates[*next], max, kUpPercent)) return current_;
  switchTo(*next, now);
  trial_until_ = now + kTrial;
  return current_;
}

bool LayerSelector::isOnTrial(const Budget& budget, Bitrate current, Timestamp now) const {
  const auto max = *budget.max > 0 ? std::optional(budget.max) : std::nullopt;
  return trial_until_ && now < *trial_until_ && fits(current, max, kDownPercent);
}

void LayerSelector::noteLeftForSmaller(Timestamp now) {
  if (trial_until_) {
    trial_after_ = std::min(2 * trial_after_, kMaxTrialAfter);
  } else if (now - *changed_at_ >= kHeldAfter) {
    up_after_ = kUpAfter;
  } else if (went_up_) {
    up_after_ = std::min(2 * up_after_, kMaxUpAfter);
  }
}

// It passed: the estimate has followed.
void LayerSelector::endTrial() {
  trial_until_.reset();
  trial_after_ = kTrialAfter;
}

std::uint8_t LayerSelector::switchTo(std::uint8_t layer, Timestamp now) {
  current_ = layer;
  changed_at_ = now;
  trial_until_.reset();
  went_up_ = false;
  return layer;
}

}  // namespace ms::peer
