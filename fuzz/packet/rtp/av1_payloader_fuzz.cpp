// What calls itself a temporal unit, through packets of any size: no packet is longer than it may
// be, and the depayloader puts the same OBUs together again, but for those that are left out.
//
// Input: one byte of the room in a packet, then the unit.
#include "server/packet/rtp/av1_payloader.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "server/packet/rtp/av1_depayloader.h"
#include "server/packet/rtp/av1_obu.h"

namespace {

using namespace ms;
using namespace ms::rtp;

void check(bool holds) {
  if (!holds) std::abort();
}

// As the depayloader writes what `unit` says.
std::vector<std::uint8_t> expectedOf(Bytes unit) {
  std::vector<std::uint8_t> expected = {0x12, 0x00};
  while (!unit.empty()) {
    const auto obu = Obu::take(unit);
    check(obu.has_value());
    if (!obu->isLeftOut()) appendSized(expected, *obu);
  }
  return expected;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes unit(data + 1, size - 1);
  const std::size_t room = data[0];
  const auto payloads = av1Payloads(unit, room);
  if (!payloads || payloads->empty()) return 0;
  Av1Depayloader depayloader;
  for (const auto& payload : *payloads) {
    check(payload.size() <= room);
    check(depayloader
              .receive({.payload = payload,
                        .timestamp = RtpTimestamp(0),
                        .marker = &payload == &payloads->back()})
              .has_value());
  }
  const auto again = depayloader.poll();
  check(again && std::ranges::equal(again->bytes, expectedOf(unit)));
  return 0;
}
