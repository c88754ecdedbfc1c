#include "server/frame/av1_rtp_elements.h"

#include <gst/rtp/gstrtpbasedepayload.h>
#include <gst/rtp/gstrtpbasepayload.h>
#include <gst/rtp/gstrtpbuffer.h>

#include <memory>
#include <utility>
#include <vector>

#include "server/base/bytes.h"
#include "server/packet/rtp/av1_depayloader.h"
#include "server/packet/rtp/av1_payloader.h"

namespace ms::frame {
namespace {

constexpr const char* kPacketCaps =
    "application/x-rtp, media=(string)video, encoding-name=(string)AV1, clock-rate=(int)90000";
constexpr const char* kUnitCaps =
    "video/x-av1, stream-format=(string)obu-stream, alignment=(string)tu";
// Muxers want a rate, of which packets say nothing: variable.
constexpr const char* kDepayloadedCaps =
    "video/x-av1, stream-format=(string)obu-stream, alignment=(string)tu, framerate=(fraction)0/1";
constexpr std::uint32_t kClockRate = 90000;

void addPadTemplate(GstElementClass* element, const char* name, GstPadDirection direction,
                    const char* text) {
  GstCaps* const caps = gst_caps_from_string(text);
  gst_element_class_add_pad_template(element,
                                     gst_pad_template_new(name, direction, GST_PAD_ALWAYS, caps));
  gst_caps_unref(caps);
}

// Bytes of a buffer, while it lives.
class Mapped {
 public:
  explicit Mapped(GstBuffer* buffer) : buffer_(buffer) {
    is_mapped_ = gst_buffer_map(buffer, &map_, GST_MAP_READ);
  }
  ~Mapped() {
    if (is_mapped_) gst_buffer_unmap(buffer_, &map_);
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;

  Bytes bytes() const { return is_mapped_ ? Bytes(map_.data, map_.size) : Bytes(); }

 private:
  GstBuffer* const buffer_;
  GstMapInfo map_{};
  bool is_mapped_ = false;
};

// ---- Packets to temporal units ----

struct Depayloader {
  GstRTPBaseDepayload parent;
  struct State {
    rtp::Av1Depayloader depayloader;
    // When the unit that packets come of, and the one before it, are due.
    rtp::RtpTimestamp timestamp;
    GstClockTime pts = GST_CLOCK_TIME_NONE, former_pts = GST_CLOCK_TIME_NONE;
  };
  State* state;
};
struct DepayloaderClass {
  GstRTPBaseDepayloadClass parent;
};

G_DEFINE_TYPE(Depayloader, depayloader, GST_TYPE_RTP_BASE_DEPAYLOAD)

void depayloader_init(Depayloader* self) { self->state = new Depayloader::State(); }

void finalizeDepayloader(GObject* object) {
  delete reinterpret_cast<Depayloader*>(object)->state;
  G_OBJECT_CLASS(depayloader_parent_class)->finalize(object);
}

gboolean setDepayloaderCaps(GstRTPBaseDepayload* base, GstCaps*) {
  base->clock_rate = kClockRate;
  GstCaps* const caps = gst_caps_from_string(kDepayloadedCaps);
  const gboolean is_set = gst_pad_set_caps(GST_RTP_BASE_DEPAYLOAD_SRCPAD(base), caps);
  gst_caps_unref(caps);
  return is_set;
}

GstBuffer* processPacket(GstRTPBaseDepayload* base, GstRTPBuffer* packet) {
  Depayloader::State& state = *reinterpret_cast<Depayloader*>(base)->state;
  const rtp::RtpTimestamp timestamp(gst_rtp_buffer_get_timestamp(packet));
  if (GST_BUFFER_IS_DISCONT(packet->buffer)) state.depayloader.onLoss();
  if (timestamp != state.timestamp) {
    state.former_pts = std::exchange(state.pts, GST_BUFFER_PTS(packet->buffer));
    state.timestamp = timestamp;
  }
  const auto* const payload = static_cast<const std::uint8_t*>(gst_rtp_buffer_get_payload(packet));
  // What is of no use is lost, as any packet may be.
  const auto taken =
      state.depayloader.receive({.payload = {payload, gst_rtp_buffer_get_payload_len(packet)},
                                 .timestamp = timestamp,
                                 .marker = gst_rtp_buffer_get_marker(packet) != FALSE});
  if (!taken) GST_LOG_OBJECT(base, "a packet of no use");
  while (const auto unit = state.depayloader.poll()) {
    GstBuffer* const buffer = gst_buffer_new_memdup(unit->bytes.data(), unit->bytes.size());
    GST_BUFFER_PTS(buffer) = unit->timestamp == timestamp ? state.pts : state.former_pts;
    gst_rtp_base_depayload_push(base, buffer);
  }
  return nullptr;
}

void depayloader_class_init(DepayloaderClass* self) {
  auto* const element = reinterpret_cast<GstElementClass*>(self);
  addPadTemplate(element, "sink", GST_PAD_SINK, kPacketCaps);
  addPadTemplate(element, "src", GST_PAD_SRC, kUnitCaps);
  gst_element_class_set_static_metadata(element, "AV1 out of RTP packets",
                                        "Codec/Depayloader/Network/RTP",
                                        "Temporal units of AV1 out of RTP packets", "media server");
  reinterpret_cast<GObjectClass*>(self)->finalize = &finalizeDepayloader;
  self->parent.set_caps = &setDepayloaderCaps;
  self->parent.process_rtp_packet = &processPacket;
}

// ---- Temporal units to packets ----

struct Payloader {
  GstRTPBasePayload parent;
};
struct PayloaderClass {
  GstRTPBasePayloadClass parent;
};

G_DEFINE_TYPE(Payloader, payloader, GST_TYPE_RTP_BASE_PAYLOAD)

void payloader_init(Payloader*) {}

gboolean setPayloaderCaps(GstRTPBasePayload* base, GstCaps*) {
  gst_rtp_base_payload_set_options(base, "video", TRUE, "AV1", kClockRate);
  return gst_rtp_base_payload_set_outcaps(base, nullptr);
}

GstBuffer* packetOf(GstRTPBasePayload* base, const std::vector<std::uint8_t>& payload,
                    GstBuffer* unit) {
  const auto bytes = static_cast<guint>(payload.size());
  GstBuffer* const packet = gst_rtp_base_payload_allocate_output_buffer(base, bytes, 0, 0);
  GstRTPBuffer view = GST_RTP_BUFFER_INIT;
  gst_rtp_buffer_map(packet, GST_MAP_WRITE, &view);
  std::copy(payload.begin(), payload.end(),
            static_cast<std::uint8_t*>(gst_rtp_buffer_get_payload(&view)));
  gst_rtp_buffer_unmap(&view);
  GST_BUFFER_PTS(packet) = GST_BUFFER_PTS(unit);
  GST_BUFFER_DTS(packet) = GST_BUFFER_DTS(unit);
  return packet;
}

void markLast(GstBuffer* packet) {
  GstRTPBuffer view = GST_RTP_BUFFER_INIT;
  gst_rtp_buffer_map(packet, GST_MAP_WRITE, &view);
  gst_rtp_buffer_set_marker(&view, TRUE);
  gst_rtp_buffer_unmap(&view);
}

// What is no temporal unit is lost, as any frame may be.
GstFlowReturn handleUnit(GstRTPBasePayload* base, GstBuffer* unit) {
  const std::unique_ptr<GstBuffer, void (*)(GstBuffer*)> owned(unit, &gst_buffer_unref);
  const guint room = gst_rtp_buffer_calc_payload_len(GST_RTP_BASE_PAYLOAD_MTU(base), 0, 0);
  const auto payloads = rtp::av1Payloads(Mapped(unit).bytes(), room);
  if (!payloads || payloads->empty()) return GST_FLOW_OK;
  GstBufferList* const packets = gst_buffer_list_new_sized(static_cast<guint>(payloads->size()));
  for (const auto& payload : *payloads) gst_buffer_list_add(packets, packetOf(base, payload, unit));
  markLast(gst_buffer_list_get_writable(packets, static_cast<guint>(payloads->size() - 1)));
  return gst_rtp_base_payload_push_list(base, packets);
}

void payloader_class_init(PayloaderClass* self) {
  auto* const element = reinterpret_cast<GstElementClass*>(self);
  addPadTemplate(element, "sink", GST_PAD_SINK, kUnitCaps);
  addPadTemplate(element, "src", GST_PAD_SRC, kPacketCaps);
  gst_element_class_set_static_metadata(element, "AV1 into RTP packets",
                                        "Codec/Payloader/Network/RTP",
                                        "RTP packets of temporal units of AV1", "media server");
  self->parent.set_caps = &setPayloaderCaps;
  self->parent.handle_buffer = &handleUnit;
}

}  // namespace

void registerAv1RtpElements() {
  gst_element_register(nullptr, kAv1Depayloader, GST_RANK_NONE, depayloader_get_type());
  gst_element_register(nullptr, kAv1Payloader, GST_RANK_NONE, payloader_get_type());
}

}  // namespace ms::frame
