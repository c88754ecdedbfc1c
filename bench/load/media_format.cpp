#include "bench/load/media_format.h"

#include "bench/load/rpc_client.h"

namespace ms::load {

MediaFormat mediaFormat(const std::string& codec) {
  if (codec == "VP8") return {rtp::Codec::Vp8, "video", "VP8/90000", "", 96, 90000};
  if (codec == "H264")
    return {rtp::Codec::H264,
            "video",
            "H264/90000",
            "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
            97,
            90000};
  if (codec == "opus") return {rtp::Codec::Opus, "audio", "opus/48000/2", "", 111, 48000};
  throw LoadError("unknown codec (VP8, H264, opus): " + codec);
}

}  // namespace ms::load
