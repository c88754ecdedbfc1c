// One more output of a tee through which media passes already.
#pragma once

#include "server/frame/gstreamer.h"

namespace ms::frame {

// A new pad of `tee`, to be linked; the caller's reference. GStreamer's tee gives it the events
// that describe the stream (stream-start, caps, segment) when it makes it, and what passes at that
// very moment is lost; here it is made good before the first buffer.
GstPad* addTeeOutput(GstElement* tee);

}  // namespace ms::frame
