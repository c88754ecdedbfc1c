// Packets of anybody: what comes out is whole OBUs behind one temporal delimiter, within the limit,
// and goes through packets again unchanged.
//
// Input: for each packet one byte of what is special about it, one of its length, and its payload.
#include "server/packet/rtp/av1_depayloader.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "server/packet/rtp/av1_obu.h"
#include "server/packet/rtp/av1_payloader.h"

namespace {

using namespace ms;
using namespace ms::rtp;

constexpr std::uint8_t kMarker = 1, kNewTimestamp = 2, kAfterLoss = 4, kIsNotPolled = 8;

void check(bool holds) {
  if (!holds) std::abort();
}

void checkObus(Bytes unit) {
  check(unit.size() <= Av1Depayloader::kMaxUnitBytes + 64);
  check(Obu::take(unit)->type() == ObuType::TemporalDelimiter);
  check(!unit.empty());
  while (!unit.empty()) {
    const auto obu = Obu::take(unit);
    check(obu && !obu->isLeftOut());
  }
}

void checkRoundTrip(Bytes unit, std::size_t room) {
  const auto payloads = av1Payloads(unit, room);
  check(payloads && !payloads->empty());
  Av1Depayloader again;
  for (const auto& payload : *payloads)
    check(again
              .receive({.payload = payload,
                        .timestamp = RtpTimestamp(0),
                        .marker = &payload == &payloads->back()})
              .has_value());
  const auto same = again.poll();
  check(same && std::ranges::equal(same->bytes, unit));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes rest(data, size);
  Av1Depayloader depayloader;
  std::uint32_t timestamp = 0;
  while (rest.size() >= 2) {
    const std::uint8_t special = rest[0];
    const std::size_t bytes = std::min<std::size_t>(rest[1], rest.size() - 2);
    if (special & kAfterLoss) depayloader.onLoss();
    if (special & kNewTimestamp) ++timestamp;
    (void)depayloader.receive({.payload = rest.subspan(2, bytes),
                               .timestamp = RtpTimestamp(timestamp),
                               .marker = (special & kMarker) != 0});
    rest = rest.subspan(2 + bytes);
    if (special & kIsNotPolled) continue;
    while (const auto unit = depayloader.poll()) {
      checkObus(unit->bytes);
      checkRoundTrip(unit->bytes, kMinAv1PayloadBytes + special);
    }
  }
  return 0;
}
