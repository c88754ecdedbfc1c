#include "server/packet/rtp/key_frame.h"

#include "server/packet/rtp/vp8_descriptor.h"
#include "server/packet/rtp/vp9_descriptor.h"

namespace ms::rtp {
namespace {

// RFC 6184 §5.4.
constexpr std::uint8_t kH264Sps = 7;
constexpr std::uint8_t kH264StapA = 24;
constexpr std::uint8_t kH264FuA = 28;

// RFC 7798 §4.4.
constexpr std::uint8_t kH265Vps = 32;
constexpr std::uint8_t kH265Sps = 33;
constexpr std::uint8_t kH265Ap = 48;
constexpr std::uint8_t kH265Fu = 49;
constexpr std::size_t kH265HeaderBytes = 2;

constexpr std::uint8_t kAv1SequenceHeader = 1;

constexpr std::uint8_t h264Type(std::uint8_t header) { return header & 0x1f; }
constexpr std::uint8_t h265Type(std::uint8_t header) { return header >> 1 & 0x3f; }
constexpr bool isH265ParameterSet(std::uint8_t type) {
  return type == kH265Vps || type == kH265Sps;
}

// True when one of the units of an aggregation packet, each behind its 16-bit size, has a header
// that `matches`.
template <class Matches>
bool anyAggregated(Bytes units, Matches matches) {
  while (units.size() > 2) {
    const std::size_t size = loadBe16(units, 0);
    if (size == 0 || size > units.size() - 2) return false;
    if (matches(units[2])) return true;
    units = units.subspan(2 + size);
  }
  return false;
}

// The size in front of an OBU element: at most 8 groups of 7 bits (AV1 specification §4.10.5).
// False when it is cut short.
bool skipLeb128(Bytes payload, std::size_t& at) {
  for (int i = 0; i < 8 && at < payload.size(); ++i)
    if (!(payload[at++] & 0x80)) return true;
  return false;
}

}  // namespace

bool startsH264KeyFrame(Bytes payload) noexcept {
  if (payload.empty()) return false;
  const std::uint8_t type = h264Type(payload[0]);
  if (type == kH264Sps) return true;
  if (type == kH264StapA)
    return anyAggregated(payload.subspan(1),
                         [](std::uint8_t header) { return h264Type(header) == kH264Sps; });
  // The second byte of an FU-A is S|E|R|type.
  return type == kH264FuA && payload.size() > 1 && payload[1] & 0x80 &&
         h264Type(payload[1]) == kH264Sps;
}

bool startsH265KeyFrame(Bytes payload) noexcept {
  if (payload.size() < kH265HeaderBytes) return false;
  const std::uint8_t type = h265Type(payload[0]);
  if (isH265ParameterSet(type)) return true;
  if (type == kH265Ap)
    return anyAggregated(payload.subspan(kH265HeaderBytes),
                         [](std::uint8_t header) { return isH265ParameterSet(h265Type(header)); });
  // The third byte of an FU is S|E|type.
  return type == kH265Fu && payload.size() > 2 && payload[2] & 0x80 &&
         isH265ParameterSet(payload[2] & 0x3f);
}

// Aggregation header Z|Y|W W|N|-|-|-, then OBU elements; all but the last of W have a size in
// front, and with W = 0 all have. An OBU header is F|type(4)|X|S|-.
bool startsAv1KeyFrame(Bytes payload) noexcept {
  if (payload.size() < 2) return false;
  const bool continues_obu = payload[0] & 0x80;
  if (continues_obu) return false;
  if (payload[0] & 0x08) return true;
  std::size_t at = 1;
  const bool only_element = (payload[0] >> 4 & 0x03) == 1;
  if (!only_element && !skipLeb128(payload, at)) return false;
  return at < payload.size() && (payload[at] >> 3 & 0x0f) == kAv1SequenceHeader;
}

bool isKeyFrameStart(Codec codec, Bytes payload) noexcept {
  switch (codec) {
    case Codec::Vp8: {
      const auto descriptor = Vp8Descriptor::parse(payload);
      return descriptor && descriptor->starts_key_frame;
    }
    case Codec::Vp9: {
      const auto descriptor = Vp9Descriptor::parse(payload);
      return descriptor && descriptor->startsKeyFrame();
    }
    case Codec::Av1:
      return startsAv1KeyFrame(payload);
    case Codec::H264:
      return startsH264KeyFrame(payload);
    case Codec::H265:
      return startsH265KeyFrame(payload);
    default:
      return false;
  }
}

bool hasKeyFrames(Codec codec) noexcept {
  switch (codec) {
    case Codec::Vp8:
    case Codec::Vp9:
    case Codec::Av1:
    case Codec::H264:
    case Codec::H265:
      return true;
    default:
      return false;
  }
}

}  // namespace ms::rtp
