// Where in a packet stream a decoder that knows nothing yet can begin.
//
// H264 and H265 (RFC 6184, RFC 7798): at the parameter sets, which senders put before each IDR
// picture; an IDR picture without them cannot be decoded by a viewer that joins. AV1 (RTP payload
// format for AV1 §4.4): at the packet that begins a coded video sequence.
#pragma once

#include "server/base/bytes.h"
#include "server/packet/rtp/types.h"

namespace ms::rtp {

// False for malformed payloads, and for codecs without key frames (audio, Codec::Other).
bool isKeyFrameStart(Codec codec, Bytes payload) noexcept;

// True for the video codecs that isKeyFrameStart() can judge.
bool hasKeyFrames(Codec codec) noexcept;

// The same per payload format.
bool startsH264KeyFrame(Bytes payload) noexcept;  // SPS: single, in STAP-A, or first FU-A.
bool startsH265KeyFrame(Bytes payload) noexcept;  // VPS or SPS: single, in an AP, or first FU.
bool startsAv1KeyFrame(Bytes payload) noexcept;   // N bit, or a sequence header OBU in front.

}  // namespace ms::rtp
