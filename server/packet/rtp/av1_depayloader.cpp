#include "server/packet/rtp/av1_depayloader.h"

#include <utility>

#include "server/packet/rtp/av1_obu.h"

namespace ms::rtp {
namespace {

constexpr std::uint8_t kContinues = 0x80, kIsContinued = 0x40;
constexpr std::uint8_t kTemporalDelimiter[] = {0x12, 0x00};

// The element at the beginning of `from`, which is shortened by it.
std::expected<Bytes, Drop> takeSizedElement(Bytes& from) {
  const auto size = takeLeb128(from);
  if (!size || *size > from.size()) return std::unexpected(Drop::BadPayload);
  const Bytes element = from.first(*size);
  from = from.subspan(*size);
  return element;
}

}  // namespace

std::expected<void, Drop> Av1Depayloader::receive(const Packet& packet) {
  if (unit_ && unit_->timestamp != packet.timestamp) complete();
  if (!unit_) begin(packet.timestamp);
  const bool was_broken = is_broken_;
  const auto taken = was_broken ? std::expected<void, Drop>(std::unexpected(Drop::BadPayload))
                                : take(packet.payload);
  if (!taken) is_broken_ = true;
  if (packet.marker) complete();
  return taken;
}

void Av1Depayloader::onLoss() {
  element_.clear();
  if (unit_) is_broken_ = true;
}

std::optional<Av1Depayloader::Unit> Av1Depayloader::poll() {
  if (complete_.empty()) return std::nullopt;
  Unit unit = std::move(complete_.front());
  complete_.erase(complete_.begin());
  return unit;
}

std::expected<void, Drop> Av1Depayloader::take(Bytes payload) {
  if (payload.size() < 2) return std::unexpected(Drop::BadPayload);
  const std::uint8_t header = payload[0];
  const bool continues = header & kContinues;
  if (continues == element_.empty()) return std::unexpected(Drop::BadPayload);
  const int count = header >> 4 & 0x03;
  payload = payload.subspan(1);
  for (int i = 1; !payload.empty(); ++i) {
    if (count > 0 && i > count) return std::unexpected(Drop::BadPayload);
    const bool has_size = i != count;
    const auto element = has_size ? takeSizedElement(payload) : std::exchange(payload, Bytes());
    if (!element) return std::unexpected(element.error());
    if (unit_->bytes.size() + element_.size() + element->size() > kMaxUnitBytes)
      return std::unexpected(Drop::TooLong);
    element_.insert(element_.end(), element->begin(), element->end());
    if (payload.empty() && header & kIsContinued) return {};
    if (const auto taken = takeElement(element_); !taken) return taken;
    element_.clear();
  }
  return {};
}

std::expected<void, Drop> Av1Depayloader::takeElement(Bytes element) {
  if (element.empty()) return {};
  const auto obu = Obu::take(element);
  if (!obu) return std::unexpected(obu.error());
  if (!obu->isLeftOut()) appendSized(unit_->bytes, *obu);
  return {};
}

void Av1Depayloader::begin(RtpTimestamp timestamp) {
  unit_.emplace(Unit{.timestamp = timestamp, .bytes = {}});
  unit_->bytes.assign(std::begin(kTemporalDelimiter), std::end(kTemporalDelimiter));
  is_broken_ = false;
}

// An element whose rest has not come is missing in its unit.
void Av1Depayloader::complete() {
  const bool is_whole = !is_broken_ && element_.empty();
  if (is_whole && unit_->bytes.size() > sizeof(kTemporalDelimiter)) {
    if (complete_.size() == kMaxComplete) complete_.erase(complete_.begin());
    complete_.push_back(std::move(*unit_));
  }
  unit_.reset();
  element_.clear();
  is_broken_ = false;
}

}  // namespace ms::rtp
