#include "server/frame/playable_elements.h"

#include <gtest/gtest.h>

namespace ms::frame {
namespace {

TEST(PlayableElements, ArePluginsOfUsualFormats) {
  const PlayableElements playable("");
  EXPECT_TRUE(playable.contains("matroska", "matroskademux"));
  EXPECT_TRUE(playable.contains("vpx", "vp8dec"));
  EXPECT_FALSE(playable.contains("gme", "gmedec"));
  EXPECT_FALSE(playable.contains("png", "pngdec"));
}

TEST(PlayableElements, AreSomeOfLibav) {
  const PlayableElements playable("");
  EXPECT_TRUE(playable.contains("libav", "avdec_h264"));
  EXPECT_FALSE(playable.contains("libav", "avdec_8svx_exp"));
  EXPECT_FALSE(playable.contains("libav", "avdemux_xwma"));
}

TEST(PlayableElements, AreThoseOfTheConfiguration) {
  const PlayableElements playable(" png,avdec_bink , gme");
  EXPECT_TRUE(playable.contains("png", "pngdec"));
  EXPECT_TRUE(playable.contains("libav", "avdec_bink"));
  EXPECT_TRUE(playable.contains("gme", "gmedec"));
  EXPECT_FALSE(playable.contains("sid", "siddec"));
}

}  // namespace
}  // namespace ms::frame
