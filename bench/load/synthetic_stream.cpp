#include "bench/load/synthetic_stream.h"

#include <algorithm>
#include <utility>

namespace ms::load {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::uint32_t kSendTimeMark = 0x4c4f4144;  // "LOAD"
constexpr std::size_t kMinFillerBytes = 40;          // Room for beginnings and the time of sending.

// 640x480, constrained baseline: what an encoder puts before an IDR picture.
constexpr std::uint8_t kSps[] = {0x67, 0x42, 0xc0, 0x1f, 0xd9, 0x00, 0xa0, 0x3d,
                                 0xb0, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00,
                                 0x00, 0x03, 0x00, 0x3c, 0x0f, 0x18, 0x32, 0x48};
constexpr std::uint8_t kPps[] = {0x68, 0xcb, 0x83, 0xcb, 0x20};

void writeSendTime(MutableBytes payload, Nanoseconds time) {
  const MutableBytes tail = payload.last(kSendTimeBytes);
  storeBe32(tail, 0, kSendTimeMark);
  storeBe64(tail, 4, static_cast<std::uint64_t>(time.count()));
}

}  // namespace

std::optional<Nanoseconds> readSendTime(Bytes payload) {
  if (payload.size() < kSendTimeBytes) return std::nullopt;
  const Bytes tail = payload.last(kSendTimeBytes);
  if (loadBe32(tail, 0) != kSendTimeMark) return std::nullopt;
  return Nanoseconds(loadBe64(tail, 4));
}

void stampSendTime(MutableBytes packet, Nanoseconds time) {
  if (readSendTime(packet)) writeSendTime(packet, time);
}

SyntheticStream::SyntheticStream(MediaFormat format, Pace pace, std::uint32_t ssrc)
    : format_(std::move(format)), pace_(pace), ssrc_(ssrc) {
  std::minstd_rand random(ssrc);
  for (std::uint8_t& byte : filler_) byte = static_cast<std::uint8_t>(random() >> 8 | 1);
}

Duration SyntheticStream::frameInterval() const {
  return std::chrono::duration_cast<Duration>(std::chrono::seconds(1)) / pace_.frames_per_second;
}

bool SyntheticStream::isKeyFrameDue() {
  const std::uint64_t age = frames_ - last_key_frame_;
  const auto interval = std::chrono::milliseconds(1000) / pace_.frames_per_second;
  const bool asked = is_key_frame_asked_ && age * interval >= std::chrono::milliseconds(200);
  if (frames_ > 0 && !asked && age * interval < pace_.key_frame_interval) return false;
  is_key_frame_asked_ = false;
  last_key_frame_ = frames_;
  ++key_frames_;
  return true;
}

std::vector<SyntheticStream::Packet>& SyntheticStream::nextFrame() {
  frame_.clear();
  const bool is_key = isKeyFrameDue();
  std::size_t bytes = pace_.kbps * 1000 / 8 / pace_.frames_per_second;
  if (is_key && format_.codec != rtp::Codec::Opus) bytes *= kKeyFrameFactor;
  switch (format_.codec) {
    case rtp::Codec::H264:
      addH264(bytes, is_key);
      break;
    case rtp::Codec::Opus:
      addOpus(bytes);
      break;
    default:
      addVp8(bytes, is_key);
  }
  ++frames_;
  ++picture_id_;
  timestamp_ += format_.clock_rate / pace_.frames_per_second;
  return frame_;
}

// Splits `bytes` into packets of about the same size.
void SyntheticStream::addVp8(std::size_t bytes, bool is_key) {
  const std::size_t packets = (bytes + kMaxPayloadBytes - 1) / kMaxPayloadBytes;
  const std::size_t share = std::max(bytes / packets, kMinFillerBytes);
  for (std::size_t i = 0; i < packets; ++i) {
    // X, and S in the first; I; a picture id of 15 bits (RFC 7741 §4.2).
    const std::uint8_t descriptor[] = {static_cast<std::uint8_t>(i == 0 ? 0x90 : 0x80), 0x80,
                                       static_cast<std::uint8_t>(0x80 | picture_id_ >> 8),
                                       static_cast<std::uint8_t>(picture_id_)};
    Packet& packet = addPacket(descriptor, share, i + 1 == packets);
    if (i > 0) continue;
    // Frame tag, and in key frames start code and size (RFC 6386 §9.1): P, version 0, shown.
    const MutableBytes frame = MutableBytes(packet).subspan(kHeaderBytes + sizeof descriptor);
    const auto tag = static_cast<std::uint32_t>(std::min<std::size_t>(bytes, 1000) << 5 | 0x10 |
                                                (is_key ? 0 : 1));
    for (std::size_t byte = 0; byte < 3; ++byte)
      frame[byte] = static_cast<std::uint8_t>(tag >> 8 * byte);
    constexpr std::uint8_t kStart[] = {0x9d,     0x01,       0x2a,    640 & 0xff,
                                       640 >> 8, 480 & 0xff, 480 >> 8};
    if (is_key) std::ranges::copy(kStart, frame.begin() + 3);
  }
}

void SyntheticStream::addH264(std::size_t bytes, bool is_key) {
  if (is_key) {  // A STAP-A with the parameter sets (RFC 6184 §5.7.1).
    std::vector<std::uint8_t> sets{0x78, 0, sizeof kSps};
    sets.insert(sets.end(), std::begin(kSps), std::end(kSps));
    sets.insert(sets.end(), {0, sizeof kPps});
    sets.insert(sets.end(), std::begin(kPps), std::end(kPps));
    addPacket(sets, 0, false);
  }
  const std::size_t packets =
      std::max<std::size_t>(2, (bytes + kMaxPayloadBytes - 1) / kMaxPayloadBytes);
  const std::size_t share = std::max(bytes / packets, kMinFillerBytes);
  for (std::size_t i = 0; i < packets; ++i) {  // One slice in FU-As (§5.8).
    const auto type = static_cast<std::uint8_t>(is_key ? 5 : 1);
    const auto ends =
        static_cast<std::uint8_t>((i == 0 ? 0x80 : 0) | (i + 1 == packets ? 0x40 : 0));
    const std::uint8_t prefix[] = {static_cast<std::uint8_t>(is_key ? 0x7c : 0x5c),
                                   static_cast<std::uint8_t>(ends | type)};
    Packet& packet = addPacket(prefix, share, i + 1 == packets);
    if (i == 0) packet[kHeaderBytes + sizeof prefix] = is_key ? 0x88 : 0x9a;  // first_mb 0; I, P.
  }
}

void SyntheticStream::addOpus(std::size_t bytes) {
  const std::uint8_t toc[] = {0x78};  // CELT, 20 ms, mono, one frame (RFC 6716 §3.1).
  addPacket(toc, std::clamp(bytes, kMinFillerBytes, kMaxPayloadBytes - 1), true);
}

SyntheticStream::Packet& SyntheticStream::addPacket(Bytes prefix, std::size_t filler_bytes,
                                                    bool marker) {
  Packet& packet = frame_.emplace_back(kHeaderBytes + prefix.size() + filler_bytes);
  packet[0] = 0x80;
  packet[1] = static_cast<std::uint8_t>((marker ? 0x80 : 0) | format_.payload_type);
  storeBe16(packet, 2, sequence_number_++);
  storeBe32(packet, 4, timestamp_);
  storeBe32(packet, 8, ssrc_);
  std::ranges::copy(prefix, packet.begin() + kHeaderBytes);
  const std::size_t filler = std::min(filler_bytes, filler_.size());
  std::copy_n(filler_.begin(), filler,
              packet.begin() + kHeaderBytes + static_cast<std::ptrdiff_t>(prefix.size()));
  if (filler > 0) writeSendTime(packet, Nanoseconds(0));
  return packet;
}

}  // namespace ms::load
