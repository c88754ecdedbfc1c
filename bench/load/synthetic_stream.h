// An RTP stream that looks to a server like an encoder's: frames at an even pace, each a burst of
// packets with a valid payload descriptor, key frames when asked for and every few seconds. The
// last bytes of each payload say when it was sent.
//
// What a decoder would find inside the frames is filler: servers that transcode are not the
// audience.
#pragma once

#include <array>
#include <optional>
#include <random>
#include <vector>

#include "bench/load/media_format.h"
#include "bench/load/udp_socket.h"
#include "server/base/bytes.h"
#include "server/base/units.h"

namespace ms::load {

// The time of sending is the end of a payload: a mark, then nanoseconds of the wall clock.
inline constexpr std::size_t kSendTimeBytes = 12;
// Nothing when there is no mark. A packet or its payload: the end is the same.
std::optional<Nanoseconds> readSendTime(Bytes payload);
// Changes only a packet that has room for it, which parameter sets have not.
void stampSendTime(MutableBytes packet, Nanoseconds time);

class SyntheticStream {
 public:
  struct Pace {
    std::uint32_t kbps = 1000;
    std::uint32_t frames_per_second = 30;
    std::chrono::milliseconds key_frame_interval{4000};
  };
  using Packet = std::vector<std::uint8_t>;

  static constexpr std::size_t kMaxPayloadBytes = 1150;
  // A key frame in sizes of an ordinary frame.
  static constexpr std::size_t kKeyFrameFactor = 4;

  SyntheticStream(MediaFormat format, Pace pace, std::uint32_t ssrc);

  Duration frameInterval() const;
  // The packets of the next frame, without their times of sending; valid until the next call.
  std::vector<Packet>& nextFrame();
  // The next frame is a key frame, unless one came less than 200 ms ago.
  void requestKeyFrame() { is_key_frame_asked_ = true; }

  std::uint32_t ssrc() const { return ssrc_; }
  std::uint64_t keyFrames() const { return key_frames_; }

 private:
  bool isKeyFrameDue();
  void addVp8(std::size_t bytes, bool is_key);
  void addH264(std::size_t bytes, bool is_key);
  void addOpus(std::size_t bytes);
  Packet& addPacket(Bytes prefix, std::size_t filler_bytes, bool marker);

  const MediaFormat format_;
  const Pace pace_;
  const std::uint32_t ssrc_;
  std::vector<Packet> frame_;
  std::array<std::uint8_t, kMaxPayloadBytes> filler_;
  std::uint16_t sequence_number_ = 0;
  std::uint32_t timestamp_ = 0;
  std::uint16_t picture_id_ = 0;
  std::uint64_t frames_ = 0;
  std::uint64_t last_key_frame_ = 0;
  std::uint64_t key_frames_ = 0;
  bool is_key_frame_asked_ = false;
};

}  // namespace ms::load
