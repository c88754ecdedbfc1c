// The inside of MediaPeer, shared by the files that each hold one of its ways: receive.cpp,
// receive_rtcp.cpp, reports.cpp and media_peer.cpp.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "server/packet/peer/media_peer.h"
#include "server/packet/peer/rtcp_sender.h"
#include "server/packet/peer/sink_port.h"
#include "server/packet/peer/source_port.h"
#include "server/packet/peer/timeout_listener.h"
#include "server/packet/peer/transport.h"
#include "server/packet/peer/transport_wide_control.h"
#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtcp/message.h"
#include "server/packet/rtcp/report_scheduler.h"
#include "server/packet/rtcp/source_clock.h"

namespace ms::peer {

// One m-line: its ports, and the name under which we speak RTCP for it.
struct MediaSection {
  MediaSection(const sdp::NegotiatedMedia& negotiated, Transport& transport_)
      : kind(negotiated.kind),
        transport(transport_),
        transport_cc_id(extensionId(negotiated.transport_cc_id)),
        payload_types(negotiated.codecs),
        rtcp(transport_, negotiated.local_ssrc, negotiated.local_cname) {}

  const rtp::MediaKind kind;
  Transport& transport;
  const std::optional<rtp::ExtensionId> transport_cc_id;
  const PayloadTypes payload_types;  // The same in both directions.
  RtcpSender rtcp;
  std::optional<SourcePort> source;  // Only if the peer may send.
  std::optional<SinkPort> sink;      // Only if we may send.
  bool key_limit_told = false;
};

struct MediaPeer::Parts final : TransportListener, TimeoutListener {
  Parts(PeerEnvironment environment_, PeerObserver& observer_)
      : environment(std::move(environment_)), observer(observer_) {}

  // media_peer.cpp
  void addTransport(const sdp::NegotiatedTransport& negotiated, Timestamp now);
  void addTransport(const sdp::NegotiatedMedia& negotiated, Timestamp now);
  void startPlain(const sdp::NegotiatedSession& session, Timestamp now);
  void addMedia(const sdp::NegotiatedMedia& negotiated, Transport* carrier);
  MediaSection* section(rtp::MediaKind kind) const;
  Transport* transport(TransportIndex index) const;
  void onTransportState(TransportIndex index, dtls::DtlsState state) override;
  void lookAtConnection();
  void onTransportConnected(TransportIndex index);
  void setConnectionState(ConnectionState state);
  void setMediaState(MediaState state);
  void handleFlowTimeout(Timestamp now);
  void maybeTellKeySoftLimit(MediaSection& section);
  void handleMediaTimeout(Timestamp now);
  Timestamp nextTimeout() const;
  void onTimeoutMoved() override;

  // receive.cpp: the steps of a datagram.
  void receive(Transport& transport, MutableBytes datagram, Timestamp now);
  void receiveRtp(Transport& transport, MutableBytes packet, Timestamp now);
  MediaSection* findSection(const Transport& transport, const rtp::RtpView& packet) const;
  void receiveMedia(SourcePort& source, const rtp::RtpView& packet, const PayloadTypeEntry& payload,
                    Timestamp now);
  void receiveRetransmission(SourcePort& source, rtp::Ssrc original, const rtp::RtpView& packet,
                             Timestamp now);
  bool noteNumber(InboundStream& stream, const rtp::RtpView& packet, Timestamp now);
  void forwardStray(SourcePort& source, InboundStream& stream, Timestamp now);
  void forward(SourcePort& source, InboundStream& stream, const rtp::RtpView& packet,
               Timestamp now);

  // receive_rtcp.cpp: what the peer says about both directions.
  void receiveRtcp(Transport& transport, MutableBytes packet, Timestamp now);
  void on(Transport&, const rtcp::SenderReportView& report, Timestamp now);
  void on(Transport&, const rtcp::ReceiverReportView& report, Timestamp now);
  void on(Transport&, const rtcp::ByeView& bye, Timestamp now);
  void on(Transport&, const rtcp::NackView& nack, Timestamp now);
  void on(Transport&, const rtcp::PliView& pli, Timestamp now);
  void on(Transport&, const rtcp::FirView& fir, Timestamp now);
  void on(Transport&, const rtcp::RembView& remb, Timestamp now);
  void on(Transport&, const rtcp::SourceDescriptionView&, Timestamp) {}
  void on(Transport& transport, const rtcp::TransportCcView& feedback, Timestamp now);
  void on(Transport&, const rtcp::UnknownView&, Timestamp) {}
  void onReceptionReports(const rtcp::ReportBlocksView& blocks, Timestamp now);
  SinkPort* sinkOf(rtp::Ssrc local) const;

  // reports.cpp: what we say regularly, and at the end.
  void sendDueReports(Timestamp now);
  std::size_t sendReports(Transport& transport, Timestamp now);
  void sendDueFeedback(Timestamp now);
  bool sendFeedback(Transport& transport, Timestamp now);
  void sendBye(Transport& transport, Timestamp now);
  void writeReports(const Transport& transport, rtcp::CompoundWriter& out, Timestamp now);
  void writeReport(MediaSection& section, rtcp::CompoundWriter& out, Timestamp now);

  const PeerEnvironment environment;
  PeerObserver& observer;
  PeerDropCounters drops;
  BandwidthLimits limits;
  LatencyClock latency_clock = nullptr;
  rtp::RembParams remb_params;

  std::vector<std::unique_ptr<Transport>> transports;             // At most kMaxTransports.
  std::vector<std::unique_ptr<MediaSection>> media;               // At most one per kind.
  std::vector<rtcp::ReportScheduler> schedulers;                  // One per transport.
  std::vector<std::unique_ptr<TransportWideControl>> congestion;  // One per transport.
  rtcp::SourceClock source_clock;

  bool started = false;
  bool stopped = false;
  ConnectionState connection_state = ConnectionState::Disconnected;
  MediaState media_state = MediaState::Disconnected;
  Timestamp now_of_call{};  // For what DTLS tells in the midst of a call.
  Timestamp last_rtcp{};
  bool said_bye = false;  // In the compound that is being read.
  Timestamp flow_check_at = kNever;
  Timestamp told_timeout = kNever;  // What the owner waits for, or earlier.
};

}  // namespace ms::peer
