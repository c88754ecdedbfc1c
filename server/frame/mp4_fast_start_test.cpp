#include "server/frame/mp4_fast_start.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "server/base/bytes.h"
#include "server/frame/gstreamer.h"

namespace ms::frame {
namespace {

class Mp4FastStart : public testing::Test {
 protected:
  Mp4FastStart() {
    startGStreamer();
    std::string text = (std::filesystem::temp_directory_path() / "mp4-XXXXXX").string();
    folder_ = mkdtemp(text.data());
    film_ = folder_ / "film.mp4";
  }
  ~Mp4FastStart() override { std::filesystem::remove_all(folder_); }

  // Ten seconds in fragments, of which one picture in two is missing, by chance.
  void record() const {
    const std::string text =
        "videotestsrc num-buffers=300 ! video/x-raw,width=160,height=120,framerate=30/1 ! "
        "identity drop-probability=0.5 ! x264enc tune=zerolatency speed-preset=ultrafast ! "
        "h264parse config-interval=-1 ! mp4mux fragment-duration=250 ! filesink location=" +
        film_.string();
    const GstPtr<GstElement> pipeline(gst_parse_launch(text.c_str(), nullptr));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const GstPtr<GstBus> bus(gst_pipeline_get_bus(GST_PIPELINE(pipeline.get())));
    const GstPtr<GstMessage> end(gst_bus_timed_pop_filtered(
        bus.get(), GST_CLOCK_TIME_NONE,
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  }
  std::string bytes() const {
    std::stringstream text;
    text << std::ifstream(film_).rdbuf();
    return text.str();
  }

  std::filesystem::path folder_, film_;
};

// ISO/IEC 14496-12 §8.5.2: type, version and flags, number of entries.
TEST_F(Mp4FastStart, DescribesATrackOnceHoweverUnevenItIs) {
  record();
  ASSERT_TRUE(makeFastStart(film_, {rtp::MediaKind::Video}));
  const std::string film = bytes();
  const std::size_t description = film.find("stsd");
  ASSERT_NE(description, std::string::npos);
  const Bytes view(reinterpret_cast<const std::uint8_t*>(film.data()), film.size());
  EXPECT_EQ(loadBe32(view, description + 8), 1u);
  EXPECT_LT(film.find("moov"), film.find("mdat"));
}

TEST_F(Mp4FastStart, LeavesAFileThatItCannotReadAsItIs) {
  std::ofstream(film_) << "no film";
  EXPECT_FALSE(makeFastStart(film_, {rtp::MediaKind::Video}));
  EXPECT_EQ(bytes(), "no film");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

}  // namespace
}  // namespace ms::frame
