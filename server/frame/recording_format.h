// How media of each profile is written: which codecs a container takes, and the descriptions of
// GStreamer elements from RTP packets to the container.
//
// Source: media.md, table of recorder profiles.
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>
#include <vector>

#include "server/base/units.h"
#include "server/frame/encoder_bitrates.h"
#include "server/packet/peer/codec_format.h"

namespace ms::frame {

enum class Container { WebM, Matroska, Mp4, Flv, Jpeg };

// Where it goes: a file can be gone back in, what is sent cannot.
enum class Target { File, Stream };

// What is in the container.
enum class WrittenCodec { Vp8, Vp9, Av1, H264, H265, Opus, Pcmu, Pcma, Aac, Jpeg };

// Of video that is encoded for a recording, before anything is known of what comes, and at least,
// so that a quiet picture that begins to move is worth looking at.
inline constexpr Bitrate kFirstVideoBitrate(2'000'000), kLeastVideoBitrate(500'000);
// For a source that sends so much: a quarter more, as it is encoded a second time, within the
// limits.
Bitrate recordingBitrate(Bitrate source, const EncoderBitrates& limits);

// Frames between key frames of what is encoded for a recording: where a player can begin.
inline constexpr int kKeyFrameDistance = 60;

// The codec as it comes where the container takes it, else the one of the profile. Nothing for what
// cannot be taken out of its packets.
std::optional<WrittenCodec> writtenCodec(Container container, const peer::CodecFormat& format);

// Formats that can be recorded, first the codec of the profile.
std::vector<peer::CodecFormat> recordableFormats(Container container, rtp::MediaKind kind);

// From packets of a TrackSink to media of that codec, which is decoded and encoded if it is another
// one: video at that bitrate. Empty when GStreamer lacks an element for it. An encoder's name is
// kEncoderName.
std::string trackChain(const peer::CodecFormat& format, WrittenCodec codec, Bitrate bitrate);
// Of that encoder, while it runs.
void setTrackBitrate(GstElement* encoder, WrittenCodec codec, Bitrate bitrate);

// The muxer, whose name is "container", and its pad for a kind of media.
std::string muxer(Container container, Target target);
std::string muxerPad(Container container, rtp::MediaKind kind);

}  // namespace ms::frame
