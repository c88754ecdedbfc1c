// What GStreamer can do with each codec that packets of this server carry, as descriptions of
// chains for gst_parse_bin_from_description(): payload, decode, encode; and which caps mean which
// format.
//
// AV1 is decoded and packed, but not encoded (decision 0024); Speex, too.
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>
#include <vector>

#include "server/base/units.h"
#include "server/packet/peer/codec_format.h"

namespace ms::frame {

// Bytes of the RTP packets that payloaders make; source: config.md, mtu.
inline constexpr int kMtu = 1200;

// Encoded media that can be sent as packets without being decoded. Nothing for all other caps.
std::optional<peer::CodecFormat> formatOf(const GstCaps* caps);

// What the first of `accepted` that can be encoded here will look like; nothing when none can.
std::optional<peer::CodecFormat> encodableFormat(const std::vector<peer::CodecFormat>& accepted);

// What comes as packets of this format is decoded as: opus without its redundancy.
peer::CodecFormat decodedAs(const peer::CodecFormat& format);
// Whether packets of this format can be turned into media that decoderOf() knows. Needs no
// GStreamer.
bool isDecodable(const peer::CodecFormat& format);
// Whether encodableFormat() will have one of them, if GStreamer has its encoder: before it is
// started.
bool isEncodable(const std::vector<peer::CodecFormat>& accepted);
// The formats of a kind that a chain can be fed with: those of the codecs that peers speak.
std::vector<peer::CodecFormat> decodableFormats(rtp::MediaKind kind);
// Caps of such packets, with the payload type that TrackSink writes, and packets -> encoded media.
// Empty when there is no depayloader.
std::string rtpCapsOf(const peer::CodecFormat& format);
std::string depayloaderOf(const peer::CodecFormat& format);

// Encoded media that formatOf() knows -> raw media. Empty when GStreamer lacks a decoder.
std::string decoderOf(const peer::CodecFormat& format);
// Encoded media of this format -> RTP packets.
std::string payloaderOf(const peer::CodecFormat& format);
// Raw media -> encoded media of this format, which encodableFormat() gave. The encoder's name is
// kEncoderName. No bitrate: the encoder's own.
inline constexpr const char* kEncoderName = "encoder";
std::string encoderOf(const peer::CodecFormat& format, Bitrate bitrate);
// While it runs. Without effect for codecs of one bitrate.
void setBitrate(GstElement* encoder, rtp::Codec codec, Bitrate bitrate);

}  // namespace ms::frame
