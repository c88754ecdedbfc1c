#include "server/base/bytes.h"
#include "server/packet/sdp/offer_answer.h"

namespace ms::sdp {
namespace {

constexpr std::uint16_t kMinSctpPort = 1024;
constexpr std::uint16_t kMaxSctpPort = 65534;

rtp::Ssrc ssrcFrom(std::uint32_t random) { return rtp::Ssrc(random == 0 ? 1 : random); }

rtp::Ssrc following(rtp::Ssrc ssrc) { return ssrcFrom(*ssrc + 1); }

std::string hex(std::uint32_t number) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) text += kDigits[number >> shift & 0x0f];
  return text;
}

}  // namespace

LocalParameters LocalParameters::make(std::span<const std::uint8_t, kEntropyBytes> entropy) {
  const Bytes rest = entropy.subspan(ice::Credentials::kEntropyBytes);
  LocalParameters local;
  local.ice = ice::Credentials::make(entropy.first<ice::Credentials::kEntropyBytes>());
  local.audio_ssrc = ssrcFrom(loadBe32(rest, 0));
  local.video_ssrc = ssrcFrom(loadBe32(rest, 4));
  local.video_rtx_ssrc = ssrcFrom(loadBe32(rest, 18));
  while (local.video_ssrc == local.audio_ssrc) local.video_ssrc = following(local.video_ssrc);
  while (local.video_rtx_ssrc == local.audio_ssrc || local.video_rtx_ssrc == local.video_ssrc)
    local.video_rtx_ssrc = following(local.video_rtx_ssrc);
  local.cname = "user" + std::to_string(loadBe32(rest, 8)) + "@host-" + hex(loadBe32(rest, 12));
  local.sctp_port = static_cast<std::uint16_t>(
      kMinSctpPort + loadBe16(rest, 16) % (kMaxSctpPort - kMinSctpPort + 1));
  return local;
}

}  // namespace ms::sdp
