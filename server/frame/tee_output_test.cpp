#include "server/frame/tee_output.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>

namespace ms::frame {
namespace {

using namespace std::chrono_literals;

// Silence into a tee, and a sink that is linked to it when the test says so.
class Fork {
 public:
  Fork() {
    startGStreamer();
    pipeline_.reset(GST_ELEMENT(gst_object_ref_sink(gst_parse_launch(
        "audiotestsrc ! tee name=tee allow-not-linked=true fakesink name=sink async=false",
        nullptr))));
    tee_.reset(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "tee"));
    const GstPtr<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "sink"));
    input_.reset(gst_element_get_static_pad(sink.get(), "sink"));
    gst_pad_add_probe(input_.get(), GST_PAD_PROBE_TYPE_BUFFER, &Fork::came, this, nullptr);
  }
  ~Fork() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
  Fork(const Fork&) = delete;
  Fork& operator=(const Fork&) = delete;

  void start() { gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING); }
  void link() {
    const GstPtr<GstPad> output(addTeeOutput(tee_.get()));
    gst_pad_link(output.get(), input_.get());
  }
  // Whether a buffer has come, and a segment before it.
  bool segmentComesFirst() {
    auto future = has_segment_.get_future();
    return future.wait_for(10s) == std::future_status::ready && future.get();
  }

 private:
  static GstPadProbeReturn came(GstPad* pad, GstPadProbeInfo*, gpointer self) {
    GstEvent* const segment = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
    static_cast<Fork*>(self)->has_segment_.set_value(segment != nullptr);
    if (segment) gst_event_unref(segment);
    return GST_PAD_PROBE_REMOVE;
  }

  GstPtr<GstElement> pipeline_, tee_;
  GstPtr<GstPad> input_;
  std::promise<bool> has_segment_;
};

// The moment at which events pass is another one each time.
TEST(TeeOutput, HasTheEventsThatPassWhileItIsMade) {
  constexpr int kRounds = 300;
  for (int round = 0; round < kRounds; ++round) {
    Fork fork;
    fork.start();
    fork.link();
    ASSERT_TRUE(fork.segmentComesFirst()) << "round " << round;
  }
}

}  // namespace
}  // namespace ms::frame
