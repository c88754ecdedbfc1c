#include "server/frame/playable_elements.h"

#include <algorithm>
#include <array>

namespace ms::frame {
namespace {

constexpr auto kPlugins = std::to_array<std::string_view>({
    // Containers.
    "adaptivedemux2",
    "apetag",
    "asf",
    "avi",
    "dash",
    "flv",
    "hls",
    "icydemux",
    "id3demux",
    "isomp4",
    "ivfparse",
    "matroska",
    "mpegpsdemux",
    "mpegtsdemux",
    "multipart",
    "ogg",
    "rtp",
    "smoothstreaming",
    "wavparse",
    // Video.
    "aom",
    "codecalpha",
    "de265",
    "jpeg",
    "mpeg2dec",
    "openh264",
    "theora",
    "videoparsersbad",
    "vpx",
    // Sound.
    "a52dec",
    "aiff",
    "alaw",
    "amrnb",
    "amrwbdec",
    "audioparsers",
    "auparse",
    "dtsdec",
    "faad",
    "flac",
    "gsm",
    "mpg123",
    "mulaw",
    "opus",
    "speex",
    "vorbis",
    "wavpack",
});

constexpr auto kLibavDecoders = std::to_array<std::string_view>({
    "avdec_aac",    "avdec_aac_latm",  "avdec_ac3",      "avdec_adpcm_g726", "avdec_alac",
    "avdec_amrnb",  "avdec_amrwb",     "avdec_dca",      "avdec_dvvideo",    "avdec_eac3",
    "avdec_flv",    "avdec_g722",      "avdec_h263",     "avdec_h263p",      "avdec_h264",
    "avdec_h265",   "avdec_mjpeg",     "avdec_mp2float", "avdec_mp3",        "avdec_mpeg2video",
    "avdec_mpeg4",  "avdec_mpegvideo", "avdec_msmpeg4",  "avdec_msmpeg4v1",  "avdec_msmpeg4v2",
    "avdec_prores", "avdec_vc1",       "avdec_vp6",      "avdec_vp6f",       "avdec_vp8",
    "avdec_vp9",    "avdec_wmapro",    "avdec_wmav1",    "avdec_wmav2",      "avdec_wmv1",
    "avdec_wmv2",   "avdec_wmv3",
});

}  // namespace

PlayableElements::PlayableElements(std::string_view more) {
  constexpr std::string_view kSeparators = ", \t\n";
  while (!more.empty()) {
    const std::size_t end = std::min(more.find_first_of(kSeparators), more.size());
    if (end > 0) more_.emplace_back(more.substr(0, end));
    more.remove_prefix(std::min(end + 1, more.size()));
  }
}

bool PlayableElements::contains(std::string_view plugin, std::string_view element) const {
  const auto isIn = [](const auto& list, std::string_view name) {
    return std::ranges::find(list, name) != list.end();
  };
  return isIn(kPlugins, plugin) || (plugin == "libav" && isIn(kLibavDecoders, element)) ||
         isIn(more_, plugin) || isIn(more_, element);
}

}  // namespace ms::frame
