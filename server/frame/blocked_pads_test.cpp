#include "server/frame/blocked_pads.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>

namespace ms::frame {
namespace {

using namespace std::chrono_literals;

// Silence into nothing, and the output of what makes it.
class BlockedPadsTest : public testing::Test {
 protected:
  BlockedPadsTest() {
    startGStreamer();
    pipeline_.reset(GST_ELEMENT(gst_object_ref_sink(
        gst_parse_launch("audiotestsrc name=source ! fakesink name=sink async=false", nullptr))));
    const GstPtr<GstElement> source(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "source"));
    const GstPtr<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "sink"));
    output_.reset(gst_element_get_static_pad(source.get(), "src"));
    const GstPtr<GstPad> input(gst_element_get_static_pad(sink.get(), "sink"));
    gst_pad_add_probe(input.get(), GST_PAD_PROBE_TYPE_BUFFER, &BlockedPadsTest::came, this,
                      nullptr);
  }
  ~BlockedPadsTest() override { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

  void start() { gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING); }
  bool comes(std::chrono::milliseconds within) {
    return came_.get_future().wait_for(within) == std::future_status::ready;
  }

  GstPtr<GstElement> pipeline_;
  GstPtr<GstPad> output_;

 private:
  static GstPadProbeReturn came(GstPad*, GstPadProbeInfo*, gpointer self) {
    static_cast<BlockedPadsTest*>(self)->came_.set_value();
    return GST_PAD_PROBE_REMOVE;
  }

  std::promise<void> came_;
};

TEST_F(BlockedPadsTest, WhatIsBlockedComesWhenItIsOpened) {
  BlockedPads pads;
  pads.maybeBlock(output_.get());
  start();
  EXPECT_TRUE(gst_pad_is_blocked(output_.get()));
  pads.open(output_.get());
  EXPECT_TRUE(comes(10s));
}

TEST_F(BlockedPadsTest, OpensAllAtTheEnd) {
  BlockedPads pads;
  pads.maybeBlock(output_.get());
  start();
  pads.openAll();
  EXPECT_TRUE(comes(10s));
}

TEST_F(BlockedPadsTest, BlocksNothingAfterTheEnd) {
  BlockedPads pads;
  pads.openAll();
  pads.maybeBlock(output_.get());
  EXPECT_FALSE(gst_pad_is_blocked(output_.get()));
  start();
  EXPECT_TRUE(comes(10s));
}

}  // namespace
}  // namespace ms::frame
