#include "server/frame/blocked_pads.h"

#include <algorithm>

namespace ms::frame {
namespace {

GstPadProbeReturn keepBlocked(GstPad*, GstPadProbeInfo*, gpointer) { return GST_PAD_PROBE_OK; }

}  // namespace

void BlockedPads::maybeBlock(GstPad* pad) {
  MutexLock lock(mutex_);
  if (is_over_) return;
  const gulong block =
      gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, &keepBlocked, nullptr, nullptr);
  blocks_.emplace_back(GST_PAD(gst_object_ref(pad)), block);
}

void BlockedPads::open(GstPad* pad) {
  MutexLock lock(mutex_);
  const auto found =
      std::ranges::find_if(blocks_, [pad](const auto& block) { return block.first.get() == pad; });
  if (found == blocks_.end()) return;
  gst_pad_remove_probe(pad, found->second);
  blocks_.erase(found);
}

void BlockedPads::openAll() {
  MutexLock lock(mutex_);
  is_over_ = true;
  for (const auto& [pad, block] : blocks_) gst_pad_remove_probe(pad.get(), block);
  blocks_.clear();
}

}  // namespace ms::frame
