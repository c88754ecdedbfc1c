#include "server/frame/gstreamer.h"

#include <atomic>
#include <mutex>

namespace ms::frame {
namespace {

std::once_flag once;
std::atomic<bool> is_started = false;

}  // namespace

void startGStreamer() {
  std::call_once(once, [] {
    gst_init(nullptr, nullptr);
    is_started = true;
  });
}

bool isGStreamerStarted() { return is_started; }

}  // namespace ms::frame
